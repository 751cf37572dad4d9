/** Measures issuing through the API: a server in a process of its own, asked over its local socket. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../src/pki/certificate/certificate.ts';

export interface HttpMeasure {
  readonly ops_s: number;
  readonly ops_cpu: number;
  readonly errs: number;
}

/** Seconds of its processor time until the just-in-time compiler has done its work: a server runs for longer. */
const warmUp = 8;

/** Certificates a second over keep-alive connections, and per second of the server's processor time. */
export async function measureOverHttp(
  issuer: Certificate,
  csr: Uint8Array,
  seconds: number,
  connections: number,
): Promise<HttpMeasure> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const algorithm = issuer.publicKey.algorithm === 'rsa' ? 'rsa-2048' : 'ec-p256';
  const server = fork(join(import.meta.dirname, 'issuing-server.ts'), [join(folder, 'data'), algorithm]);
  try {
    const [socketPath] = (await once(server, 'message')) as [string];
    const body = JSON.stringify({ csr: Buffer.from(csr).toString('base64'), template: 'web-client-server' });
    const ask = asking(socketPath, body, connections);
    while (cpuOf(server.pid!) < warmUp) await ask(1);
    const used = cpuOf(server.pid!);
    const began = performance.now();
    const { good, bad } = await ask(seconds);
    const wall = (performance.now() - began) / 1000;
    const cpu = cpuOf(server.pid!) - used;
    return { ops_s: Math.round(good / wall), ops_cpu: Math.round(good / cpu), errs: bad };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

function asking(socketPath: string, body: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), host: 'localhost' };
  const once = () =>
    new Promise<boolean>((resolve, reject) => {
      const path = '/api/v1/private-ca/certificates';
      const call = request({ socketPath, path, method: 'POST', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode === 201));
      });
      call.on('error', reject).end(body);
    });
  return async (seconds: number): Promise<{ good: number; bad: number }> => {
    const counts = { good: 0, bad: 0 };
    const until = performance.now() + seconds * 1000;
    const client = async (): Promise<void> => {
      while (performance.now() < until) counts[(await once()) ? 'good' : 'bad']++;
    };
    await Promise.all(Array.from({ length: connections }, client));
    return counts;
  };
}

/** Processor time of a process, in seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
