/** `tollgate acme-server`: the private CA for ACME clients, from the command line. */
import type { z } from 'zod';
import {
  type Command,
  type CommandArguments,
  type CommandContext,
  type CommandOptions,
  gatewayOrigin,
} from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { challengeTypes } from './acme-server-settings.ts';
import type { acmeServerSettingsSchema, eabKeySchema, orderDetailsSchema, orderSchema } from './schemas.ts';

type Settings = z.output<typeof acmeServerSettingsSchema>;
type Key = z.output<typeof eabKeySchema>;
type Order = z.output<typeof orderSchema>;
type OrderDetails = z.output<typeof orderDetailsSchema>;

const onOff = ['on', 'off'] as const;

/** `acme-server show|set|keys|create-key|revoke-key|accounts|revoke-account|orders|order`. */
export const acmeServerCommands: readonly Command[] = [
  {
    path: ['acme-server', 'show'],
    summary: 'Show the settings and the directories of the ACME server',
    examples: ['tollgate acme-server show'],
    async run(context) {
      const settings = (await context.call('GET', '/acme-server/settings')) as Settings;
      const origin = await gatewayOrigin(context);
      context.print(settings, () => settingsText(settings, origin));
    },
  },
  {
    path: ['acme-server', 'set'],
    summary: 'Change the settings of the ACME server; lists are separated by blanks and replaced',
    options: [
      { flags: '--enabled <state>', description: 'Whether ACME clients are served', choices: onOff },
      { flags: '--profiles <templates>', description: 'Templates that are offered' },
      { flags: '--default-profile <template>', description: 'For orders that name none' },
      { flags: '--names <names>', description: 'Domains with all below, address ranges, or * for every name' },
      { flags: '--wildcards <state>', description: 'Whether *.example.com may be ordered', choices: onOff },
      { flags: '--eab <state>', description: 'Registering needs a key (external account binding)', choices: onOff },
      { flags: '--challenges <types>', description: `Of ${challengeTypes.join(', ')}` },
      { flags: '--networks <ranges>', description: 'Where names are validated; "" for private and public addresses' },
      { flags: '--resolvers <addresses>', description: 'DNS servers for validations; "" for those of the machine' },
      { flags: '--caa <domains>', description: 'By which CAA records name this CA; "" to look for none' },
      { flags: '--hosts <names>', description: 'Names by which clients call, beside those of the gateway' },
      {
        flags: '--terms <url>',
        description: 'Terms that new accounts must agree to; those there are stay as they are',
      },
      { flags: '--website <url>', description: 'Shown to clients' },
      { flags: '--authorization-hours <n>', description: 'How long a proof of control counts' },
      { flags: '--orders-per-account <n>', description: 'New orders of an account within three hours' },
      { flags: '--accounts-per-address <n>', description: 'New accounts from one address within three hours' },
      { flags: '--failures-per-name <n>', description: 'Failed validations of a name by an account within an hour' },
      { flags: '--requests-per-minute <n>', description: 'Requests of one address a minute' },
    ],
    examples: [
      'tollgate acme-server set --enabled on --profiles web-server --names "example.com 10.0.0.0/8"',
      'tollgate acme-server set --eab off --networks "10.0.0.0/8"',
    ],
    async run(context, _args, options) {
      const { version } = (await context.call('GET', '/acme-server/settings')) as Settings;
      const body = { version, ...patchOf(options) };
      const settings = (await context.call('PUT', '/acme-server/settings', body)) as Settings;
      const origin = await gatewayOrigin(context);
      context.print(settings, () => settingsText(settings, origin));
    },
  },
  {
    path: ['acme-server', 'keys'],
    summary: 'List the keys for external account binding',
    async run(context) {
      const { keys } = (await context.call('GET', '/acme-server/keys')) as { readonly keys: readonly Key[] };
      context.print({ keys }, () => (keys.length === 0 ? 'There is no key.' : keys.map(keyText).join('\n')));
    },
  },
  {
    path: ['acme-server', 'create-key'],
    summary: 'Make a key that lets its holder register; its secret is printed once',
    arguments: [{ name: '<name>', description: 'For whom, or for what' }],
    options: [
      { flags: '--names <names>', description: 'What its accounts may order, narrower than the settings' },
      { flags: '--profiles <templates>', description: 'Templates its accounts may use' },
      { flags: '--accounts <n>', description: 'How many accounts may be made with it', default: '1' },
      { flags: '--days <n>', description: 'How long accounts may be made with it' },
    ],
    examples: ['tollgate acme-server create-key "web team" --names web.example.com --accounts 5 --days 30'],
    run: createKey,
  },
  {
    path: ['acme-server', 'revoke-key'],
    summary: 'End a key: nobody registers with it any more, its accounts stay',
    arguments: [{ name: '<id>', description: 'The id that `acme-server keys` prints' }],
    async run(context, [id]) {
      await context.call('DELETE', `/acme-server/keys/${encodeURIComponent(String(id))}`);
      context.print({ revoked: id }, () => 'Nobody registers with this key any more.');
    },
  },
  {
    path: ['acme-server', 'accounts'],
    summary: 'List the accounts of ACME clients',
    options: [
      { flags: '--status <status>', description: 'Only those', choices: ['valid', 'deactivated', 'revoked'] },
      { flags: '--key <id>', description: 'Only those that were registered with this key' },
    ],
    async run(context, _args, options) {
      const query = queryOf(options, ['status', 'key']);
      const { accounts } = (await context.call('GET', `/acme-server/accounts?limit=200${query}`)) as {
        readonly accounts: readonly {
          readonly id: string;
          readonly status: string;
          readonly contacts: readonly string[];
          readonly key: { readonly name: string } | null;
          readonly address: string;
          readonly termsAgreedAt: string | null;
          readonly certificates: number;
        }[];
      };
      context.print({ accounts }, () =>
        accounts.length === 0
          ? 'There is no account.'
          : accounts
              .map(({ id, status, contacts, key, address, termsAgreedAt, certificates }) => {
                const agreed = termsAgreedAt === null ? [] : [`agreed to the terms ${termsAgreedAt}`];
                const by = key === null ? [] : [`key ${key.name}`];
                const who = [...contacts, ...by, ...agreed].map((one) => printable(one));
                return `${id}  ${status.padEnd(12)}${certificates} certificates, from ${address}${who.length > 0 ? `, ${who.join(', ')}` : ''}`;
              })
              .join('\n'),
      );
    },
  },
  {
    path: ['acme-server', 'revoke-account'],
    summary: 'End an account: it orders nothing more, its certificates hold on',
    arguments: [{ name: '<id>', description: 'The id that `acme-server accounts` prints' }],
    async run(context, [id]) {
      if (!(await context.confirm('End this account? Its client must register anew.'))) return;
      await context.call('DELETE', `/acme-server/accounts/${encodeURIComponent(String(id))}`);
      context.print({ revoked: id }, () => 'The account orders nothing more.');
    },
  },
  {
    path: ['acme-server', 'orders'],
    summary: 'List the orders of ACME clients with their outcome',
    options: [
      { flags: '--text <part>', description: 'Only those with this in a name' },
      { flags: '--status <status>', description: 'Only those', choices: ['pending', 'processing', 'valid', 'invalid'] },
      { flags: '--account <id>', description: 'Only those of this account' },
    ],
    async run(context, _args, options) {
      const query = queryOf(options, ['text', 'status', 'account']);
      const { orders } = (await context.call('GET', `/acme-server/orders?limit=100${query}`)) as {
        readonly orders: readonly Order[];
      };
      context.print({ orders }, () => (orders.length === 0 ? 'There is no order.' : orders.map(orderText).join('\n')));
    },
  },
  {
    path: ['acme-server', 'order'],
    summary: 'Show an order with its names and challenges, and why they failed',
    arguments: [{ name: '<id>', description: 'The id that `acme-server orders` prints' }],
    async run(context, [id]) {
      const path = `/acme-server/orders/${encodeURIComponent(String(id))}`;
      const order = (await context.call('GET', path)) as OrderDetails;
      context.print(order, () => [orderText(order), ...detailLines(order)].join('\n'));
    },
  },
];

