/**
 * Verifying a peer: one engine for listeners, zones, uploads, the tools page, the command line and cluster links. The
 * front door: `verify` waits for the trusted CA list, `decide` is the same without promises for an edge that holds a
 * snapshot. Nothing is stored.
 */
import type { AddressRules } from '../../lib/address-filter.ts';
import { allowListRules } from '../../lib/allow-list.ts';
import { equalBytes } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { SignatureMemory } from '../../pki/path/signature-memory.ts';
import { type DecideRequest, decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { checkRemote, type RemoteAnswer, type RemoteQuestion } from './remote/remote-check.ts';
import { type Trust, trustOf } from './trust.ts';

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

export interface VerificationDependencies {
  readonly clock: Clock;
  /** The trusted CA list: anchors, pinned peers and listed intermediates together. */
  readonly trusted: () => Promise<readonly Certificate[]>;
  readonly memory?: SignatureMemory;
  /** Which addresses a remote check may call for a host; unless told, public and private ones; undefined: all. */
  readonly addresses?: (host: string) => AddressRules | undefined;
}

export function createVerification({
  clock,
  trusted,
  memory = new SignatureMemory(),
  addresses = (host) => allowListRules(host, { operator: true, allowed: [] }),
}: VerificationDependencies): Verification {
  let last: { readonly list: readonly Certificate[]; readonly trust: Trust } | undefined;
  const trust = async (): Promise<Trust> => {
    const list = await trusted();
    const unchanged =
      last?.list.length === list.length && last.list.every((c, i) => equalBytes(c.der, list[i]?.der ?? empty));
    if (last === undefined || !unchanged) last = { list, trust: trustOf(list) };
    return last.trust;
  };
  const verify = async (request: VerifyRequest): Promise<Decision> => {
    const settled = { ...request, trust: request.trust ?? (await trust()), time: request.time ?? clock.now() };
    return decide(settled, { monotonic: clock.monotonic, memory });
  };
  return {
    trust,
    verify,
    checkRemote: (question) => checkRemote(question, verify, addresses),
  };
}

const empty = new Uint8Array();
