/**
 * Large CRLs of one CA swapped again and again in an edge that is shaking hands all the while: how long its process is
 * away from its sockets, and what its memory does.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createSecureContext } from 'node:tls';
import { type EdgeCrlFile, noPeers } from '../../src/edge/snapshot-peers.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa, storeReadyCrl } from './peer-certificates.ts';
import { startTestGateway } from './running-gateway.ts';
import { optionsRequest } from './sip-client.ts';

export interface CrlSwapFigures {
  readonly entries: number;
  readonly swaps: number;
  readonly handshakes: number;
  /** Connections of the good peer that were not answered. */
  readonly failed: number;
  /** Answers that did not fit the CRL in force. */
  readonly wrong: number;
  /** Longest pause of the edge in milliseconds: under load without a swap, and with swaps. */
  readonly calmPause: number;
  readonly swapPause: number;
  /** Milliseconds from the new snapshot to its acknowledgement. */
  readonly swapMs: number;
  /** Resident megabytes: with one CRL, the highest seen, a while after the last swap. */
  readonly before: number;
  readonly highest: number;
  readonly after: number;
}

export async function runCrlSwaps(entries: number, swaps: number, calmMs: number): Promise<CrlSwapFigures> {
  const ca = makeTestCa();
  const peerCa = makePeerCa();
  const issuing = peerCa.intermediate();
  const good = issuing.leaf();
  const turns = issuing.leaf();
  const gateway = await startTestGateway({ identities: [ca.identity('server', [], 1)] });
  try {
    const sip = { mode: 'leaf', useCrls: true, useOcsp: false, allowCdp: false, fallback: 'revoked' } as const;
    const use = (crl: EdgeCrlFile) =>
      gateway.publishPeers({ trust: [peerCa.base64], revocation: { ...noPeers.revocation, sip, crls: [crl] } });
    const crls = [0, 1].map((n) =>
      storeReadyCrl(gateway.folder, issuing.bulkCrl(n === 0 ? [] : [turns.serial], n + 1, entries), issuing.keyId),
    );
    const [pid = 0] = gateway.note().edges ?? [];
    const pause = async () => (await gateway.statuses())[0]?.longestPause ?? 0;
    const ask = async ({ cert, key }: typeof good): Promise<boolean> => {
      const secureContext = createSecureContext({ cert, key, ca: ca.pem });
      const socket = connect({ host: '127.0.0.1', port: gateway.sipPort, secureContext, servername: 'gw.example.com' });
      socket.on('error', () => undefined);
      socket.on('secureConnect', () => socket.write(optionsRequest(1)));
      const closed = once(socket, 'close').then(() => false);
      const answered = once(socket, 'data').then(
        () => true,
        () => false,
      );
      const answer = await Promise.race([answered, closed]);
      socket.destroy();
      await closed;
      return answer;
    };
    let going = true;
    let handshakes = 0;
    let failed = 0;
    const load = async () => {
      while (going) {
        if (!(await ask(good))) failed += 1;
        handshakes += 1;
      }
    };

    await use(crls[0]!);
    const before = residentMb(pid);
    const loads = [load(), load(), load()];
    await sleep(1_000);
    await pause();
    await sleep(calmMs);
    const calmPause = await pause();
    let highest = before;
    let wrong = 0;
    let swapMs = 0;
    let swapPause = 0;
    for (let i = 1; i <= swaps; i++) {
      const began = performance.now();
      await use(crls[i % 2]!);
      swapMs = Math.max(swapMs, performance.now() - began);
      if ((await ask(turns)) !== (i % 2 === 0)) wrong += 1;
      highest = Math.max(highest, residentMb(pid));
      swapPause = Math.max(swapPause, await pause());
    }
    await sleep(calmMs);
    going = false;
    await Promise.all(loads);
    const after = residentMb(pid);
    const round = (value: number) => Math.round(value * 10) / 10;
    return {
      entries,
      swaps,
      handshakes,
      failed,
      wrong,
      calmPause,
      swapPause,
      swapMs: round(swapMs),
      before: round(before),
      highest: round(highest),
      after: round(after),
    };
  } finally {
    await gateway.stop();
  }
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
