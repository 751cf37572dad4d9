/** `tollgate private-ca create`, `root`, `intermediate`, `rotate`: authorities on the command line. */
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command, CommandContext, CommandOption, CommandOptions } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import type { AuthorityView } from '../schemas.ts';

const idArgument = { name: '<id>', description: 'Id of the authority, or its beginning' } as const;
const passphraseFile: CommandOption = { flags: '--passphrase-file <file>', description: "the root key's passphrase" };
const keyWords = 'rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519, ml-dsa-44, ml-dsa-65 or ml-dsa-87';
const subjectOptions: readonly CommandOption[] = [
  { flags: '--organization <text>', description: 'organization' },
  { flags: '--country <code>', description: 'two letters' },
];
const limitOptions: readonly CommandOption[] = [
  {
    flags: '--domains <list>',
    description: 'domains it may issue for, comma separated; default: those of the gateway',
  },
  { flags: '--addresses <list>', description: 'address ranges it may issue for, comma separated; default: none' },
  { flags: '--mail <list>', description: 'domains of mail addresses, comma separated; default: those of --domains' },
  { flags: '--unconstrained', description: 'it may issue for any name' },
];

export const authorityCommands: readonly Command[] = [
  {
    path: ['private-ca', 'create'],
    summary: 'Create a root, an intermediate below it that issues, and trust the root',
    arguments: [{ name: '<name>', description: 'Name: *<name> Root* and *<name> Issuing CA* are made' }],
    options: [
      ...subjectOptions,
      { flags: '--root-key <kind>', description: keyWords, default: 'rsa-4096' },
      { flags: '--key <kind>', description: 'key of the intermediate', default: 'ec-p256' },
      ...limitOptions,
      passphraseFile,
      { flags: '--no-trust', description: 'leave the trusted CA list as it is' },
    ],
    examples: ['tollgate private-ca create Example --domains example.com'],
    async run(context, [name], options) {
      const passphrase = await newPassphrase(context, options);
      // a second try, after an intermediate that was refused, goes on with the root of the first
      const label = `${String(name)} Root`;
      const before = (await list(context)).find((one) => one.label === label && one.state === 'active');
      const made =
        before ??
        (await post(context, '/private-ca/roots', {
          subject: subjectOf(label, options),
          passphrase,
          trust: options['trust'] !== false,
          algorithm: options['rootKey'],
        }));
      const intermediate = await post(context, '/private-ca/intermediates', {
        subject: subjectOf(`${String(name)} Issuing CA`, options),
        passphrase,
        parent: made.id,
        algorithm: options['key'],
        ...limitsOf(options),
      });
      // with the intermediate the root is no longer the one that issues by default, and has issued
      const root = (await list(context)).find(({ id }) => id === made.id) ?? made;
      context.print({ root, intermediate }, () => `${authorityText(root)}\n${authorityText(intermediate)}`);
    },
  },
  {
    path: ['private-ca', 'root', 'create'],
    summary: 'Create a root; its key is kept under a passphrase alone',
    arguments: [{ name: '<common-name>', description: 'Common name' }],
    options: [
      ...subjectOptions,
      { flags: '--key <kind>', description: keyWords, default: 'rsa-4096' },
      { flags: '--days <number>', description: 'how long it holds', default: '3650' },
      passphraseFile,
      { flags: '--trust', description: 'append it to the trusted CA list' },
      { flags: '--confirm-2050', description: 'an end in 2050 or later is meant' },
    ],
    examples: ['tollgate private-ca root create "Example Root" --organization Example --trust'],
    async run(context, [name], options) {
      const root = await post(context, '/private-ca/roots', {
        subject: subjectOf(String(name), options),
        passphrase: await newPassphrase(context, options),
        algorithm: options['key'],
        days: Number(options['days']),
        trust: options['trust'] === true,
        ...(options['confirm2050'] === true && { confirmed2050: true }),
      });
      context.print(root, () => authorityText(root));
    },
  },
  {
    path: ['private-ca', 'intermediate', 'create'],
    summary: 'Create an intermediate, below a root here or with a request for another CA',
    arguments: [{ name: '<common-name>', description: 'Common name' }],
    options: [
      { flags: '--parent <id>', description: 'root that signs; without it a request for another CA is made' },
      ...subjectOptions,
      { flags: '--key <kind>', description: keyWords, default: 'ec-p256' },
      { flags: '--days <number>', description: 'how long it holds', default: '1825' },
      ...limitOptions,
      { flags: '--partitions <number>', description: 'over how many CRLs its certificates are spread', default: '0' },
      passphraseFile,
    ],
    examples: ['tollgate private-ca intermediate create "Example Issuing CA" --parent 5f --domains example.com'],
    async run(context, [name], options) {
      const given = options['parent'];
      const parent = typeof given === 'string' ? (await find(context, given)).id : undefined;
      const intermediate = await post(context, '/private-ca/intermediates', {
        subject: subjectOf(String(name), options),
        algorithm: options['key'],
        days: Number(options['days']),
        ...limitsOf(options),
        partitions: Number(options['partitions']),
        ...(parent !== undefined && { parent, passphrase: await oldPassphrase(context, options) }),
      });
      context.print(intermediate, () => authorityText(intermediate) + (intermediate.request ?? ''));
    },
  },
  {
    path: ['private-ca', 'intermediate', 'install'],
    summary: 'Give a pending intermediate the certificate that another CA made, with those above it',
    arguments: [idArgument, { name: '<file>', description: 'PEM with every certificate up to the root' }],
    async run(context, [id, file]) {
      const authority = await find(context, String(id));
      const body = { file: toBase64(await context.readInput(String(file))) };
      const installed = await post(context, `/private-ca/authorities/${authority.id}/certificate`, body);
      context.print(installed, () => authorityText(installed));
    },
  },
  {
    path: ['private-ca', 'intermediate', 'discard'],
    summary: 'Discard an intermediate that waits for its certificate, and destroy its key',
    arguments: [idArgument],
    async run(context, [given]) {
      const { id, label } = await find(context, String(given));
      if (!(await context.confirm(`Discard ${printable(label)} and destroy its key?`))) return;
      context.print(await context.call('DELETE', `/private-ca/authorities/${id}`), () => 'Discarded.');
    },
  },
  {
    path: ['private-ca', 'rotate'],
    summary: 'Replace an intermediate by one with a new key; the old one is published until it ends',
    arguments: [idArgument],
    options: [
      { flags: '--key <kind>', description: 'another kind of key' },
      { flags: '--days <number>', description: 'how long it holds; default: as long as before' },
      passphraseFile,
    ],
    async run(context, [given], options) {
      const old = await find(context, String(given));
      const next = await post(context, `/private-ca/authorities/${old.id}/rotation`, {
        ...(typeof options['key'] === 'string' && { algorithm: options['key'] }),
        ...(typeof options['days'] === 'string' && { days: Number(options['days']) }),
        ...(old.parent !== null && { passphrase: await oldPassphrase(context, options) }),
      });
      context.print(next, () => authorityText(next) + (next.request ?? ''));
    },
  },
  {
    path: ['private-ca', 'trust'],
    summary: 'Append the root of an authority to the trusted CA list',
    arguments: [idArgument],
    async run(context, [given]) {
      const { id } = await find(context, String(given));
      const answer = (await context.call('POST', `/private-ca/authorities/${id}/trust`)) as { added: boolean };
      context.print(answer, () => (answer.added ? 'Added to the trusted CA list.' : 'It is trusted already.'));
    },
  },
  {
    path: ['private-ca', 'authorities'],
    summary: 'List roots and intermediates',
    async run(context) {
      const authorities = await list(context);
      const none = 'There is no authority yet: tollgate private-ca create';
      context.print({ authorities }, () =>
        authorities.length === 0 ? none : authorities.map(authorityText).join('\n'),
      );
    },
  },
  {
    path: ['private-ca', 'authority'],
    summary: 'Show a root or intermediate, or write its certificate into a file',
    arguments: [idArgument],
    options: [
      { flags: '--format <format>', description: 'what to write', choices: ['text', 'pem', 'der', 'chain', 'request'] },
      { flags: '--out <file>', description: 'file to write, which must not exist' },
    ],
    examples: ['tollgate private-ca authority 5f --format chain --out ca.pem'],
    async run(context, [given], options) {
      const authority = await find(context, String(given));
      const { format = 'text', out } = options;
      if (format === 'text') return context.print(authority, () => authorityText(authority) + authority.text);
      const bytes = await context.download(`/private-ca/authorities/${authority.id}/file?format=${String(format)}`);
      await context.writeOutput(bytes, typeof out === 'string' ? out : undefined);
    },
  },
];

