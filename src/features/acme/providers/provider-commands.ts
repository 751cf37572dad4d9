/** `tollgate acme provider …`, `acme account …`, `acme http-listener`. */
import type { Command, CommandContext, CommandOptions } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import type { AcmeAccountView, AcmeDirectoryView, AcmeProviderView, HttpListenerView } from '../schemas.ts';
import { challengeOf, challengeText, dnsFields } from './challenge-options.ts';

const providerArgument = { name: '<provider>', description: 'id, see `tollgate acme providers`' } as const;

const fields = [
  { flags: '--name <name>', description: 'what people call it' },
  { flags: '--directory <url>', description: 'directory URL' },
  { flags: '--staging <url>', description: 'directory URL for tests; "" for none' },
  {
    flags: '--ca <file>',
    description: 'CA file (PEM) that its HTTPS certificate is verified with; "" for the public CAs',
  },
  { flags: '--hosts <hosts>', description: 'further hosts that its URLs may have, with commas between; "" for none' },
  { flags: '--contact <addresses>', description: 'admin e-mail, several with commas between; "" for none' },
  { flags: '--profile <name>', description: 'one of the profiles of the CA; "" for its default' },
  { flags: '--preferred-chain <name>', description: 'common name of the root to prefer; "" for what the CA sends' },
  { flags: '--challenge <type>', description: 'how names are proven', choices: ['http-01', 'tls-alpn-01', 'dns-01'] },
  ...dnsFields,
  { flags: '--eab-key-id <id>', description: 'external account: key identifier; "" for no external account' },
  { flags: '--eab-hmac <file>', description: 'external account: file with the HMAC key in base64url' },
  { flags: '--template <name>', description: 'template of the private CA, for a provider of that kind' },
] as const;

