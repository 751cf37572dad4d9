/** Identities as lines of text for the command line. */
import type { ChangeResult, IdentityOverview } from './schemas.ts';

/** What a change led to, for people. */
export function changeText({ identity, notServed }: ChangeResult): string {
  return notServed === null ? `${overviewText(identity)}\nServed from the next handshake on.` : `${notServed}`;
}

/** One slot in a line, and what is wrong with it below. */
export function overviewText(identity: IdentityOverview): string {
  const what =
    identity.active === null
      ? identity.served === 'server'
        ? 'uses the server certificate'
        : 'no certificate'
      : `${identity.active.subject}  until ${identity.active.notAfter}`;
  const lines = [`${identity.slot}: ${what}${identity.pendingCsr === null ? '' : '  (CSR pending)'}`];
  for (const c of identity.conditions) lines.push(`  ${c.severity}: ${c.message} ${c.hint}`);
  return lines.join('\n');
}
