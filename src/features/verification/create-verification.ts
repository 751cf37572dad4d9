/** Verification over the trusted CA list of one gateway. */
import type { AddressRules } from '../../lib/address-filter.ts';
import { allowListRules } from '../../lib/allow-list.ts';
import { equalBytes } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { SignatureMemory } from '../../pki/path/signature-memory.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { checkRemote } from './remote/remote-check.ts';
import { type Trust, trustOf } from './trust.ts';
import type { Verification, VerifyRequest } from './verification.ts';

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
