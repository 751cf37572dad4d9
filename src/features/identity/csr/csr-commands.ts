/** `tollgate identity csr …`: requests on the command line. */
import type { Command, CommandOptions } from '../../../lib/command.ts';
import type { CsrForm, CsrPreview, CsrView } from '../schemas.ts';
import { slotArgument, slotPath } from '../slot-argument.ts';

export const csrCommands: readonly Command[] = [
  {
    path: ['identity', 'csr', 'generate'],
    summary: 'Generate a certificate signing request; its key is made on the gateway and stays there',
    arguments: [slotArgument],
    options: [
      { flags: '--common-name <fqdn>', description: "default: the cluster's FQDN, else this peer's, or the domain" },
      {
        flags: '--alternative-names <which>',
        description: 'which peers are named besides the common name',
        choices: ['none', 'this-peer', 'all-peers'],
      },
      { flags: '--names <list>', description: 'additional alternative names, comma separated' },
      { flags: '--country <code>', description: 'two letters' },
      { flags: '--state <text>', description: 'state or province' },
      { flags: '--locality <text>', description: 'town' },
      { flags: '--organization <text>', description: 'organization' },
      { flags: '--organizational-unit <text>', description: 'organizational unit' },
      { flags: '--email <address>', description: 'e-mail address' },
      {
        flags: '--key <kind>',
        description: 'rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519, ml-dsa-65…',
      },
      { flags: '--digest <name>', description: 'sha256, sha384 or sha512' },
      { flags: '--server-only', description: 'ask for serverAuth alone, as public CAs demand' },
      { flags: '--reuse-key', description: 'Re-use current private key' },
      { flags: '--preview', description: 'only show the names and the reminders' },
      { flags: '--out <file>', description: 'write the request into a file' },
    ],
    examples: [
      'tollgate identity csr generate server --organization Example --country GB --out csr.pem',
      'tollgate identity csr generate server --preview',
    ],
    run: async (context, [slot], options) => {
      const form = formOf(options);
      const path = `${slotPath(slot)}/csr`;
      const preview = (await context.call('POST', `${path}/preview`, form)) as CsrPreview;
      if (options['preview']) return context.print(preview, () => previewText(preview));
      const csr = (await context.call('POST', path, form)) as CsrView;
      const out = typeof options['out'] === 'string' ? options['out'] : undefined;
      if (out !== undefined) await context.writeOutput(csr.pem, out);
      const pem = out === undefined ? [csr.pem] : [`The request is in ${out}.`];
      return context.print(csr, () => [...pem, ...preview.reminders.map(remarkText), ...commandLines(csr)].join('\n'));
    },
  },
  {
    path: ['identity', 'csr', 'show'],
    summary: 'The pending request, else the last one',
    arguments: [slotArgument],
    options: [
      { flags: '--pem', description: 'PEM instead of the decoded form' },
      { flags: '--der', description: 'DER; give --out' },
      { flags: '--out <file>', description: 'write into a file' },
    ],
    examples: ['tollgate identity csr show server', 'tollgate identity csr show server --pem --out csr.pem'],
    run: async (context, [slot], options) => {
      const path = `${slotPath(slot)}/csr`;
      const out = typeof options['out'] === 'string' ? options['out'] : undefined;
      if (options['der']) return context.writeOutput(await context.download(`${path}/der`), out);
      const csr = (await context.call('GET', path)) as CsrView;
      const text = options['pem'] ? csr.pem : [csr.text, ...commandLines(csr)].join('\n');
      return out === undefined ? context.print(csr, () => text) : context.writeOutput(text, out);
    },
  },
  {
    path: ['identity', 'csr', 'discard'],
    summary: 'Discard CSR: destroys its key unless a certificate uses it',
    arguments: [slotArgument],
    examples: ['tollgate identity csr discard server --yes'],
    run: async (context, [slot]) => {
      if (!(await context.confirm('Discard the CSR? A certificate made from it can no longer be loaded.'))) return;
      const view = await context.call('DELETE', `${slotPath(slot)}/csr`);
      context.print(view, () => 'The CSR is discarded.');
    },
  },
];

function formOf(options: CommandOptions): CsrForm {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const names = text('names');
  const form = {
    commonName: text('commonName'),
    alternativeNames: text('alternativeNames') as CsrForm['alternativeNames'],
    additionalNames: names === undefined ? undefined : [names],
    country: text('country'),
    state: text('state'),
    locality: text('locality'),
    organization: text('organization'),
    organizationalUnit: text('organizationalUnit'),
    email: text('email'),
    key: text('key'),
    digest: text('digest'),
    purpose: options['serverOnly'] ? 'server-only' : undefined,
    reuseKey: options['reuseKey'] ? true : undefined,
  };
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

function previewText(preview: CsrPreview): string {
  return [
    `Subject: ${preview.subject}`,
    `Key: ${preview.key}, digest ${preview.digest}, usages ${preview.extendedKeyUsage.join(', ')}`,
    'Alternative names:',
    ...preview.names.map((name) => `  ${name.text}  (${name.reason})`),
    ...preview.reminders.map(remarkText),
    ...preview.errors.map((e) => `Error in ${e.field}: ${e.detail} ${e.hint ?? ''}`),
  ].join('\n');
}

function remarkText({ message, hint = '' }: CsrPreview['reminders'][number]): string {
  return `Note: ${message} ${hint}`.trim();
}

function commandLines(csr: CsrView): string[] {
  return csr.commands.flatMap(({ title, command, note }) => [`${title}: ${note}`, `  ${command}`]);
}
