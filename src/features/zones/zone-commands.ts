/** `tollgate zone`. */
import type { Command, CommandContext, CommandOption, CommandOptions } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { unknownZone } from './problems.ts';

interface ZoneAnswer {
  readonly id: string;
  readonly version: number;
  readonly position: number;
  readonly name: string;
  readonly kind: string;
  readonly peers: readonly string[];
  readonly port: number;
  readonly tlsVerify: boolean;
  readonly subjectName: string;
  readonly identity: string;
  readonly ekuRule: string | { readonly until: string };
  readonly trustSet: string;
  readonly enabled: boolean;
  readonly state: string;
  readonly words: string;
  readonly states: readonly {
    peer: string;
    state: string;
    words: string;
    since: string;
    history: readonly unknown[];
  }[];
  readonly advice: readonly string[];
}

interface TraversalAnswer {
  readonly target: string;
  readonly connection: string;
  readonly directions: readonly {
    readonly title: string;
    readonly accepted: boolean | null;
    readonly words: string;
    readonly aspects: readonly { aspect: string; result: string; words: string; remedy: string }[];
  }[];
}

const zoneArgument = { name: '<zone>', description: 'Name or id of the zone' } as const;
const fields: readonly CommandOption[] = [
  { flags: '--peers <hosts>', description: 'peer addresses with commas between, at most six' },
  { flags: '--port <port>', description: 'TLS port of the peers' },
  { flags: '--verify <mode>', description: 'TLS verify mode', choices: ['on', 'off'] },
  { flags: '--subject-name <name>', description: 'traversal server: the name the client must prove' },
  { flags: '--identity <slot>', description: 'what is shown: server, client, domain:NAME or none' },
  {
    flags: '--eku <rule>',
    description: 'strict, server-auth-accepted, or a day (2027-03-15) until which serverAuth is accepted',
  },
  {
    flags: '--trust-set <name>',
    description: 'a trust set instead of the trusted CA list; an empty text for the list',
  },
  { flags: '--state <state>', description: 'whether the zone is used', choices: ['on', 'off'] },
];

export const zoneCommands: readonly Command[] = [
  {
    path: ['zone', 'list'],
    summary: 'List the zones with their state and its reason',
    async run(context) {
      const answer = await zones(context);
      context.print(answer, () => answer.zones.map(zoneLine).join('\n'));
    },
  },
  {
    path: ['zone', 'show'],
    summary: 'Show a zone, each of its peers, and what will probably not work',
    arguments: [zoneArgument],
    async run(context, [name]) {
      const zone = await find(context, name);
      context.print(zone, () => zoneText(zone));
    },
  },
  {
    path: ['zone', 'create'],
    summary: 'Add a zone',
    arguments: [
      { name: '<name>', description: 'Name of the zone' },
      { name: '<kind>', description: 'neighbor, traversal-client or traversal-server' },
    ],
    options: fields,
    examples: [
      'tollgate zone create partner neighbor --peers sip.partner.example --verify on --identity client',
      'tollgate zone create branches traversal-server --subject-name branch.example.com --verify on',
    ],
    async run(context, [name, kind], options) {
      const body = { name: String(name), kind: String(kind), ...fieldsOf(options) };
      const zone = (await context.call('POST', '/zones', body)) as ZoneAnswer;
      context.print(zone, () => zoneText(zone));
    },
  },
  {
    path: ['zone', 'set'],
    summary: 'Change fields of a zone',
    arguments: [zoneArgument],
    options: [{ flags: '--name <name>', description: 'another name' }, ...fields],
    examples: ['tollgate zone set partner --verify on', 'tollgate zone set partner --eku 2027-03-15'],
    async run(context, [given], options) {
      const { id, version } = await find(context, given);
      const name = typeof options['name'] === 'string' ? { name: options['name'] } : {};
      const body = { version, ...name, ...fieldsOf(options) };
      const zone = (await context.call('PATCH', `/zones/${encodeURIComponent(id)}`, body)) as ZoneAnswer;
      context.print(zone, () => zoneText(zone));
    },
  },
  {
    path: ['zone', 'delete'],
    summary: 'Delete a zone',
    arguments: [zoneArgument],
    async run(context, [given]) {
      const { id, name } = await find(context, given);
      if (!(await context.confirm(`Delete zone ${printable(name)}?`))) return;
      const answer = await context.call('DELETE', `/zones/${encodeURIComponent(id)}`);
      context.print(answer, () => 'Deleted.');
    },
  },
  {
    path: ['zone', 'test'],
    summary: 'Secure traversal test: what each side would refuse, and the remedy',
    arguments: [{ name: '<zone>', description: 'Name or id of a zone, or any host:port' }],
    examples: ['tollgate zone test partner', 'tollgate zone test sip.partner.example:5061'],
    async run(context, [given]) {
      const text = String(given);
      const zone = (await zones(context)).zones.find((one) => isCalled(one, text));
      const answer = (await (zone === undefined
        ? context.call('POST', '/zones/traversal-test', { target: text })
        : context.call('POST', `/zones/${encodeURIComponent(zone.id)}/traversal-test`))) as {
        tests: readonly TraversalAnswer[];
      };
      context.print(answer, () =>
        answer.tests.length === 0
          ? 'This zone waits to be called: there is nobody to call.'
          : answer.tests.map(testText).join('\n\n'),
      );
    },
  },
  {
    path: ['zone', 'calendar'],
    summary: 'Which zones break when, and because of what',
    async run(context) {
      const answer = (await context.call('GET', '/zones/calendar')) as {
        events: readonly { at: string; zoneName: string; breaks: boolean; words: string; remedy: string }[];
      };
      context.print(answer, () =>
        answer.events.length === 0
          ? 'Nothing is known that would break a zone.'
          : answer.events
              .map(
                ({ at, zoneName, breaks, words, remedy }) =>
                  `${at.slice(0, 10)}  ${printable(zoneName)}${breaks ? '' : ' (if verified)'}: ${printable(words, 1_000)}\n            ${remedy}`,
              )
              .join('\n'),
      );
    },
  },
];