async function createKey(context: CommandContext, [name]: CommandArguments, options: CommandOptions): Promise<void> {
  const body = clean({
    name: String(name),
    names: words(options['names']),
    profiles: words(options['profiles']),
    maxAccounts: Number(options['accounts']),
    days: options['days'] === undefined ? undefined : Number(options['days']),
  });
  const made = (await context.call('POST', '/acme-server/keys', body)) as { readonly key: Key; readonly hmac: string };
  context.print(made, () =>
    [`Key id: ${made.key.id}`, `Secret: ${made.hmac}`, 'The secret is shown this once.'].join('\n'),
  );
}

function patchOf(options: CommandOptions): object {
  const flag = (name: string) => (options[name] === undefined ? undefined : options[name] === 'on');
  const number = (name: string) => (options[name] === undefined ? undefined : Number(options[name]));
  const limits = clean({
    ordersPerAccount: number('ordersPerAccount'),
    accountsPerAddress: number('accountsPerAddress'),
    failuresPerName: number('failuresPerName'),
    requestsPerMinute: number('requestsPerMinute'),
  });
  return clean({
    enabled: flag('enabled'),
    profiles: words(options['profiles']),
    defaultProfile: options['defaultProfile'],
    names: words(options['names']),
    wildcards: flag('wildcards'),
    externalAccountRequired: flag('eab'),
    challenges: words(options['challenges']),
    networks: words(options['networks']),
    resolvers: words(options['resolvers']),
    caaDomains: words(options['caa']),
    hosts: words(options['hosts']),
    termsUrl: options['terms'],
    website: options['website'],
    authorizationHours: number('authorizationHours'),
    limits: Object.keys(limits).length > 0 ? limits : undefined,
  });
}

