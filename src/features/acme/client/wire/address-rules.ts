/** Which addresses the servers of an operator may have: CAs, webhooks, DNS servers. */
import type { AddressKind, AddressRules } from '../../../../lib/address-filter.ts';

/**
 * Public and private addresses; this machine itself only where `allowed` names the host, its address or a CIDR block
 * that holds it. `own`: addresses of this machine.
 */
export function addressRulesFor(host: string, allowed: readonly string[], own: readonly string[] = []): AddressRules {
  const named = allowed.some((entry) => entry.toLowerCase() === host.toLowerCase().replace(/\.$/, ''));
  return {
    kinds: named ? ['private', 'shared', 'own', 'loopback'] : ['private', 'shared'],
    allow: allowed.filter((entry) => /^[0-9a-f.:]+(\/\d+)?$/i.test(entry)),
    never: neverCalled,
    own,
  };
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