async function zones(context: CommandContext): Promise<{ readonly zones: readonly ZoneAnswer[] }> {
  return (await context.call('GET', '/zones')) as { zones: readonly ZoneAnswer[] };
}

async function find(context: CommandContext, given: unknown): Promise<ZoneAnswer> {
  const text = String(given);
  const zone = (await zones(context)).zones.find((one) => isCalled(one, text));
  if (zone !== undefined) return zone;
  throw unknownZone(text);
}

function isCalled({ id, name }: ZoneAnswer, text: string): boolean {
  return id === text || name.toLowerCase() === text.trim().toLowerCase();
}

function fieldsOf(options: CommandOptions): Record<string, unknown> {
  const text = (key: string): string | undefined => (typeof options[key] === 'string' ? options[key] : undefined);
  const [peers, port, verify, eku, state] = [text('peers'), text('port'), text('verify'), text('eku'), text('state')];
  return {
    ...(peers !== undefined && {
      peers: peers
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
    }),
    ...(port !== undefined && { port: Number(port) }),
    ...(verify !== undefined && { tlsVerify: verify === 'on' }),
    ...(text('subjectName') !== undefined && { subjectName: text('subjectName') }),
    ...(text('identity') !== undefined && { identity: text('identity') }),
    ...(eku !== undefined && { ekuRule: /^\d/.test(eku) ? { until: eku } : eku }),
    ...(text('trustSet') !== undefined && { trustSet: text('trustSet') }),
    ...(state !== undefined && { enabled: state === 'on' }),
  };
}

function zoneLine({ position, name, kind, state, words }: ZoneAnswer): string {
  return `${String(position).padStart(3)}  ${state.padEnd(8)}  ${kind.padEnd(16)}  ${printable(name)}: ${printable(words, 500)}`;
}

function zoneText(zone: ZoneAnswer): string {
  const { peers, port, tlsVerify, subjectName, identity, ekuRule, trustSet } = zone;
  const eku = typeof ekuRule === 'string' ? ekuRule : `serverAuth accepted until ${ekuRule.until}`;
  const lines = [
    zoneLine(zone),
    `     peers ${peers.length === 0 ? 'none' : peers.join(', ')}, port ${port}${subjectName === '' ? '' : `, subject name ${subjectName}`}`,
    `     TLS verify mode ${tlsVerify ? 'on' : 'off'}, shows ${identity}, EKU rule ${eku}, trusts ${trustSet === '' ? 'the trusted CA list' : printable(trustSet)}`,
    ...zone.states.map(
      // without a past the state is of no time
      ({ peer, state, words, since, history }) =>
        `     ${state.padEnd(8)}  ${peer}${history.length === 0 ? '' : `  since ${since}`}: ${printable(words, 500)}`,
    ),
    ...zone.advice.map((one) => `     ! ${one}`),
  ];
  return lines.join('\n');
}

function testText({ target, connection, directions }: TraversalAnswer): string {
  const parts = directions.map(({ title, accepted, words, aspects }) => {
    const verdict = accepted === null ? 'not judged' : accepted ? 'accepted' : 'refused';
    const rows = aspects.map(
      ({ aspect, result, words: why, remedy }) =>
        `    ${aspect.padEnd(11)}${result.padEnd(12)}${printable(why, 500)}${remedy === '' ? '' : `\n${' '.repeat(27)}${remedy}`}`,
    );
    return [`  ${title}: ${verdict}. ${printable(words, 500)}`, ...rows].join('\n');
  });
  return [`${target}: ${printable(connection, 500)}`, ...parts].join('\n');
}
