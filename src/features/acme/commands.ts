/** `tollgate acme …`: providers, accounts, orders and the scheduler on the command line. */
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { revocationReasons } from './client/resource/revocation-reason.ts';
import { follow, orderCommands, orderText } from './orders/order-commands.ts';
import { providerCommands } from './providers/provider-commands.ts';
import { weekdays } from './renewal/deploy-time.ts';
import type { AcmeCheckRow, AcmeOrderView, AcmeSlotView, AcmeTimelineEntry } from './schemas.ts';

const slotArgument = { name: '<slot>', description: 'server, client or domain:NAME' } as const;

type Options = Readonly<Record<string, string | boolean | undefined>>;

/** `acme list|show|set|sign|test|check|deploy|discard|retry|revoke|issuers|timeline|orders|providers|…`. */
export const acmeCommands: readonly Command[] = [
  {
    path: ['acme', 'list'],
    summary: 'How every certificate renews itself, and what comes next',
    examples: ['tollgate acme list'],
    run: async (context) => {
      const answer = (await context.call('GET', '/acme/slots')) as { slots: AcmeSlotView[] };
      context.print(answer, () => answer.slots.map(slotLine).join('\n'));
    },
  },
  {
    path: ['acme', 'show'],
    summary: 'Settings, pending certificate, last sign and deploy status of one certificate',
    arguments: [slotArgument],
    options: [
      { flags: '--pem', description: 'the certificate that waits, with its chain' },
      { flags: '--text', description: 'the certificate that waits, decoded' },
    ],
    examples: ['tollgate acme show server'],
    run: async (context, [slot], options) => {
      const path = slotPath(slot);
      if (options['pem']) return context.writeOutput(await context.download(`${path}/pending/pem`));
      if (options['text']) {
        const { text } = (await context.call('GET', `${path}/pending/text`)) as { text: string };
        return context.print({ text }, () => text);
      }
      const view = (await context.call('GET', path)) as AcmeSlotView;
      return context.print(view, () => slotText(view));
    },
  },
  {
    path: ['acme', 'set'],
    summary: 'Choose providers, scheduler, days and time, key',
    arguments: [slotArgument],
    options: [
      {
        flags: '--providers <ids>',
        description: 'ids with commas between, the first is asked first; "none" for no ACME',
      },
      { flags: '--scheduler <state>', description: 'automated scheduler', choices: ['on', 'off'] },
      {
        flags: '--days <days>',
        description: `days to deploy on, with commas between (${weekdays.join(', ')}); "every"`,
      },
      { flags: '--time <time>', description: 'from when on those days to deploy, HH:MM, UTC' },
      { flags: '--key <mode>', description: 'whether a renewal keeps the key', choices: ['retain', 'rotate'] },
      { flags: '--copy-as-client <state>', description: 'also replace the client certificate', choices: ['on', 'off'] },
    ],
    examples: ['tollgate acme set server --providers letsencrypt --scheduler on --days saturday,sunday --time 02:00'],
    run: async (context, [slot], options) => {
      const path = slotPath(slot);
      const { version } = (await context.call('GET', path)) as AcmeSlotView;
      const view = (await context.call('PATCH', path, { version, ...patchOf(options) })) as AcmeSlotView;
      context.print(view, () => slotText(view));
    },
  },
  {
    path: ['acme', 'sign'],
    summary: 'Sign CSR with ACME Provider, and show the steps until the order ends',
    arguments: [slotArgument],
    options: [{ flags: '--provider <id>', description: 'instead of those of the slot' }],
    examples: ['tollgate acme sign server'],
    run: async (context, [slot], options) => {
      const provider = options['provider'];
      const body = typeof provider === 'string' ? { provider } : {};
      await follow(context, (await context.call('POST', `${slotPath(slot)}/orders`, body)) as AcmeOrderView);
    },
  },
  {
    path: ['acme', 'test'],
    summary: 'Test this set-up at the staging directory of a provider; nothing is kept',
    arguments: [slotArgument, { name: '<provider>', description: 'id of the provider' }],
    examples: ['tollgate acme test server letsencrypt'],
    run: async (context, [slot, provider]) => {
      const body = { provider, test: true };
      await follow(context, (await context.call('POST', `${slotPath(slot)}/orders`, body)) as AcmeOrderView);
    },
  },
  {
    path: ['acme', 'check'],
    summary: 'Look at everything that an order needs before the CA is asked',
    arguments: [slotArgument],
    options: [
      { flags: '--provider <id>', description: 'instead of the first of the slot' },
      { flags: '--append-issuers', description: 'append the known CA certificates to the trusted CA list first' },
    ],
    run: async (context, [slot], options) => {
      const provider = options['provider'];
      const body = typeof provider === 'string' ? { provider } : {};
      if (options['appendIssuers']) await context.call('POST', `${slotPath(slot)}/issuers`);
      const answer = (await context.call('POST', `${slotPath(slot)}/checks`, body)) as { rows: AcmeCheckRow[] };
      context.print(answer, () => answer.rows.map(checkText).join('\n'));
    },
  },
  {
    path: ['acme', 'deploy'],
    summary: 'Deploy Pending Cert: the next handshake gets it, no connection is closed',
    arguments: [slotArgument],
    examples: ['tollgate acme deploy server'],
    run: async (context, [slot]) => {
      const answer = await context.call('POST', `${slotPath(slot)}/pending/deployment`);
      const {
        served,
        notServed,
        slot: after,
      } = answer as {
        served: boolean;
        notServed: string | null;
        slot: AcmeSlotView;
      };
      const done = served ? 'Deployed; every listener serves it.' : printable(String(notServed), 300);
      context.print(answer, () => [done, ...after.warnings.map(warningLine)].join('\n'));
    },
  },
  {
    path: ['acme', 'discard'],
    summary: 'Throw the certificate that waits away',
    arguments: [slotArgument],
    run: async (context, [slot]) => {
      const view = await context.call('DELETE', `${slotPath(slot)}/pending`);
      context.print(view, () => 'The certificate that waited was thrown away.');
    },
  },
  {
    path: ['acme', 'retry'],
    summary: 'Retry now: one more attempt of the scheduler, at most four in an hour',
    arguments: [slotArgument],
    run: async (context, [slot]) => {
      const view = (await context.call('POST', `${slotPath(slot)}/retry`)) as AcmeSlotView;
      context.print(view, () => slotText(view));
    },
  },
  {
    path: ['acme', 'revoke'],
    summary: 'Revoke the certificate at the CA that issued it',
    arguments: [slotArgument],
    options: [
      { flags: '--reason <reason>', description: 'why', choices: revocationReasons, default: 'unspecified' },
      { flags: '--pending', description: 'the one that waits instead of the one that is served' },
    ],
    examples: ['tollgate acme revoke server --reason key-compromise'],
    run: async (context, [slot], options) => {
      const which = options['pending'] ? 'pending' : 'active';
      if (!(await context.confirm(`Revoke the ${which} certificate of ${String(slot)} for ever?`))) return;
      const body = { which, reason: options['reason'] };
      const view = (await context.call('POST', `${slotPath(slot)}/revocation`, body)) as AcmeSlotView;
      context.print(view, () => 'Revoked.');
    },
  },
  {
    path: ['acme', 'issuers'],
    summary: 'Known CA certificates of the providers, PEM: for the lists of traversal clients and other peers',
    arguments: [slotArgument],
    options: [{ flags: '--out <file>', description: 'A new file instead of standard output' }],
    run: async (context, [slot], options) => {
      const pem = await context.download(`${slotPath(slot)}/issuers/pem`);
      await context.writeOutput(pem, typeof options['out'] === 'string' ? options['out'] : undefined);
    },
  },
  {
    path: ['acme', 'timeline'],
    summary: 'What happened to the certificates and what will: oldest first, what is planned last',
    arguments: [{ name: '[slot]', description: 'server, client or domain:NAME; all without it' }],
    run: async (context, [slot]) => {
      const query = slot === undefined ? '' : `?slot=${encodeURIComponent(String(slot))}`;
      const answer = (await context.call('GET', `/acme/timeline${query}`)) as { entries: AcmeTimelineEntry[] };
      context.print(
        answer,
        () => answer.entries.map(entryLine).join('\n') || 'Nothing happened and nothing is planned.',
      );
    },
  },
  ...orderCommands,
  ...providerCommands,
];

