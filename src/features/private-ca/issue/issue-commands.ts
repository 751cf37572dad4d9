/** `tollgate private-ca issue` and `preview`. */
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command, CommandContext, CommandOption, CommandOptions } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import { find, oldPassphrase, words } from '../authority/authority-commands.ts';

interface Notes {
  readonly notes: readonly { readonly message: string }[];
}

const csrArgument = {
  name: '[csr]',
  description: 'Request, PEM or DER; - for standard input; left out with --slot',
} as const;
const askedOptions: readonly CommandOption[] = [
  { flags: '--template <name>', description: 'template', default: 'web-client-server' },
  { flags: '--slot <slot>', description: 'sign the pending request of server, client or domain:NAME' },
  { flags: '--authority <id>', description: 'another authority than the one that issues by default' },
  {
    flags: '--names <list>',
    description: 'alternative names instead of those of the request: a.example, 192.0.2.1, …',
  },
  { flags: '--not-after <date>', description: 'an earlier end: 2027-03-15' },
  { flags: '--strict', description: 'refuse where a name would be left out' },
];

export const issueCommands: readonly Command[] = [
  {
    path: ['private-ca', 'issue'],
    summary: 'Issue a certificate for a request',
    arguments: [csrArgument],
    options: [
      ...askedOptions,
      { flags: '--out <file>', description: 'file to write certificate and chain to' },
      { flags: '--deploy', description: 'with --slot: serve the certificate at once' },
      { flags: '--passphrase-file <file>', description: 'for an authority whose key is under a passphrase' },
      { flags: '--ask-passphrase', description: 'ask for that passphrase on the terminal' },
      { flags: '--confirm-2050', description: 'an end in 2050 or later is meant' },
    ],
    examples: [
      'tollgate private-ca issue request.pem --template web-server --out certificate.pem',
      'tollgate private-ca issue --slot client --template client --deploy',
    ],
    async run(context, [csr], options) {
      const withPassphrase = options['askPassphrase'] === true || typeof options['passphraseFile'] === 'string';
      const issued = (await context.call('POST', '/private-ca/certificates', {
        ...(await asked(context, csr, options)),
        ...(options['deploy'] === true && { deploy: true }),
        ...(options['confirm2050'] === true && { confirmed2050: true }),
        ...(withPassphrase && { passphrase: await oldPassphrase(context, options) }),
      })) as Notes & { serial: string; chain: string; notAfter: string; deployed: boolean };
      const { out } = options;
      if (typeof out === 'string') await context.writeOutput(issued.chain, out);
      context.print(issued, () =>
        [
          ...(typeof out === 'string' || options['slot'] !== undefined ? [] : [issued.chain]),
          `Serial number ${issued.serial}, until ${issued.notAfter.slice(0, 10)}.${issued.deployed ? ' It is served now.' : ''}`,
          ...noteLines(issued),
        ].join('\n'),
      );
    },
  },
  {
    path: ['private-ca', 'preview'],
    summary: 'Show what would be issued for a request, and what would be left out',
    arguments: [csrArgument],
    options: askedOptions,
    async run(context, [csr], options) {
      const body = await asked(context, csr, options);
      const preview = (await context.call('POST', '/private-ca/previews', body)) as Notes & { text: string };
      context.print(preview, () => [preview.text, ...noteLines(preview)].join('\n'));
    },
  },
];

async function asked(context: CommandContext, csr: unknown, options: CommandOptions): Promise<object> {
  const { template, slot, authority, strict } = options;
  const notAfter = options['notAfter'];
  const names = words(options['names']);
  return {
    template,
    ...(typeof csr === 'string' && { csr: toBase64(await context.readInput(csr)) }),
    ...(typeof slot === 'string' && { slot }),
    ...(typeof authority === 'string' && { authority: (await find(context, authority)).id }),
    ...(names !== undefined && { names: names.map(nameOf) }),
    ...(typeof notAfter === 'string' && { notAfter: `${notAfter}T00:00:00Z` }),
    ...(strict === true && { strict }),
  };
}

/** The kind a name is written like. */
function nameOf(value: string): { readonly kind: string; readonly value: string } {
  const [, kind, rest] = /^(dns|ip|email|uri|srv|xmpp|upn):(.+)$/.exec(value) ?? [];
  if (kind !== undefined && rest !== undefined) return { kind, value: rest };
  if (/^[0-9.]+$/.test(value) || /^[0-9a-f:]*:[0-9a-f:.]*$/i.test(value)) return { kind: 'ip', value };
  if (value.includes('@')) return { kind: 'email', value };
  if (value.startsWith('_')) return { kind: 'srv', value };
  return { kind: 'dns', value };
}

function noteLines({ notes }: Notes): string[] {
  return notes.map(({ message }) => `! ${printable(message, 1_000)}`);
}