export const providerCommands: readonly Command[] = [
  {
    path: ['acme', 'providers'],
    summary: 'CAs that certificates are ordered from',
    run: async (context) => {
      const answer = (await context.call('GET', '/acme/providers')) as { providers: AcmeProviderView[] };
      context.print(answer, () => answer.providers.map(providerText).join('\n'));
    },
  },
  {
    path: ['acme', 'provider', 'show'],
    summary: 'Settings, account and limits of one provider',
    arguments: [providerArgument],
    run: async (context, [id]) => {
      const view = (await context.call('GET', providerPath(id))) as AcmeProviderView;
      context.print(view, () => providerDetails(view));
    },
  },
  {
    path: ['acme', 'provider', 'order'],
    summary: 'Put the providers in the order in which they are offered',
    arguments: [{ name: '<provider...>', description: 'the ids of all of them' }],
    run: async (context, [ids]) => {
      const answer = (await context.call('PUT', '/acme/providers/order', { ids })) as { providers: AcmeProviderView[] };
      context.print(answer, () => answer.providers.map(providerText).join('\n'));
    },
  },
  {
    path: ['acme', 'provider', 'add'],
    summary: 'Add a provider, which is an ACME directory or, with --template, the private CA',
    options: fields,
    examples: ['tollgate acme provider add --name "Our CA" --directory https://ca.example.com/directory --ca ca.pem'],
    run: async (context, _args, options) => {
      const kind = options['template'] === undefined ? 'acme' : 'private-ca';
      const given = Object.entries(await fieldsOf(context, options)).filter(([, value]) => value !== null);
      const body = { kind, ...Object.fromEntries(given) };
      const view = (await context.call('POST', '/acme/providers', body)) as AcmeProviderView;
      context.print(view, () => providerDetails(view));
    },
  },
  {
    path: ['acme', 'provider', 'set'],
    summary: 'Change a provider; an empty text empties a field',
    arguments: [providerArgument],
    options: fields,
    examples: [
      'tollgate acme provider set 5f0c… --staging https://staging.example.com/directory',
      'tollgate acme provider set 5f0c… --staging "" --eab-key-id ""',
    ],
    run: async (context, [id], options) => {
      const known = (await context.call('GET', providerPath(id))) as AcmeProviderView;
      const body = { version: known.version, ...(await fieldsOf(context, options, known)) };
      const view = (await context.call('PATCH', providerPath(id), body)) as AcmeProviderView;
      context.print(view, () => providerDetails(view));
    },
  },
  {
    path: ['acme', 'provider', 'remove'],
    summary: 'Remove a provider that no certificate uses',
    arguments: [providerArgument],
    run: async (context, [id]) => {
      const answer = await context.call('DELETE', providerPath(id));
      context.print(answer, () => 'Removed.');
    },
  },
  {
    path: ['acme', 'provider', 'directory'],
    summary: 'Ask the CA for its terms and profiles',
    arguments: [providerArgument],
    run: async (context, [id]) => {
      const answer = (await context.call('GET', `${providerPath(id)}/directory`)) as AcmeDirectoryView;
      context.print(answer, () => directoryText(answer));
    },
  },
  {
    path: ['acme', 'account', 'create'],
    summary: 'Accept the terms and make the account',
    arguments: [providerArgument],
    options: [{ flags: '--accept-terms <url>', description: 'the URL of the terms that you have read' }],
    examples: [
      'tollgate acme account create letsencrypt --accept-terms https://letsencrypt.org/documents/LE-SA-v1.6-August-18-2025.pdf',
    ],
    run: async (context, [id], options) => {
      const terms = options['acceptTerms'];
      const body = typeof terms === 'string' ? { acceptTerms: terms } : {};
      await account(context, 'POST', `${providerPath(id)}/account`, body);
    },
  },
  {
    path: ['acme', 'account', 'contact'],
    summary: 'Tell the CA another admin e-mail',
    arguments: [providerArgument, { name: '<address...>', description: 'e-mail addresses' }],
    run: async (context, [id, addresses]) =>
      account(context, 'PATCH', `${providerPath(id)}/account`, { contact: addresses }),
  },
  {
    path: ['acme', 'account', 'roll-over'],
    summary: 'A new key for the account',
    arguments: [providerArgument],
    run: async (context, [id]) => account(context, 'POST', `${providerPath(id)}/account/key`),
  },
  {
    path: ['acme', 'account', 'deactivate'],
    summary: 'Deactivate the account at the CA, for ever',
    arguments: [providerArgument],
    run: async (context, [id]) => {
      if (!(await context.confirm('Deactivate this account at the CA for ever?'))) return;
      await account(context, 'POST', `${providerPath(id)}/account/deactivation`);
    },
  },
  {
    path: ['acme', 'account', 'reset'],
    summary: 'Forget the account and its key here',
    arguments: [providerArgument],
    run: async (context, [id]) => {
      if (!(await context.confirm('Forget this account and its key?'))) return;
      await account(context, 'DELETE', `${providerPath(id)}/account`);
    },
  },
  {
    path: ['acme', 'http-listener'],
    summary: 'Show or change how the port of HTTP-01 challenges is used',
    options: [
      { flags: '--open <when>', description: 'when the port is open', choices: ['while-needed', 'always'] },
      { flags: '--redirect <state>', description: 'send what is no challenge to HTTPS', choices: ['on', 'off'] },
    ],
    run: async (context, _args, options) => {
      let view = (await context.call('GET', '/acme/http-listener')) as HttpListenerView;
      if (options['open'] !== undefined || options['redirect'] !== undefined) {
        const redirect = options['redirect'] === undefined ? {} : { redirect: options['redirect'] === 'on' };
        const open = options['open'] === undefined ? {} : { open: options['open'] };
        const body = { version: view.version, ...open, ...redirect };
        view = (await context.call('PATCH', '/acme/http-listener', body)) as HttpListenerView;
      }
      const { open, redirect, port, httpsPort } = view;
      const to = redirect ? `sent to HTTPS on port ${httpsPort}` : 'not answered';
      context.print(view, () => `Port ${port}: open ${open}; what is no challenge is ${to}.`);
    },
  },
];

function providerPath(id: string | readonly string[] | undefined): string {
  return `/acme/providers/${encodeURIComponent(String(id))}`;
}

