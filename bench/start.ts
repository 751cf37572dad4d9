/**
 * `npm run bench -- start [ROUNDS]`: time from spawn to the first HTTPS answer of a second start and to the first one of
 * the API, and the memory of the whole process tree after both, beside a bare fastify HTTPS server measured in turn. One
 * JSON line, medians of the rounds.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Start {
  readonly first_200_ms: number;
  readonly first_api_ms: number;
  readonly cpu_ms: number;
  readonly pss_mb: number;
  readonly processes: number;
}

const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
/** A copy, so that its pages are shared among the measured processes and with nothing else that runs here. */
const node = join(folder, 'node');
try {
  copyFileSync(process.execPath, node);
  const port = await freePort();
  const sipPort = await freePort();
  const data = join(folder, 'data');
  const words = ['--data', data, '--address', '127.0.0.1', '--https-port', String(port), '--sip-port', String(sipPort)];
  const gateway = ['--disable-sigusr1', '--max-semi-space-size=1', 'bin/tollgate.js', 'serve', ...words];
  const first = await measure(gateway, port, '/api/v1/session');
  const bare = [writeBareServer(folder), String(port)];
  await measure(bare, port);
  const pairs: { own: Start; fastify: Start }[] = [];
  for (let i = 0; i < rounds; i++)
    pairs.push({ own: await measure(gateway, port, '/api/v1/session'), fastify: await measure(bare, port) });
  const median = (pick: (pair: (typeof pairs)[number]) => number) => middle(pairs.map(pick));
  const summary = (which: 'own' | 'fastify') => ({
    first_200_ms: median((p) => p[which].first_200_ms),
    first_api_ms: median((p) => p[which].first_api_ms),
    cpu_ms: median((p) => p[which].cpu_ms),
    pss_mb: median((p) => p[which].pss_mb),
    processes: median((p) => p[which].processes),
  });
  const result = {
    answered: true,
    ...summary('own'),
    rounds,
    fastify: summary('fastify'),
    ratio_ms: round(
      median((p) => p.own.first_200_ms / p.fastify.first_200_ms),
      2,
    ),
    ratio_api_ms: round(
      median((p) => p.own.first_api_ms / p.fastify.first_200_ms),
      2,
    ),
    ratio_pss: round(
      median((p) => p.own.pss_mb / p.fastify.pss_mb),
      2,
    ),
    first_start: first,
  };
  console.log(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Starts a command, waits for its first good answer and for one from the API, reads the process tree, ends it. */
async function measure(command: readonly string[], port: number, api = '/'): Promise<Start> {
  const mark = `TOLLGATE_BENCH_MARK=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const began = performance.now();
  const child = spawn(node, command, { env: { ...process.env, [name]: value }, stdio: 'ignore' });
  await firstAnswer(port, '/', child);
  const elapsed = performance.now() - began;
  await firstAnswer(port, api, child);
  const untilApi = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const tree = marked(mark);
  const start = {
    first_200_ms: round(elapsed, 1),
    first_api_ms: round(untilApi, 1),
    cpu_ms: tree.reduce((sum, pid) => sum + cpuOf(pid), 0),
    pss_mb: round(
      tree.reduce((sum, pid) => sum + pssOf(pid), 0),
      1,
    ),
    processes: tree.length,
  };
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  while (marked(mark).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return start;
}

async function firstAnswer(port: number, path: string, child: ChildProcess): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (await answers(port, path)) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('no answer in 30 s');
}

/** Whether it answers; that nobody is logged in is an answer too. */
function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve((answer.statusCode ?? 500) < 400 || answer.statusCode === 401);
    });
    call.on('error', () => resolve(false));
    call.end();
  });
}

/** Every process that carries the mark in its environment, detached ones included. */
function marked(mark: string): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      return readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(mark) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) / 1024;
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function writeBareServer(into: string): string {
  const run = (...args: string[]) => spawnSync('openssl', args, { cwd: into, stdio: 'ignore' });
  run(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-subj',
    '/CN=localhost',
    '-days',
    '2',
  );
  const file = join(into, 'bare.mjs');
  const fastify = join(process.cwd(), 'node_modules', 'fastify', 'fastify.js');
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';
import fastify from ${JSON.stringify(fastify)};
const app = fastify({ https: { key: readFileSync(new URL('key.pem', import.meta.url)), cert: readFileSync(new URL('cert.pem', import.meta.url)) } });
app.get('/', async () => ({ ok: true }));
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
`,
  );
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.floor(sorted.length / 2)] ?? 0, 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
