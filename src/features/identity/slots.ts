/** The places an identity can stand in: what the gateway presents as server, as client, and for each domain. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { isFqdn } from '../settings/settings.ts';

/** Names a slot everywhere: in paths, on the command line, in the database. */
export type Slot = 'server' | 'client' | `domain:${string}`;

/** The most domain slots one gateway holds. */
export const maximumDomains = 1000;

/** The slot named in a path or on the command line; a Problem `identity.no-such-slot` for anything else. */
export function parseSlot(text: string): Slot {
  if (text === 'server' || text === 'client') return text;
  if (text.startsWith('domain:')) return domainSlot(text.slice('domain:'.length));
  throw new Problem({
    code: 'identity.no-such-slot',
    status: 404,
    title: 'No such certificate.',
    detail: `"${printable(text, 100)}" is neither "server", "client" nor "domain:" followed by a domain name.`,
    hint: 'List what there is with `tollgate identity list`.',
  });
}

/** The slot of a domain served by SNI; a Problem `identity.domain-name` when it is no FQDN. */
export function domainSlot(domain: string): Slot {
  const name = domain.trim().toLowerCase();
  const check = isFqdn(name);
  if (check.ok) return `domain:${name}`;
  throw new Problem({
    code: 'identity.domain-name',
    status: 422,
    title: 'The domain name is not valid.',
    detail: `${printable(name, 100)} ${check.reason}.`,
    hint: 'Give the name that clients send by SNI, for example video.example.com. Wildcards are not possible.',
  });
}

/** The domain of a domain slot, undefined for `server` and `client`. */
export function domainOf(slot: Slot): string | undefined {
  return slot.startsWith('domain:') ? slot.slice('domain:'.length) : undefined;
}

/** What people call the slot: "Server certificate". */
export function slotLabel(slot: Slot): string {
  if (slot === 'server') return 'Server certificate';
  if (slot === 'client') return 'Client certificate';
  return `Domain certificate ${domainOf(slot)}`;
}