function slotPath(slot: string | readonly string[] | undefined): string {
  return `/acme/slots/${encodeURIComponent(String(slot))}`;
}

function patchOf(options: Options): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  const list = (text: string, none: string) => (text === none ? [] : text.split(',').map((one) => one.trim()));
  if (typeof options['providers'] === 'string') patch['providers'] = list(options['providers'], 'none');
  if (typeof options['days'] === 'string') patch['days'] = list(options['days'], 'every');
  if (typeof options['scheduler'] === 'string') patch['scheduler'] = options['scheduler'] === 'on';
  if (typeof options['copyAsClient'] === 'string') patch['copyAsClient'] = options['copyAsClient'] === 'on';
  for (const name of ['time', 'key'] as const) if (options[name] !== undefined) patch[name] = options[name];
  return patch;
}

function entryLine({ at, slot, what, words, planned }: AcmeTimelineEntry): string {
  return `${at}  ${planned ? 'planned ' : ''}${what}  ${slot}: ${printable(words, 400)}`;
}

function slotLine({ slot, settings, certificate, pending, renewal, lastSign }: AcmeSlotView): string {
  const parts = [
    settings.providers.length === 0 ? 'ACME off' : `scheduler ${settings.scheduler ? 'on' : 'off'}`,
    certificate === null ? 'no certificate' : `ends ${certificate.notAfter}`,
    ...(renewal.at === null ? [] : [`next ${renewal.at}`]),
    ...(pending === null ? [] : ['one waits to be deployed']),
    ...(lastSign?.ok === false ? [`signing failed: ${printable(lastSign.words, 200)}`] : []),
  ];
  return `${slot}: ${parts.join(', ')}`;
}

