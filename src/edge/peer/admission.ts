/**
 * Who is let in: every connection is judged before one of its bytes reaches anything, and judged again whenever what the
 * judgement rests on changes, as long as it is open.
 */
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Decision } from '../../features/verification/verification.ts';
import type { Log } from '../../lib/log.ts';
import type { EdgeRevocationRule } from '../snapshot-peers.ts';
import type { Verdict } from './judge-sip.ts';
import { type ClosedConnection, createLivePeers, type LivePeers } from './live-peers.ts';
import { derOf, type FetchedEvidence, type PeerChain, type PeerQuestion, type PeerVerifier } from './peer-verifier.ts';

/** Judges by the snapshot of the moment; called again for the same connection later. */
export type Judge = (
  chain: PeerChain | undefined,
  decide: (chain: PeerChain, question: PeerQuestion) => Decision,
) => Verdict;

export interface Arrival {
  readonly socket: TLSSocket;
  readonly listener: string;
  readonly address: string;
  readonly judge: Judge;
  /** How an open connection ends once it would not be let in any more. */
  readonly retire: (reason: string) => void;
}

/** For the Peers page. */
export interface PeerReport {
  readonly listener: string;
  readonly address: string;
  readonly chain: PeerChain;
  readonly verdict: Verdict;
}

export interface AdmissionOptions {
  readonly verifier: PeerVerifier;
  readonly log: Log;
  /** Called for every judged certificate; cheap, the caller thins them out. */
  readonly onPeer: (report: PeerReport) => void;
  readonly onClosed: (closed: ClosedConnection) => void;
  /** Asks OCSP responders and distribution points, in at most five seconds; never rejects. */
  readonly fetchEvidence: (chain: PeerChain, purpose: PeerQuestion['purpose']) => Promise<FetchedEvidence>;
  readonly now?: () => number;
}

export interface Admission {
  /** The verdict; a promise only where something had to be asked outside. Resources end with the socket. */
  admit(arrival: Arrival): Verdict | Promise<Verdict>;
  /** A verdict about a chain that came another way; nothing is remembered of it. */
  judge(chain: PeerChain, judge: Judge): Verdict | Promise<Verdict>;
  report(report: PeerReport): void;
  /** Looks at every open connection again, in slices; settles when all were looked at. */
  judgeAgain(): Promise<void>;
  readonly live: LivePeers;
}

/** Fetched evidence is kept until it ends, an hour at most; what could not be fetched is asked for again sooner. */
const keepMs = 3_600_000;
const retryMs = 30_000;
const mostKept = 2_000;

export function createAdmission(options: AdmissionOptions): Admission {
  const { verifier, onPeer, now = Date.now } = options;
  const fetchedFor = new Map<string, { readonly evidence: FetchedEvidence; readonly until: number }>();

  const decideWith = (fetched: FetchedEvidence | undefined) => (chain: PeerChain, question: PeerQuestion) => {
    lastQuestion = question;
    return verifier.decide(chain, question, fetched);
  };
  // judges are synchronous: the question of the decision that was made last is the one that settles the verdict
  let lastQuestion: PeerQuestion | undefined;

  const kept = (chain: PeerChain): FetchedEvidence | undefined => {
    if (fetchedFor.size === 0) return undefined;
    const entry = fetchedFor.get(keyOf(chain));
    return entry !== undefined && entry.until > now() ? entry.evidence : undefined;
  };

  /** `fetch` false: with what is at hand. */
  const settle = (chain: PeerChain, judge: Judge, fetch: boolean): Verdict | Promise<Verdict> => {
    const at = kept(chain);
    const verdict = judge(chain, decideWith(at));
    const question = lastQuestion;
    if (!fetch || at !== undefined || question === undefined || !asksOutside(verdict, question.revocation)) {
      return verdict;
    }
    return options.fetchEvidence(chain, question.purpose).then((evidence) => {
      const again = judge(chain, decideWith(evidence));
      if (fetchedFor.size >= mostKept) fetchedFor.delete(fetchedFor.keys().next().value ?? '');
      fetchedFor.set(keyOf(chain), { evidence, until: endOf(again.decision, now()) });
      return again;
    });
  };

  const live = createLivePeers({
    log: options.log,
    judge: (chain, judge) =>
      chain === undefined ? judge(undefined, decideWith(undefined)) : settle(chain, judge, true),
    onClosed: options.onClosed,
  });

  const done = (arrival: Arrival, chain: PeerChain | undefined, verdict: Verdict): Verdict => {
    if (chain !== undefined) {
      if (verdict.decision?.accepted === true) verifier.remember(chain);
      onPeer({ listener: arrival.listener, address: arrival.address, chain, verdict });
    }
    if (verdict.refusal === undefined) live.add(arrival, chain, verdict);
    return verdict;
  };

  return {
    live,
    admit(arrival) {
      const { socket, judge } = arrival;
      const presented = verifier.presented(socket);
      if (presented === undefined) return done(arrival, undefined, judge(undefined, decideWith(undefined)));
      const first = settle(presented.chain, judge, true);
      if (first instanceof Promise || (presented.known && first.decision?.accepted !== true)) {
        return settleAnew(arrival, presented, first);
      }
      return done(arrival, presented.chain, first);
    },
    judge: (chain, judge) => settle(chain, judge, true),
    report: onPeer,
    judgeAgain: () => live.judgeAgain(),
  };

  /** A known chain only ever lets in: a refusal is given for what was presented this time. */
  async function settleAnew(
    arrival: Arrival,
    presented: { readonly chain: PeerChain; readonly known: boolean },
    first: Verdict | Promise<Verdict>,
  ): Promise<Verdict> {
    let { chain } = presented;
    let verdict = await first;
    if (presented.known && verdict.decision?.accepted !== true && !arrival.socket.destroyed) {
      chain = verifier.presentedAnew(arrival.socket);
      verdict = await settle(chain, arrival.judge, true);
    }
    return done(arrival, chain, verdict);
  }
}

/** Whether the status of a certificate is open and something outside might know it. */
function asksOutside({ decision }: Verdict, revocation: EdgeRevocationRule): boolean {
  if (revocation.mode === 'off' || decision === undefined || !(revocation.useOcsp || revocation.allowCdp)) return false;
  // what was refused for another reason was refused before any status was looked at
  return decision.revocation.found.some(({ status }) => status === 'unknown');
}

function endOf(decision: Decision | undefined, now: number): number {
  const found = decision?.revocation.found ?? [];
  if (found.some(({ status }) => status === 'unknown')) return now + retryMs;
  const ends = found.flatMap(({ evidence }) => evidence.flatMap(({ nextUpdate }) => nextUpdate ?? []));
  return Math.min(now + keepMs, ...ends.map((end) => Date.parse(end)));
}

function keyOf(chain: PeerChain): string {
  const hash = createHash('sha256');
  for (const part of chain) hash.update(derOf(part));
  return hash.digest('base64');
}