async function account(
  context: CommandContext,
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<void> {
  const view = (await context.call(method, path, body)) as AcmeAccountView;
  context.print(view, () => accountText(view));
}

/** What was named on the command line; an empty text empties the field, as null does in the API. */
async function fieldsOf(
  context: CommandContext,
  options: CommandOptions,
  known?: AcmeProviderView,
): Promise<Record<string, unknown>> {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const optional = (name: string) => (text(name) === '' ? null : text(name));
  const list = (name: string) =>
    optional(name)
      ?.split(',')
      .map((one) => one.trim()) ?? optional(name);
  const ca = optional('ca');
  const hmac = text('eabHmac');
  const named = optional('eabKeyId');
  const keyId = named === undefined && hmac !== undefined ? known?.externalAccount?.keyId : named;
  const all = {
    name: text('name'),
    directoryUrl: text('directory'),
    stagingUrl: optional('staging'),
    caPem: typeof ca === 'string' ? Buffer.from(await context.readInput(ca)).toString('utf8') : ca,
    approvedHosts: list('hosts'),
    contact: list('contact'),
    profile: optional('profile'),
    preferredChain: optional('preferredChain'),
    template: text('template'),
    challenge: await challengeOf(context, options, known?.challenge),
    externalAccount:
      typeof keyId === 'string'
        ? { keyId, hmacKey: hmac === undefined ? '' : await context.readSecret(hmac, 'HMAC key') }
        : keyId,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Everything that is set, secrets excepted: those are never shown. */
function providerDetails(view: AcmeProviderView): string {
  const { kind, challenge, externalAccount, limits } = view;
  const row = (label: string, value: string) => `  ${label.padEnd(19)}${printable(value, 300)}`;
  if (kind === 'private-ca') return [providerText(view), row('Template', view.template)].join('\n');
  return [
    providerText(view),
    row('Directory', view.directoryUrl ?? ''),
    row('Staging directory', view.stagingUrl ?? 'none'),
    row(
      'CA file',
      view.caPem === '' ? 'none: public CAs' : `${view.caPem.split('BEGIN CERTIFICATE').length - 1} certificates`,
    ),
    row('Further hosts', view.approvedHosts.join(', ') || 'none'),
    row('Admin e-mail', view.contact.join(', ') || 'none'),
    row('External account', externalAccount === null ? 'none' : `${externalAccount.keyId}, its HMAC key is not shown`),
    row('Profile', view.profile || 'the default of the CA'),
    row('Preferred chain', view.preferredChain || 'what the CA sends'),
    row('Challenge', challengeText(challenge)),
    ...limits.map(({ what, key, used, allowed, windowHours, near }) =>
      row(
        near ? 'Limit, near' : 'Limit',
        `${used} of ${allowed} ${what}${key === '' ? '' : ` ${key}`} in ${windowHours} hours`,
      ),
    ),
  ].join('\n');
}

function providerText(view: AcmeProviderView): string {
  const { id, name, kind, directoryUrl, template, account: known, usedBy, waitUntil } = view;
  const where = kind === 'acme' ? printable(directoryUrl ?? '', 200) : `template ${printable(template, 100)}`;
  const lines = [`${id}  ${printable(name, 100)}  ${where}`];
  if (known !== null) lines.push(`  ${accountText(known)}`);
  if (usedBy.length > 0) lines.push(`  used by ${usedBy.join(', ')}`);
  if (waitUntil !== null) lines.push(`  the CA has asked not to be called before ${waitUntil}`);
  return lines.join('\n');
}

function accountText({ status, url, contact, terms }: AcmeAccountView): string {
  const parts = [`account ${status}`, ...(url === null ? [] : [printable(url, 200)])];
  if (contact.length > 0) parts.push(printable(contact.join(', '), 200));
  if (terms !== null) parts.push(`terms ${printable(terms, 200)}`);
  return parts.join(', ');
}

function directoryText({
  terms,
  website,
  externalAccountRequired,
  profiles,
  renewalInformation,
}: AcmeDirectoryView): string {
  return [
    `Terms              ${terms === null ? 'none' : printable(terms, 300)}`,
    `Website            ${website === null ? 'not told' : printable(website, 300)}`,
    `External account   ${externalAccountRequired ? 'needed' : 'not needed'}`,
    `Renewal suggestion ${renewalInformation ? 'given' : 'not given'}`,
    ...profiles.map(
      ({ name, description }) => `Profile            ${printable(name, 100)}: ${printable(description, 300)}`,
    ),
  ].join('\n');
}