function slotText(view: AcmeSlotView): string {
  const { settings, pending, lastSign, lastDeploy, renewal, running } = view;
  const lines = [
    `${view.label}`,
    `  Providers        ${settings.providers.join(', ') || 'none: ACME is not used'}`,
    `  Scheduler        ${settings.scheduler ? 'on' : 'off'}, deploys ${settings.days.join(', ') || 'every day'} from ${settings.time} UTC`,
    `  Key              ${settings.key}`,
    `  Certificate ends ${view.certificate?.notAfter ?? 'there is none'}`,
    `  Pending          ${pending === null ? 'none' : `${pending.names.join(', ')}, ends ${pending.notAfter}, deployed ${pending.deployAt ?? 'by hand'}`}`,
    `  Last sign        ${statusText(lastSign)}`,
    `  Last deploy      ${statusText(lastDeploy)}`,
    `  Next renewal     ${renewal.at ?? '–'} ${renewal.reason}`,
    `  Failures         ${renewal.failures}; next attempt ${renewal.nextAttempt ?? '–'}; attempts left before the end: ${renewal.attemptsLeft ?? '–'}`,
  ];
  if (running !== null) lines.push(orderText(running));
  return [...lines, ...[...view.warnings, ...(pending?.warnings ?? [])].map(warningLine)].join('\n');
}

function warningLine({ detail, hint = '' }: AcmeSlotView['warnings'][number]): string {
  return `  Warning: ${printable(detail, 400)} ${printable(hint, 300)}`.trimEnd();
}

function statusText(status: AcmeSlotView['lastSign']): string {
  if (status === null) return 'never';
  return `${status.at} ${status.ok ? 'good' : 'failed'}: ${printable(status.words, 400)} ${printable(status.hint, 300)}`.trimEnd();
}

function checkText({ outcome, title, words, hint }: AcmeCheckRow): string {
  return `${outcome.padEnd(7)} ${title}: ${printable(words, 400)}${hint === '' ? '' : `\n        ${printable(hint, 300)}`}`;
}
