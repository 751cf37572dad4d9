/**
 * Verifying a peer: one engine for listeners, zones, uploads, the tools page, the command line and cluster links. The
 * front door: `verify` waits for the trusted CA list, `decide` is the same without promises for an edge that holds a
 * snapshot. Nothing is stored.
 */
import type { DecideRequest } from './decide.ts';
import type { Decision } from './decision.ts';
import type { RemoteAnswer, RemoteQuestion } from './remote/remote-check.ts';
import type { Trust } from './trust.ts';

export { type DecideRequest, type DecideTools, decide, type VerifySettings } from './decide.ts';
export type { Decision, DecisionCode, DecisionWarning, NamedCertificate, RevocationFinding } from './decision.ts';
export { explain, explainBriefly, explainRemote } from './explain.ts';
export {
  type ProfileName,
  type Purpose,
  type PurposeRow,
  profileNames,
  purposeNames,
  purposes,
} from './purposes.ts';
export type { ShownIdentity } from './remote/fetch-chain.ts';
export type { RemoteAnswer, RemoteQuestion } from './remote/remote-check.ts';
export type { Evidence, EvidenceAnswer, EvidenceCrl, EvidenceOrigin, EvidenceSwitches } from './select-evidence.ts';
export { type Trust, trustOf } from './trust.ts';

/** What `decide` takes, where trust and time may be left out: the trusted CA list, now. */
export type VerifyRequest = Omit<DecideRequest, 'trust' | 'time'> & Partial<Pick<DecideRequest, 'trust' | 'time'>>;

export interface Verification {
  /** Decides about a chain. Never throws for anything a peer can send. */
  verify(request: VerifyRequest): Promise<Decision>;
  /**
   * Fetches what a server presents and decides about it as the gateway would. Loopback, link-local and the like are
   * refused. Throws `verification.address-refused`, `verification.unreachable`, `verification.no-tls`.
   */
  checkRemote(question: RemoteQuestion): Promise<RemoteAnswer>;
  /** The default trust, made once for each state of the trusted CA list. */
  trust(): Promise<Trust>;
}
