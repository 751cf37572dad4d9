/** How the memory of an edge grows with handshakes of clients that present a certificate with an intermediate. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createSecureContext } from 'node:tls';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa, storeCrl } from './peer-certificates.ts';
import { startTestGateway } from './running-gateway.ts';

export interface MemorySlope {
  /** Bytes of resident memory per handshake, by least squares over the second half of the run. */
  readonly slope: number;
  readonly points: number;
  readonly refused: number;
}

/** Known and unknown leaves take turns: the latter have their whole chain read each time. */
export async function measureMemorySlope(count: number, tell: (line: string) => void): Promise<MemorySlope> {
  const ca = makeTestCa();
  const peerCa = makePeerCa();
  const issuing = peerCa.intermediate();
  const stranger = makePeerCa('Stranger').intermediate().leaf();
  const leaves = [...Array.from({ length: 20 }, () => issuing.leaf()), stranger];
  const contexts = leaves.map(({ cert, key }) => createSecureContext({ cert, key, ca: ca.pem }));
  const gateway = await startTestGateway({ identities: [ca.identity('server', [], 1)] });
  try {
    const file = storeCrl(gateway.folder, issuing.crl([1, 2, 3], 1));
    const sip = { ...noPeers.revocation.sip, mode: 'leaf', useOcsp: false, allowCdp: false } as const;
    await gateway.publishPeers({
      trust: [peerCa.base64],
      revocation: { ...noPeers.revocation, sip, crls: [{ file, source: 'manual' }] },
    });
    const [pid = 0] = gateway.note().edges ?? [];
    let done = 0;
    let refused = 0;
    const one = async (i: number) => {
      const secureContext = contexts[i % contexts.length]!;
      const socket = connect({ host: '127.0.0.1', port: gateway.sipPort, secureContext, servername: 'gw.example.com' });
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      const shaken = await Promise.race([
        once(socket, 'secureConnect').then(
          () => true,
          () => false,
        ),
        closed,
      ]);
      if (shaken !== true) refused += 1;
      socket.end();
      socket.resume();
      await closed;
    };
    const measured: [number, number][] = [];
    const step = Math.max(100, Math.floor(count / 40));
    while (done < count) {
      for (const end = Math.min(count, done + step); done < end; ) {
        const batch = Math.min(16, end - done);
        await Promise.all(Array.from({ length: batch }, (_, i) => one(done + i)));
        done += batch;
      }
      const bytes = residentBytes(pid);
      measured.push([done, bytes]);
      tell(`${done} handshakes, ${(bytes / 1e6).toFixed(1)} MB`);
    }
    const late = measured.slice(Math.floor(measured.length / 2));
    return { slope: slopeOf(late), points: late.length, refused };
  } finally {
    await gateway.stop();
  }
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return above / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
