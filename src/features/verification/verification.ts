/**
 * Verifying a peer: one engine for listeners, zones, uploads, the tools page, the command line and cluster links. The
 * front door: `verify` waits for the trusted CA list, `decide` is the same without promises for an edge that holds a
 * snapshot. Nothing is stored.
 */
import { equalBytes } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { SignatureMemory } from '../../pki/path/signature-memory.ts';
import { type DecideRequest, decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { type Trust, trustOf } from './trust.ts';

export { type DecideRequest, type DecideTools, decide, type VerifySettings } from './decide.ts';
export type { Decision, DecisionCode, DecisionWarning, NamedCertificate, RevocationFinding } from './decision.ts';
export { explain, explainBriefly } from './explain.ts';
export {
  type ProfileName,
  type Purpose,
  type PurposeRow,
  profileNames,
  purposeNames,
  purposes,
  type RevocationSources,
} from './purposes.ts';
export type { Evidence, EvidenceAnswer, EvidenceCrl, EvidenceOrigin, EvidenceSwitches } from './select-evidence.ts';
export { type Trust, trustOf } from './trust.ts';

/** What `decide` takes, where trust and time may be left out: the trusted CA list, now. */
export type VerifyRequest = Omit<DecideRequest, 'trust' | 'time'> & Partial<Pick<DecideRequest, 'trust' | 'time'>>;

export interface Verification {
  /** Decides about a chain. Never throws for anything a peer can send. */
  verify(request: VerifyRequest): Promise<Decision>;
  /** The default trust, made once for each state of the trusted CA list. */
  trust(): Promise<Trust>;
}

export interface VerificationDependencies {
  readonly clock: Clock;
  /** The trusted CA list: anchors, pinned peers and listed intermediates together. */
  readonly trusted: () => Promise<readonly Certificate[]>;
  readonly memory?: SignatureMemory;
}

export function createVerification({
  clock,
  trusted,
  memory = new SignatureMemory(),
}: VerificationDependencies): Verification {
  let last: { readonly list: readonly Certificate[]; readonly trust: Trust } | undefined;
  const trust = async (): Promise<Trust> => {
    const list = await trusted();
    const unchanged =
      last?.list.length === list.length && last.list.every((c, i) => equalBytes(c.der, list[i]?.der ?? empty));
    if (last === undefined || !unchanged) last = { list, trust: trustOf(list) };
    return last.trust;
  };
  return {
    trust,
    async verify(request) {
      const settled = { ...request, trust: request.trust ?? (await trust()), time: request.time ?? clock.now() };
      return decide(settled, { monotonic: clock.monotonic, memory });
    },
  };
}

const empty = new Uint8Array();
