/**
 * Which addresses a server named by the operator may have: public and private ones, others only by name, and a few
 * never: those that belong to no server of an operator.
 */
import {
  type AddressKind,
  type AddressRefusal,
  AddressRefused,
  addressRefusal,
  checkedLookup,
  type Resolve,
} from './address-filter.ts';

export interface OutboundRules {
  /** Kinds of addresses that are called without further ado. */
  readonly kinds: readonly AddressKind[];
  /** Addresses or CIDR blocks that are called too, unless their kind is in `never`. */
  readonly allow: readonly string[];
  readonly never: readonly AddressKind[];
  /** This machine's own addresses. */
  readonly own: readonly string[];
}

/** Kinds that no approval opens: they lead to whoever runs the machine or to nobody. */
export const neverCalled = [
  'unspecified',
  'metadata',
  'multicast',
  'link-local',
  // it may carry any of those above
  'embedded-ipv4',
  'not-an-address',
] as const satisfies readonly AddressKind[];

/** Why the address is not called; undefined when it is. */
export function outboundRefusal(address: string, rules: OutboundRules): AddressRefusal | undefined {
  const forbidden = addressRefusal(address);
  return forbidden !== undefined && rules.never.includes(forbidden.kind) ? forbidden : addressRefusal(address, rules);
}

/** A `lookup` for connections: the one answer of the resolver is checked as a whole and connected to. */
export function outboundLookup(resolve: Resolve, rules: OutboundRules): ReturnType<typeof checkedLookup> {
  return checkedLookup(
    (host, options, done) => {
      resolve(host, options, (error, found) => {
        if (error !== null) return done(error, []);
        const refused = found.map(({ address }) => outboundRefusal(address, rules)).find((one) => one !== undefined);
        return refused === undefined ? done(null, found) : done(new AddressRefused(refused), []);
      });
    },
    { allow: ['0.0.0.0/0', '::/0'] },
  );
}
