/** `tollgate revocation`: CRLs, their sources and the settings of revocation checking from the command line. */
import { toBase64 } from '../../lib/bytes.ts';
import type { Command, CommandContext, CommandOptions } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { type RevocationPurpose, revocationPurposes, sourceTable } from './source-table.ts';

interface Crl {
  readonly source: string;
  readonly origin: string;
  readonly issuer: string;
  readonly number: string | null;
  readonly nextUpdate: string | null;
  readonly entries: number;
  readonly state: string;
}

interface Source {
  readonly id: string;
  readonly url: string;
  readonly state: string;
  readonly message: string;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
}

interface Settings {
  readonly version: number;
  readonly automatic: {
    readonly enabled: boolean;
    readonly points: readonly string[];
    readonly dailyUpdateTime: string;
  };
  readonly purposes: Readonly<
    Record<
      RevocationPurpose,
      {
        readonly mode: string;
        readonly useOcsp: boolean;
        readonly useCrls: boolean;
        readonly allowCdp: boolean;
        readonly fallback: string;
      }
    >
  >;
  readonly allowedHosts: readonly string[];
  readonly allowedPorts: readonly number[];
}

interface Sources {
  readonly sources: readonly Source[];
  readonly crls: readonly Crl[];
  readonly refusedHosts: readonly { readonly host: string; readonly message: string }[];
}

const onOff = ['on', 'off'] as const;

/** `revocation show|set|upload|remove|update|coverage`. */
export const revocationCommands: readonly Command[] = [
  {
    path: ['revocation', 'show'],
    summary: 'Show the settings, the distribution points and every CRL',
    examples: ['tollgate revocation show'],
    async run(context) {
      const settings = (await context.call('GET', '/revocation/settings')) as Settings;
      const sources = (await context.call('GET', '/revocation/sources')) as Sources;
      context.print({ settings, ...sources }, () => [...settingsText(settings), ...sourcesText(sources)].join('\n'));
    },
  },
  {
    path: ['revocation', 'set'],
    summary: 'Change automatic CRL updates, or the revocation checking of a purpose',
    options: [
      { flags: '--automatic <state>', description: 'Automatic CRL updates', choices: onOff },
      { flags: '--points <urls>', description: 'Distribution points, separated by blanks; replaces the list' },
      { flags: '--time <HH:MM>', description: 'Daily update time, UTC' },
      { flags: '--purpose <name>', description: 'What the next options are about', choices: revocationPurposes },
      { flags: '--mode <mode>', description: 'Revocation checking', choices: ['off', 'leaf', 'chain'] },
      { flags: '--ocsp <state>', description: 'Use OCSP', choices: onOff },
      { flags: '--crls <state>', description: 'Use CRLs', choices: onOff },
      { flags: '--cdp <state>', description: 'Allow CRL downloads from CDPs', choices: onOff },
      { flags: '--fallback <what>', description: 'When nothing is known', choices: ['not-revoked', 'revoked'] },
      { flags: '--allow <hosts>', description: 'Hosts and ranges that may be asked, separated by blanks' },
      { flags: '--ports <ports>', description: 'Ports beside 80, 443 and 8080, separated by blanks' },
    ],
    examples: [
      'tollgate revocation set --purpose sip-tls --mode chain --fallback revoked',
      'tollgate revocation set --automatic on --points "http://ca.example.com/ca.crl" --time 03:30',
    ],
    async run(context, _args, options) {
      const { version } = (await context.call('GET', '/revocation/settings')) as Settings;
      const body = { version, ...patchOf(options) };
      const settings = (await context.call('PUT', '/revocation/settings', body)) as Settings;
      context.print(settings, () => settingsText(settings).join('\n'));
    },
  },
  {
    path: ['revocation', 'allow'],
    summary: 'Let the gateway ask a host although its address is not public',
    arguments: [{ name: '<host>', description: 'A host, an address or a block such as 10.0.0.0/8' }],
    examples: ['tollgate revocation allow ocsp.example.com'],
    async run(context, [host]) {
      const settings = (await context.call('POST', '/revocation/allowed-hosts', { host })) as Settings;
      context.print(settings, () => `Allowed hosts: ${settings.allowedHosts.join(', ')}`);
    },
  },
  {
    path: ['revocation', 'upload'],
    summary: 'Upload a CRL file (PEM, DER, ZIP, GZIP); replaces what was uploaded last',
    arguments: [{ name: '<file>', description: 'A file, - for standard input' }],
    examples: ['tollgate revocation upload company-ca.crl'],
    async run(context, [name]) {
      const file = toBase64(await context.readInput(String(name)));
      const report = (await context.call('POST', '/revocation/crl', { file, name: String(name) })) as {
        readonly crls: readonly (Crl & { readonly verdict: string })[];
        readonly notes: readonly string[];
      };
      context.print(report, () =>
        [...report.notes, ...report.crls.map((crl) => `  ${crl.verdict.padEnd(11)}${crlWords(crl)}`)].join('\n'),
      );
    },
  },
  {
    path: ['revocation', 'remove'],
    summary: 'Remove the uploaded CRLs; those of other sources stay',
    async run(context) {
      if (!(await context.confirm('Remove the uploaded CRLs?'))) return;
      await context.call('DELETE', '/revocation/crl');
      context.print({ removed: true }, () => 'The uploaded CRLs are removed.');
    },
  },
  {
    path: ['revocation', 'update'],
    summary: 'Fetch from every distribution point now, or from one',
    arguments: [{ name: '[source]', description: 'The id that `revocation show` prints' }],
    async run(context, [source]) {
      const body = typeof source === 'string' ? { source } : {};
      await context.call('POST', '/revocation/updates', body);
      const answer = await waitForUpdates(context);
      context.print(answer, () => sourcesText(answer).join('\n'));
    },
  },
  {
    path: ['revocation', 'coverage'],
    summary: 'List every trusted CA with its CRLs, or none',
    options: [{ flags: '--gaps', description: 'Only CAs without a usable CRL' }],
    async run(context, _args, options) {
      const { rows } = (await context.call('GET', '/revocation/coverage')) as {
        readonly rows: readonly { readonly name: string; readonly gap: string; readonly crls: readonly Crl[] }[];
      };
      const shown = options['gaps'] === true ? rows.filter(({ gap }) => gap !== 'none') : rows;
      context.print({ rows: shown }, () =>
        shown
          .map(({ name, gap, crls }) => {
            const words = crls.map((crl) => `${crl.source} until ${crl.nextUpdate ?? 'an unknown day'}`).join(', ');
            return `${printable(name)}: ${gap === 'no-source' ? 'none' : words}${gap === 'expired' ? ' (expired)' : ''}`;
          })
          .join('\n'),
      );
    },
  },
];