/** `&name=value` for each that was given. */
function queryOf(options: Readonly<Record<string, string | boolean | undefined>>, names: readonly string[]): string {
  const given = names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]] as const] : []));
  return given.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join('');
}

function words(text: string | boolean | undefined): readonly string[] | undefined {
  return typeof text === 'string' ? text.split(/[\s,]+/).filter((word) => word !== '') : undefined;
}

function clean(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

const limitWords: Readonly<Record<string, string>> = {
  ordersPerAccount: 'orders of an account in three hours',
  accountsPerAddress: 'accounts of an address in three hours',
  failuresPerName: 'failures of a name in an hour',
  requestsPerMinute: 'requests of an address in a minute',
};

function settingsText(settings: Settings, origin: string): string {
  const { enabled, profiles, defaultProfile, names, wildcards, externalAccountRequired, challenges } = settings;
  const list = (entries: readonly string[], none: string) => (entries.length === 0 ? none : entries.join(', '));
  return [
    `ACME server: ${enabled ? 'on' : 'off'}`,
    `Registering: ${externalAccountRequired ? 'with a key only' : 'open to everybody'}`,
    `Names: ${list(names, 'none')}${wildcards ? ', wildcards too' : ''}`,
    `Profiles: ${list(
      profiles.map((name) => (name === defaultProfile ? `${name} (default)` : name)),
      'none',
    )}`,
    `Challenges: ${challenges.join(', ')}`,
    `Validated in: ${list(settings.networks, 'private and public addresses')}`,
    `Limits: ${Object.entries(settings.limits)
      .map(([name, value]) => `${limitWords[name] ?? name} ${value}`)
      .join(', ')}`,
    `CAA records: ${list(settings.caaDomains, 'not looked for')}`,
    ...(settings.hosts.length > 0 ? [`Also called: ${settings.hosts.join(', ')}`] : []),
    ...(settings.templates.length === 0 ? ['There is no CA that could issue yet.'] : []),
    ...settings.directories.map(({ path, profiles: own }) => `  ${origin}${path}  ${own.join(', ')}`),
  ].join('\n');
}

function keyText({ id, name, state, names, accounts, maxAccounts, expiresAt }: Key): string {
  const limits = names.length > 0 ? `, for ${names.join(', ')}` : '';
  const end = expiresAt === null ? '' : `, until ${expiresAt}`;
  return `${id}  ${state.padEnd(9)}${printable(name)}: ${accounts} of ${maxAccounts} accounts${limits}${end}`;
}

function orderText({ id, status, names, profile, createdAt, notAfter, error }: Order): string {
  const what = names.map(({ value }) => printable(value)).join(', ');
  const outcome = error === null ? (notAfter === null ? '' : `until ${notAfter}`) : `${error.reason}: ${error.detail}`;
  return `${id}  ${createdAt}  ${status.padEnd(11)}${what} (${profile})${outcome === '' ? '' : `\n    ${printable(outcome, 500)}`}`;
}

function detailLines({ accountId, address, serial, authorizations }: OrderDetails): readonly string[] {
  return [
    `  account ${accountId}, from ${address}${serial === null ? '' : `, serial number ${serial}`}`,
    ...authorizations.flatMap(({ name, status, challenges }) => [
      `  ${printable(name.value)}: ${status}`,
      ...challenges.map(
        ({ type, status: state, error }) =>
          `    ${type.padEnd(12)}${state}${error === null ? '' : `: ${printable(error.detail, 500)}`}`,
      ),
    ]),
  ];
}
