/** `tollgate settings listeners`, `settings relay` and `settings remove-relay`. */
import type { Command, CommandContext, CommandOptions } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { HostAndPort, ListenerState, RelaySetting } from './settings.ts';

interface Current {
  readonly version: number;
  readonly relays: readonly RelaySetting[];
}

const relayArgument = { name: '<name>', description: 'Name of the relay' } as const;

export const listenerCommands: readonly Command[] = [
  {
    path: ['settings', 'listeners'],
    summary: 'Which ports are listened on, what stands behind them, and why one is not listened on',
    async run(context) {
      const { listeners } = (await context.call('GET', '/settings/listeners')) as { listeners: ListenerState[] };
      const { sip, relays } = (await context.call('GET', '/settings')) as Current & {
        readonly sip: { readonly upstream: HostAndPort | null };
      };
      context.print({ listeners }, () =>
        listeners.map((one) => listenerLine(one, relays, sip.upstream ?? undefined)).join('\n'),
      );
    },
  },
  {
    path: ['settings', 'relay'],
    summary: 'Add a relay (a port that passes verified TLS on to a server), or change one',
    arguments: [relayArgument],
    options: [
      { flags: '--port <port>', description: 'port to listen on' },
      { flags: '--to <host:port>', description: 'the server behind it, over TCP' },
      { flags: '--require <mode>', description: 'whether a client must show a certificate', choices: ['on', 'off'] },
      { flags: '--trust-set <name>', description: 'a trust set; an empty text for the trusted CA list' },
      { flags: '--client-names <names>', description: 'names of which a client has to prove one, with commas' },
      {
        flags: '--purpose <purpose>',
        description: 'how clients are verified and checked for revocation',
        choices: ['https-client', 'xmpp', 'ldap', 'syslog'],
      },
    ],
    examples: [
      'tollgate settings relay syslog --port 6514 --to 192.0.2.20:601 --purpose syslog',
      'tollgate settings relay syslog --client-names log.example.com',
    ],
    async run(context, [name], options) {
      const current = (await context.call('GET', '/settings')) as Current;
      const present = current.relays.find((relay) => relay.name === name);
      const changed = { ...present, ...relayFields(String(name), options) };
      const relays =
        present === undefined
          ? [...current.relays, changed]
          : current.relays.map((relay) => (relay === present ? changed : relay));
      await saveRelays(context, { ...current, relays }, `The relay ${name} is saved.`);
    },
  },
  {
    path: ['settings', 'remove-relay'],
    summary: 'Remove a relay; its open connections end',
    arguments: [relayArgument],
    async run(context, [name]) {
      const current = (await context.call('GET', '/settings')) as Current;
      const relays = current.relays.filter((relay) => relay.name !== name);
      if (relays.length === current.relays.length) throw unknownRelay(String(name));
      await saveRelays(context, { ...current, relays }, `The relay ${name} is removed.`);
    },
  },
];

/** `sip.example.com:5060`, `[2001:db8::1]:5060`. Throws `settings.not-a-port`. */
export function hostAndPort(text: string): HostAndPort {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  throw new Problem({
    code: 'settings.not-a-port',
    status: 422,
    title: `${printable(text, 100)} is not a host and a port.`,
    hint: 'Write it as in sip.example.com:5060 or [2001:db8::1]:5060.',
  });
}

/** The same as text. */
export function target({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function saveRelays(
  context: CommandContext,
  { version, relays }: { readonly version: number; readonly relays: readonly unknown[] },
  words: string,
): Promise<void> {
  const settings = (await context.call('PATCH', '/settings', { version, relays })) as Current;
  context.print({ relays: settings.relays }, () => words);
}

function relayFields(name: string, options: CommandOptions): object {
  const text = (option: string): string | undefined => {
    const value = options[option];
    return typeof value === 'string' ? value : undefined;
  };
  const to = text('to');
  const fields = {
    name,
    port: text('port') === undefined ? undefined : Number(text('port')),
    upstream: to === undefined ? undefined : hostAndPort(to),
    requireClientCertificate: text('require') === undefined ? undefined : text('require') === 'on',
    trustSet: text('trustSet'),
    clientNames: text('clientNames'),
    purpose: text('purpose'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const kinds = { https: 'HTTPS', sip: 'SIP TLS', 'sip-mutual': 'SIP mutual TLS', relay: 'relay' } as const;

function listenerLine(
  { kind, name, port, bound, words }: ListenerState,
  relays: readonly RelaySetting[],
  upstream: HostAndPort | undefined,
): string {
  const behind = kind === 'relay' ? relays.find((relay) => relay.name === name)?.upstream : upstream;
  const label = kind === 'relay' ? `relay ${name}` : kinds[kind];
  const to = kind === 'https' || behind === undefined ? '' : `, passed on to ${target(behind)}`;
  const state = bound ? 'listening' : `NOT LISTENING: ${printable(words, 300)}`;
  return `${label.padEnd(20)} port ${String(port).padEnd(5)} ${state}${to}`;
}

function unknownRelay(name: string): Problem {
  return new Problem({
    code: 'settings.unknown-relay',
    status: 404,
    title: `There is no relay ${printable(name, 40)}.`,
    hint: 'tollgate settings listeners lists them.',
  });
}
