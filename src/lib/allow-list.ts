/** The operator's list of hosts that may be called although their addresses are not public. */
import type { AddressKind, AddressRules } from './address-filter.ts';
import { ownAddresses } from './own-addresses.ts';

export interface AllowList {
  /** Whether the operator chose the host: private addresses are then called anyway. */
  readonly operator: boolean;
  /** Hosts, addresses or CIDR blocks. */
  readonly allowed: readonly string[];
  /** Let through whatever it is; for tests and demonstrations. */
  readonly testAllow?: readonly string[];
}

/** Which addresses may be called for `host`. */
export function allowListRules(host: string, { operator, allowed, testAllow = [] }: AllowList): AddressRules {
  const named = allowed.some((entry) => entry.toLowerCase() === host.toLowerCase().replace(/\.$/, ''));
  return {
    kinds: operator || named ? ['private', 'shared', 'own'] : [],
    own: ownAddresses(),
    allow: allowed.filter((entry) => /^[0-9a-f.:]+(\/\d+)?$/i.test(entry)),
    never: neverCalled,
    testAllow,
  };
}

/** Whether an entry on the list would let addresses of this kind be called. */
export function mayBeAllowed(kind: AddressKind): boolean {
  return !neverCalled.includes(kind);
}

/** This machine itself, and the metadata service that would hand out its secrets. */
const neverCalled: readonly AddressKind[] = [
  'loopback',
  'unspecified',
  'metadata',
  'multicast',
  'link-local',
  // it may carry any of those above
  'embedded-ipv4',
  'not-an-address',
];
