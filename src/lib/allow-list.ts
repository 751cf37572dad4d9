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
  const { named, ranges } = entriesFor(host, allowed);
  return {
    kinds: operator || named ? ['private', 'shared', 'own'] : [],
    own: ownAddresses(),
    allow: ranges,
    never: neverAllowed,
    testAllow,
  };
}

/** Whether a list names the host, and the addresses and CIDR blocks on it. */
export function entriesFor(
  host: string,
  allowed: readonly string[],
): { readonly named: boolean; readonly ranges: readonly string[] } {
  return {
    named: allowed.some((entry) => entry.toLowerCase() === host.toLowerCase().replace(/\.$/, '')),
    ranges: allowed.filter((entry) => /^[0-9a-f.:]+(\/\d+)?$/i.test(entry)),
  };
}

/** Whether an entry on the list would let addresses of this kind be called. */
export function mayBeAllowed(kind: AddressKind): boolean {
  return !neverAllowed.includes(kind);
}

/** Kinds that no approval opens: they lead to whoever runs the machine, or to nobody. */
export const neverCalled: readonly AddressKind[] = [
  'unspecified',
  'metadata',
  'multicast',
  'link-local',
  // it may carry any of those above
  'embedded-ipv4',
  'not-an-address',
];

/** This machine itself as well. */
const neverAllowed: readonly AddressKind[] = ['loopback', ...neverCalled];