/** The authority that an id, its beginning or a label names. */
export async function find(context: CommandContext, given: string): Promise<AuthorityView> {
  const all = await list(context);
  const found = all.filter(({ id, label }) => id.startsWith(given.toLowerCase()) || label === given);
  if (found.length === 1) return found[0]!;
  // the gateway says it in its own words
  return (await context.call('GET', `/private-ca/authorities/${encodeURIComponent(given)}`)) as AuthorityView;
}

/** The passphrase of a key that exists. */
export function oldPassphrase(context: CommandContext, options: CommandOptions): Promise<string> {
  const file = options['passphraseFile'];
  return context.readSecret(typeof file === 'string' ? file : undefined, 'Passphrase');
}

/** Comma separated words. */
export function words(text: string | boolean | undefined): string[] | undefined {
  if (typeof text !== 'string') return undefined;
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

async function newPassphrase(context: CommandContext, options: CommandOptions): Promise<string> {
  const file = options['passphraseFile'];
  return context.readSecret(typeof file === 'string' ? file : undefined, 'New passphrase for the root key');
}

async function list(context: CommandContext): Promise<readonly AuthorityView[]> {
  const answer = (await context.call('GET', '/private-ca/authorities')) as { authorities: readonly AuthorityView[] };
  return answer.authorities;
}

async function post(context: CommandContext, path: string, body: unknown): Promise<AuthorityView> {
  return (await context.call('POST', path, body)) as AuthorityView;
}

function subjectOf(commonName: string, options: CommandOptions) {
  const field = (type: string, value: string | boolean | undefined) =>
    typeof value === 'string' ? [{ type, value }] : [];
  return [...field('C', options['country']), ...field('O', options['organization']), { type: 'CN', value: commonName }];
}

function limitsOf(options: CommandOptions): object {
  if (options['unconstrained'] === true) return { constraints: null };
  const dns = words(options['domains']);
  return dns === undefined
    ? {}
    : { constraints: { dns, ip: words(options['addresses']) ?? [], email: words(options['mail']) ?? [] } };
}

function authorityText(authority: AuthorityView): string {
  const { id, role, state, label, algorithm, key, notAfter, constraints, issued, revoked, isDefault } = authority;
  const where = { passphrase: 'key under a passphrase', sealed: 'key sealed here', none: 'key not here' }[key];
  const ends = notAfter === null ? 'waits for its certificate' : `until ${notAfter.slice(0, 10)}`;
  const limits =
    constraints === null
      ? 'any name'
      : [...constraints.dns, ...constraints.ip, ...constraints.email.map((domain) => `@${domain}`)].join(', ');
  return [
    `${id.slice(0, 8)}  ${role.padEnd(12)}  ${state.padEnd(7)}  ${printable(label)}${isDefault ? '  (issues by default)' : ''}`,
    `          ${algorithm}, ${where}, ${ends}; for ${limits}; ${issued} issued, ${revoked} revoked`,
    '',
  ].join('\n');
}
