/**
 * Who is let in: every connection is judged before one of its bytes reaches anything, and judged again whenever what the
 * judgement rests on changes, as long as it is open.
 */
import type { TLSSocket } from 'node:tls';
import type { Decision } from '../../features/verification/verification.ts';
import { endOfRule } from '../../features/zones/zones.ts';
import type { Log } from '../../lib/log.ts';
import type { EdgeRevocationRule } from '../snapshot-peers.ts';
import { decisionEnd } from './decision-memory.ts';
import { EvidenceCache, holds } from './evidence-cache.ts';
import type { Refusal, Verdict } from './judge-sip.ts';
import { type ClosedConnection, createLivePeers, type LivePeers } from './live-peers.ts';
import type { FetchedEvidence, PeerChain, PeerQuestion, PeerVerifier } from './peer-verifier.ts';

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
  /** An open connection went away; `was` let it in, `refusal` is why it was ended, if it was. */
  readonly onGone?: (arrival: Arrival, was: Verdict, refusal: Refusal | undefined) => void;
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
  /** Looks at those whose judgement has ended by itself; cheap where none has. To be called every second or so. */
  judgeDue(): Promise<void>;
  /** Something new is known about certificates (SHA-256, lower-case hexadecimal): connections with them are judged again. */
  judgeHolders(fingerprints: readonly string[]): Promise<void>;
  /** When a verdict has to be looked at again, in milliseconds since 1970. */
  endOf(verdict: Verdict): number;
  readonly live: LivePeers;
}

/** Fetched evidence is kept until it ends, an hour at most; what could not be fetched is asked for again sooner. */
const keepMs = 3_600_000;
const retryMs = 30_000;
/**
 * What open connections rest on outside is asked for again this often, so that administration goes on following it; more
 * rarely the more connections there are.
 */
const followMs = 60_000;
const followEachMs = 20;

export function createAdmission(options: AdmissionOptions): Admission {
  const { verifier, onPeer, now = Date.now } = options;
  const cache = new EvidenceCache();

  const decideWith = (fetched: FetchedEvidence | undefined) => (chain: PeerChain, question: PeerQuestion) => {
    lastQuestion = question;
    return verifier.decide(chain, question, fetched);
  };
  // judges are synchronous: the question of the decision that was made last is the one that settles the verdict
  let lastQuestion: PeerQuestion | undefined;

  const settle = (chain: PeerChain, judge: Judge): Verdict | Promise<Verdict> => {
    const at = cache.get(chain, now());
    const verdict = judge(chain, decideWith(at));
    const question = lastQuestion;
    if (at !== undefined || question === undefined || !asksOutside(verdict, question.revocation)) return verdict;
    return options.fetchEvidence(chain, question.purpose).then((evidence) => {
      const again = judge(chain, decideWith(evidence));
      cache.set(chain, evidence, endOfEvidence(again.decision, now()));
      return again;
    });
  };

  const endOf = ({ decision, zone }: Verdict): number => {
    if (decision === undefined) return Number.POSITIVE_INFINITY;
    const rule = typeof zone?.ekuRule === 'object' ? endOfRule(zone.ekuRule) : 0;
    const follow = Math.max(followMs, live.size * followEachMs) * (0.75 + Math.random() / 4);
    const ends = [
      decision.accepted ? decisionEnd(decision) : Number.POSITIVE_INFINITY,
      ...(rule > now() ? [rule] : []),
    ];
    const end = Math.min(...ends);
    return restsOutside(decision) ? Math.min(end, now() + follow) : end;
  };

  const live: LivePeers = createLivePeers({
    log: options.log,
    judge: (chain, judge, anew) => {
      if (chain === undefined) return judge(undefined, decideWith(undefined));
      if (anew) cache.forget(chain);
      return settle(chain, judge);
    },
    endOf,
    onClosed: options.onClosed,
    onGone: options.onGone ?? (() => undefined),
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
      const first = settle(presented.chain, judge);
      if (first instanceof Promise || (presented.known && first.decision?.accepted !== true)) {
        return settleAnew(arrival, presented, first);
      }
      return done(arrival, presented.chain, first);
    },
    judge: settle,
    report: onPeer,
    judgeAgain: () => live.judgeAgain(),
    judgeDue: () => live.judgeDue(now()),
    judgeHolders(fingerprints) {
      for (const fingerprint of fingerprints) cache.forgetCertificate(fingerprint);
      return live.judgeSome((chain) => fingerprints.some((fingerprint) => holds(chain, fingerprint)));
    },
    endOf,
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
      verdict = await settle(chain, arrival.judge);
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

/** Whether an OCSP answer, or the lack of one, is part of the decision: something that may change at any time. */
function restsOutside({ revocation }: Decision): boolean {
  return revocation.found.some(
    ({ status, evidence }) => status === 'unknown' || evidence.some(({ kind }) => kind === 'ocsp'),
  );
}

/** RFC 6960 4.2.2.1: an answer without a next update is used once. */
function endOfEvidence(decision: Decision | undefined, now: number): number {
  const found = decision?.revocation.found ?? [];
  if (found.some(({ status }) => status === 'unknown')) return now + retryMs;
  const ends = found.flatMap(({ evidence }) => evidence.map(({ nextUpdate }) => nextUpdate));
  return Math.min(now + keepMs, ...ends.map((end) => (end === undefined ? now : Date.parse(end))));
}
