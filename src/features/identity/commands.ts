/** `tollgate identity …`: certificates and requests on the command line. */
import type { Command, CommandContext } from '../../lib/command.ts';
import { changeText, overviewText } from './change-text.ts';
import { csrCommands } from './csr/csr-commands.ts';
import type { RequiredName } from './required-names.ts';
import type { ChangeResult, IdentityOverview, IdentityView } from './schemas.ts';
import { slotArgument, slotPath } from './slot-argument.ts';
import { uploadCommands } from './upload/upload-commands.ts';

/** `identity list|show|names|csr …|upload|reset|roll-back|domain …`. */
export const identityCommands: readonly Command[] = [
  {
    path: ['identity', 'list'],
    summary: 'What the gateway presents, and what is wrong with it',
    examples: ['tollgate identity list', 'tollgate identity list --json'],
    run: async (context) => {
      const answer = (await context.call('GET', '/identities')) as { identities: IdentityOverview[] };
      context.print(answer, () => answer.identities.map(overviewText).join('\n'));
    },
  },
  {
    path: ['identity', 'show'],
    summary: 'One certificate with its chain, names and history',
    arguments: [slotArgument],
    options: [
      { flags: '--text', description: 'decoded, in the layout of openssl x509 -text' },
      { flags: '--pem', description: 'the certificate and its chain as served' },
    ],
    examples: ['tollgate identity show server', 'tollgate identity show domain:video.example.com --text'],
    run: async (context, [slot], options) => {
      const path = slotPath(slot);
      if (options['pem']) return context.writeOutput(await context.download(`${path}/pem`));
      if (options['text']) {
        const { text } = (await context.call('GET', `${path}/text`)) as { text: string };
        return context.print({ text }, () => text);
      }
      const view = (await context.call('GET', path)) as IdentityView;
      return context.print(view, () => viewText(view));
    },
  },
  {
    path: ['identity', 'names'],
    summary: 'The names that the settings demand, and which the certificate lacks',
    arguments: [slotArgument],
    examples: ['tollgate identity names server'],
    run: async (context, [slot]) => {
      const answer = (await context.call('GET', `${slotPath(slot)}/required-names`)) as {
        names: RequiredName[];
        missing: RequiredName[];
      };
      const missing = new Set(answer.missing.map((name) => `${name.kind}:${name.value}`));
      context.print(answer, () =>
        answer.names.length === 0
          ? 'No names are demanded. Set the FQDN of this gateway.'
          : answer.names
              .map((n) => `${missing.has(`${n.kind}:${n.value}`) ? 'missing' : 'held   '}  ${n.value}  (${n.reason})`)
              .join('\n'),
      );
    },
  },
  ...csrCommands,
  ...uploadCommands,
  {
    path: ['identity', 'reset'],
    summary: 'Reset to default; the certificate that is replaced is kept for roll-back',
    arguments: [slotArgument],
    examples: ['tollgate identity reset server --yes'],
    run: (context, [slot]) => change(context, `Reset ${String(slot)} to its default?`, `${slotPath(slot)}/reset`),
  },
  {
    path: ['identity', 'roll-back'],
    summary: 'Serve the previous certificate again',
    arguments: [slotArgument],
    examples: ['tollgate identity roll-back server --yes'],
    run: (context, [slot]) =>
      change(context, `Serve the previous certificate of ${String(slot)} again?`, `${slotPath(slot)}/roll-back`),
  },
  {
    path: ['identity', 'domain', 'add'],
    summary: 'Add a domain that is served by SNI',
    arguments: [{ name: '<domain>', description: 'the name that clients send by SNI' }],
    examples: ['tollgate identity domain add video.example.com'],
    run: async (context, [domain]) => {
      const view = (await context.call('POST', '/identities', { domain: String(domain) })) as IdentityView;
      context.print(view, () => `${view.label} is set up. Next: tollgate identity csr generate ${view.slot}`);
    },
  },
  {
    path: ['identity', 'domain', 'remove'],
    summary: 'Remove a domain with its certificates, request and keys',
    arguments: [{ name: '<domain>', description: 'as it was added' }],
    examples: ['tollgate identity domain remove video.example.com --yes'],
    run: async (context, [domain]) => {
      if (!(await context.confirm(`Remove ${String(domain)} with its certificates and keys?`))) return;
      const path = slotPath(`domain:${String(domain).replace(/^domain:/, '')}`);
      const answer = (await context.call('DELETE', path)) as { served: boolean; notServed: string | null };
      context.print(answer, () => answer.notServed ?? 'Removed.');
    },
  },
];

async function change(context: CommandContext, question: string, path: string): Promise<void> {
  if (!(await context.confirm(question))) return;
  const result = (await context.call('POST', path)) as ChangeResult;
  context.print(result, () => changeText(result));
}

function viewText(view: IdentityView): string {
  const lines = [view.label, overviewText(view)];
  if (view.expires !== null) lines.push(view.expires);
  if (view.active !== null) {
    const { issuer, names, fingerprintSha256, fingerprintSha1, chain } = view.active;
    lines.push(`Issuer: ${issuer}`, `Names: ${names.map((name) => name.text).join(', ')}`);
    lines.push(`SHA-256 fingerprint: ${fingerprintSha256}`, `SHA-1 fingerprint: ${fingerprintSha1}`, 'Chain:');
    for (const link of chain) lines.push(`  ${link.role}: ${link.subject}${link.served ? '' : ' (not sent)'}`);
    if (view.active.missingIssuer !== null) lines.push(`  missing: ${view.active.missingIssuer}`);
  }
  if (view.usedBy.length > 0) lines.push(`Used by: ${view.usedBy.join('; ')}`);
  if (view.previous !== null) lines.push(`Previous: ${view.previous.subject} until ${view.previous.notAfter}`);
  return lines.join('\n');
}
