/** The edge's end of the reports socket: lines wait, bounded, while administration is away. */
import { connect, type Socket } from 'node:net';
import type { PeerReport } from '../peer/admission.ts';
import { digestOf } from '../peer/evidence.ts';
import { derOf } from '../peer/peer-verifier.ts';
import type { EdgeReport } from './report.ts';

export interface Reporter {
  /** Tells it, unless the same was told a moment ago. */
  peer(report: PeerReport): void;
  tell(report: EdgeReport): void;
  /** Reports that were dropped because too many were waiting. */
  readonly dropped: number;
  close(): void;
}

const mostWaiting = 1_000;
const againMs = 60_000;
const mostRemembered = 4_096;

export function createReporter(path: string, now: () => number = Date.now): Reporter {
  const waiting: string[] = [];
  const told = new Map<string, number>();
  let socket: Socket | undefined;
  let ready = false;
  let dropped = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    while (ready && socket !== undefined && waiting.length > 0) {
      const line = waiting.shift()!;
      if (socket.write(line)) continue;
      ready = false;
    }
  };
  const open = () => {
    timer = undefined;
    if (closed || socket !== undefined) return;
    const next = connect(path);
    socket = next;
    next.on('connect', () => {
      ready = true;
      flush();
    });
    next.on('drain', () => {
      ready = true;
      flush();
    });
    next.on('error', () => undefined);
    next.on('close', () => {
      socket = undefined;
      ready = false;
      if (closed || waiting.length === 0) return;
      timer = setTimeout(open, 1_000);
      timer.unref();
    });
    next.unref();
  };
  const tell = (report: EdgeReport) => {
    if (waiting.length >= mostWaiting) {
      waiting.shift();
      dropped += 1;
    }
    waiting.push(`${JSON.stringify(report)}\n`);
    if (socket === undefined && timer === undefined) open();
    flush();
  };

  return {
    tell,
    peer({ listener, address, chain, verdict }) {
      const [leaf] = chain;
      const { decision, zone, refusal } = verdict;
      if (leaf === undefined || decision === undefined) return;
      const zoneId = zone?.id ?? '';
      const key = `${digestOf(derOf(leaf))} ${listener} ${zoneId} ${decision.code} ${refusal?.code ?? ''}`;
      const last = told.get(key);
      if (last !== undefined && now() - last < againMs) return;
      told.delete(key);
      if (told.size >= mostRemembered) told.delete(told.keys().next().value ?? '');
      told.set(key, now());
      tell({
        type: 'peer',
        at: now(),
        listener,
        zone: zoneId,
        address,
        chain: chain.map((one) => Buffer.from(derOf(one)).toString('base64')),
        decision,
        ...(refusal !== undefined && { refusal }),
      });
    },
    get dropped() {
      return dropped;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.destroy();
    },
  };
}
