/**
 * Decisions about chains that are met again and again: the same chain, asked the same question over the same trust and
 * the same revocation data, is decided once in a few seconds. Nothing outlives what it rests on.
 */
import type { Decision } from '../../features/verification/verification.ts';
import type { PeerEvidence } from './evidence.ts';
import type { FetchedEvidence, PeerChain, PeerQuestion } from './peer-verifier.ts';

/** Everything a decision depends on but the time. */
export interface DecisionBasis {
  readonly question: PeerQuestion;
  readonly evidence: PeerEvidence;
  readonly fetched: FetchedEvidence | undefined;
}

interface Remembered extends DecisionBasis {
  readonly decision: Decision;
  /** Milliseconds since 1970; it holds from the first up to the second. */
  readonly from: number;
  readonly until: number;
}

/** The longest for which a decision is taken for another of the same. */
const longestMs = 5_000;
const mostPerChain = 4;

export class DecisionMemory {
  readonly #chains = new WeakMap<PeerChain, Remembered[]>();

  get(chain: PeerChain, { question, evidence, fetched }: DecisionBasis, time: number): Decision | undefined {
    for (const one of this.#chains.get(chain) ?? []) {
      const same = one.evidence === evidence && one.fetched === fetched && sameQuestion(one.question, question);
      if (same) return time >= one.from && time < one.until ? one.decision : undefined;
    }
    return undefined;
  }

  /** Only what was accepted is remembered: a refusal is worked out in full each time. */
  set(chain: PeerChain, basis: DecisionBasis, decision: Decision, time: number): void {
    if (!decision.accepted) return;
    const others = (this.#chains.get(chain) ?? []).filter(
      ({ question, evidence }) => evidence === basis.evidence && !sameQuestion(question, basis.question),
    );
    const until = Math.min(time + longestMs, decisionEnd(decision));
    this.#chains.set(chain, [{ ...basis, decision, from: time, until }, ...others.slice(0, mostPerChain - 1)]);
  }
}

/** When an accepted decision stops holding by itself: a certificate or a piece of revocation data ends. */
export function decisionEnd({ path, revocation }: Decision): number {
  const ends = [...path.map(({ notAfter }) => notAfter)];
  for (const { evidence } of revocation.found)
    for (const { nextUpdate } of evidence) if (nextUpdate) ends.push(nextUpdate);
  return Math.min(...ends.map((end) => Date.parse(end)));
}

function sameQuestion(a: PeerQuestion, b: PeerQuestion): boolean {
  return (
    a.revocation === b.revocation &&
    a.purpose === b.purpose &&
    a.sources === b.sources &&
    a.trustSet === b.trustSet &&
    a.extendedKeyUsage === b.extendedKeyUsage &&
    a.enforce === b.enforce &&
    a.names.length === b.names.length &&
    a.names.every((name, i) => name === b.names[i])
  );
}
