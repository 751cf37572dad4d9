/** Which addresses the servers of an operator may have: CAs, webhooks, DNS servers. */
import type { AddressRules } from '../../../../lib/address-filter.ts';
import { entriesFor, neverCalled } from '../../../../lib/allow-list.ts';

/**
 * Public and private addresses; this machine itself only where `allowed` names the host, its address or a CIDR block
 * that holds it. `own`: addresses of this machine.
 */
export function addressRulesFor(host: string, allowed: readonly string[], own: readonly string[] = []): AddressRules {
  const { named, ranges } = entriesFor(host, allowed);
  return {
    kinds: named ? ['private', 'shared', 'own', 'loopback'] : ['private', 'shared'],
    allow: ranges,
    never: neverCalled,
    own,
  };
}
