/** What about the private CA deserves an alarm: an authority about to end, or one that must be replaced. */
import type { Condition } from '../../lib/condition.ts';
import { isoDate } from '../../lib/time-text.ts';
import type { Authority } from './authority/authority.ts';

const day = 86_400_000;

/** `longest`: how long the longest-lived certificate of a template holds, in days. */
export function authorityConditions(
  authorities: readonly Authority[],
  { now, longest, hasAddress }: { now: number; longest: number; hasAddress: boolean },
): readonly Condition[] {
  const active = authorities.filter(({ state, certificate }) => state === 'active' && certificate !== undefined);
  const issuing = active.some(({ role }) => role === 'intermediate');
  return [...active.flatMap((one) => ending(one, now, longest)), ...(issuing && !hasAddress ? [noAddress] : [])];
}

function ending(authority: Authority, now: number, longest: number): readonly Condition[] {
  const { id, label, role, notAfter, certificate, replacedBy } = authority;
  const date = isoDate(notAfter);
  const common = { object: id };
  if (now > notAfter) {
    return [
      {
        ...common,
        code: 'private-ca.expired',
        severity: 'critical',
        message: `The authority ${label} ended on ${date}: nothing it issued is accepted any more.`,
        hint: role === 'root' ? 'Create a new root, and have it trusted.' : 'Rotate it, and renew what it issued.',
      },
    ];
  }
  // what is issued now would be cut short by the end of its issuer
  const lifetime = notAfter - certificate!.notBefore;
  if (role === 'intermediate' && replacedBy === null && notAfter - now < Math.min(longest * day, lifetime / 2)) {
    return [
      {
        ...common,
        code: 'private-ca.rotation-due',
        severity: notAfter - now < 30 * day ? 'alert' : 'warning',
        message: `The intermediate ${label} ends on ${date}: certificates it issues are cut short by that.`,
        hint: 'Rotate it: tollgate private-ca rotate',
      },
    ];
  }
  if (role === 'root' && notAfter - now < Math.max(lifetime / 5, 30 * day)) {
    return [
      {
        ...common,
        code: 'private-ca.expires-soon',
        severity: notAfter - now < 90 * day ? 'alert' : 'warning',
        message: `The root ${label} ends on ${date}.`,
        hint: 'Create the next root now, so that everybody trusts it before this one ends.',
      },
    ];
  }
  return [];
}

const noAddress: Condition = {
  code: 'private-ca.no-address',
  object: 'private-ca',
  severity: 'warning',
  message: 'Certificates are issued without an address to ask whether they were revoked.',
  hint: 'Set the name of the gateway, or the public address of the private CA: tollgate private-ca settings',
};
