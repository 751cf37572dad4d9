/**
 * The open connections and why each was let in. When trust, revocation data, zones or settings change, or when what a
 * judgement rests on ends, they are judged again, a slice at a time so that handshakes and messages go on in between, and
 * those that would be refused now are ended.
 */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../lib/log.ts';
import type { Arrival, Judge } from './admission.ts';
import { digestOf } from './evidence.ts';
import type { Refusal, Verdict } from './judge-sip.ts';
import { derOf, type PeerChain } from './peer-verifier.ts';

export interface LivePeers {
  add(arrival: Arrival, chain: PeerChain | undefined, verdict: Verdict): void;
  /** Settles when every connection was judged by what holds now. A second call while one runs starts over. */
  judgeAgain(): Promise<void>;
  /** The same for those that `which` picks. */
  judgeSome(which: (chain: PeerChain) => boolean): Promise<void>;
  /** The same for those whose judgement has ended by itself. */
  judgeDue(time: number): Promise<void>;
  some(test: (arrival: Arrival, verdict: Verdict) => boolean): boolean;
  each(take: (arrival: Arrival, verdict: Verdict) => void): void;
  readonly size: number;
}

/** Told when an open connection was ended. */
export interface ClosedConnection {
  /** Id of the zone, or empty. */
  readonly zone: string;
  readonly listener: string;
  readonly address: string;
  /** SHA-256 of the leaf in lower-case hexadecimal; empty without a certificate. */
  readonly fingerprint: string;
  readonly reason: string;
}

export interface LivePeersOptions {
  readonly log: Log;
  /** `anew`: what was asked outside before does not count. */
  readonly judge: (chain: PeerChain | undefined, judge: Judge, anew: boolean) => Verdict | Promise<Verdict>;
  /** When a verdict has to be looked at again, in milliseconds since 1970. */
  readonly endOf: (verdict: Verdict) => number;
  readonly onClosed: (closed: ClosedConnection) => void;
  /** An open connection went away; `was` let it in, `refusal` is why it was ended, if it was. */
  readonly onGone: (arrival: Arrival, was: Verdict, refusal: Refusal | undefined) => void;
}

interface Live {
  readonly arrival: Arrival;
  readonly chain: PeerChain | undefined;
  /** The last that let it in. */
  verdict: Verdict;
  refusal: Refusal | undefined;
  /** Worked out when it is first looked at: most connections are gone before. */
  due: number | undefined;
}

/** The longest that the process is busy with judging before it looks at its sockets again, in milliseconds. */
const sliceMs = 10;

export function createLivePeers({ log, judge, endOf, onClosed, onGone }: LivePeersOptions): LivePeers {
  const open = new Set<Live>();
  let round = 0;

  const apply = (live: Live, verdict: Verdict) => {
    if (!open.has(live)) return;
    live.due = undefined;
    live.refusal = verdict.refusal;
    if (verdict.refusal === undefined) {
      live.verdict = verdict;
      return;
    }
    open.delete(live);
    const { address, listener } = live.arrival;
    const reason = verdict.refusal.code;
    log.info('connection closed, its certificate is refused now', { listener, address, reason });
    onClosed({ zone: verdict.zone?.id ?? '', listener, address, fingerprint: fingerprintOf(live.chain), reason });
    live.arrival.retire(reason);
  };

  const judgeAll = async (which: readonly Live[], anew: boolean, current: () => boolean) => {
    const waiting: Promise<void>[] = [];
    let sliceEnd = performance.now() + sliceMs;
    for (const live of which) {
      if (!open.has(live)) continue;
      const verdict = judge(live.chain, live.arrival.judge, anew);
      if (verdict instanceof Promise) waiting.push(verdict.then((settled) => apply(live, settled)));
      else apply(live, verdict);
      if (performance.now() < sliceEnd) continue;
      await setImmediate();
      if (!current()) return;
      sliceEnd = performance.now() + sliceMs;
    }
    await Promise.all(waiting);
  };

  return {
    get size() {
      return open.size;
    },
    add(arrival, chain, verdict) {
      const live: Live = { arrival, chain, verdict, refusal: undefined, due: undefined };
      open.add(live);
      arrival.socket.once('close', () => {
        open.delete(live);
        onGone(arrival, live.verdict, live.refusal);
      });
    },
    some(test) {
      for (const { arrival, verdict } of open) if (test(arrival, verdict)) return true;
      return false;
    },
    each(take) {
      for (const { arrival, verdict } of open) take(arrival, verdict);
    },
    judgeAgain() {
      round += 1;
      const mine = round;
      return judgeAll([...open], false, () => mine === round);
    },
    judgeSome(which) {
      const found = [...open].filter(({ chain }) => chain !== undefined && which(chain));
      return judgeAll(found, false, () => true);
    },
    judgeDue(time) {
      const due: Live[] = [];
      for (const live of open) {
        live.due ??= endOf(live.verdict);
        if (live.due > time) continue;
        // not again while this one is on its way
        live.due = time + retryMs;
        due.push(live);
      }
      return judgeAll(due, true, () => true);
    },
  };
}

const retryMs = 10_000;

function fingerprintOf(chain: PeerChain | undefined): string {
  const leaf = chain?.[0];
  if (leaf === undefined) return '';
  return digestOf(derOf(leaf));
}