function patchOf(options: CommandOptions): object {
  const given = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const flag = (name: string): boolean | undefined => (given(name) === undefined ? undefined : given(name) === 'on');
  const words = (name: string): string[] | undefined =>
    given(name)
      ?.split(/[\s,]+/)
      .filter((word) => word !== '');
  const purpose = given('purpose');
  const own = clean({
    mode: given('mode'),
    useOcsp: flag('ocsp'),
    useCrls: flag('crls'),
    allowCdp: flag('cdp'),
    fallback: given('fallback'),
  });
  const automatic = clean({ enabled: flag('automatic'), points: words('points'), dailyUpdateTime: given('time') });
  return clean({
    automatic: Object.keys(automatic).length > 0 ? automatic : undefined,
    // the settings of the SIP page are what is meant when no purpose is named
    purposes: Object.keys(own).length > 0 ? { [purpose ?? 'sip-tls']: own } : undefined,
    allowedHosts: words('allow'),
    allowedPorts: words('ports')?.map(Number),
  });
}

function clean(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

async function waitForUpdates(context: CommandContext): Promise<Sources> {
  for (let tries = 0; ; tries++) {
    const answer = (await context.call('GET', '/revocation/sources')) as Sources;
    if (tries >= 140 || !answer.sources.some(({ state }) => state === 'updating')) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function settingsText({ automatic, purposes, allowedHosts }: Settings): readonly string[] {
  const rows = revocationPurposes.map((purpose) => {
    const { mode, useOcsp, useCrls, allowCdp, fallback } = purposes[purpose];
    const row = sourceTable[purpose];
    const switches =
      row.ocsp === 'switch'
        ? `OCSP ${useOcsp ? 'on' : 'off'}, CRLs ${useCrls ? 'on' : 'off'}, CDPs ${allowCdp ? 'on' : 'off'}, `
        : '';
    return `  ${purpose.padEnd(15)}${mode.padEnd(7)}${switches}no data: ${fallback}`;
  });
  return [
    `Automatic CRL updates: ${automatic.enabled ? `enabled, daily at ${automatic.dailyUpdateTime} UTC` : 'disabled'}`,
    ...(allowedHosts.length > 0 ? [`Allowed hosts: ${allowedHosts.join(', ')}`] : []),
    'Revocation checking:',
    ...rows,
  ];
}

function sourcesText({ sources, crls, refusedHosts }: Sources): readonly string[] {
  return [
    'Distribution points:',
    ...(sources.length === 0 ? ['  none'] : []),
    ...sources.map(
      ({ id, url, state, message }) => `  ${printable(url, 300)}: ${state}. ${printable(message, 500)}\n    ${id}`,
    ),
    'CRLs:',
    ...(crls.length === 0 ? ['  none'] : []),
    ...crls.map((crl) => `  ${crl.source.padEnd(10)}${crl.state.padEnd(13)}${crlWords(crl)}`),
    ...(refusedHosts.length > 0 ? ['Not asked because of their address:'] : []),
    ...refusedHosts.map(({ host, message }) => `  ${printable(message, 500)}\n    tollgate revocation allow ${host}`),
  ];
}

function crlWords({ issuer, number, nextUpdate, entries }: Crl): string {
  return `${printable(issuer)}${number === null ? '' : `, number ${number}`}, ${entries} entries, until ${nextUpdate ?? 'an unknown day'}`;
}
