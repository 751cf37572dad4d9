/** `tollgate settings`: what holds, and changing one setting at a time. */
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { hostAndPort, listenerCommands, target } from './listener-commands.ts';
import type { HostAndPort } from './settings.ts';

/** `settings show`, `settings set`, and those of listeners and relays. */
export const settingsCommands: readonly Command[] = [
  ...listenerCommands,
  {
    path: ['settings', 'show'],
    summary: 'Show every setting, with what will not work as it stands',
    examples: ['tollgate settings show', 'tollgate settings show --json'],
    async run(context) {
      const settings = await context.call('GET', '/settings');
      context.print(settings, () => settingsText(settings));
    },
  },
  {
    path: ['settings', 'set'],
    summary: 'Change one setting; the others stay',
    arguments: [
      { name: '<name>', description: 'The name that `settings show` prints, as in unifiedCommunications.mra' },
      { name: '<value>', description: 'A word, a number, on or off, or a list with commas; "" empties' },
    ],
    examples: [
      'tollgate settings set fqdn gateway.example.com',
      'tollgate settings set unifiedCommunications.mra on',
      'tollgate settings set unifiedCommunications.registrationDomains example.com,example.net',
      'tollgate settings set sip.upstream 192.0.2.10:5060',
      'tollgate settings set sip.mutualTlsPort 5062',
    ],
    async run(context, [name, value]) {
      const current = await context.call('GET', '/settings');
      const patch = patchFor(current, String(name), String(value));
      const settings = await context.call('PATCH', '/settings', patch);
      context.print(
        settings,
        () => `${name} is now ${shown(valueAt(settings, String(name)))}.\n${flagsText(settings)}`,
      );
    },
  },
];

/** The change that sets `name`, with the value read the way the present value looks: switch, number, list or text. */
function patchFor(current: unknown, name: string, value: string): Record<string, unknown> {
  const path = name.split('.');
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), leafFor(current, name, value));
  return { ...(nested as object), version: valueAt(current, 'version') };
}

function leafFor(current: unknown, name: string, value: string): unknown {
  if (name === 'sip.upstream') return value === '' ? null : hostAndPort(value);
  if (name === 'sip.mutualTlsPort') return value === '' ? null : Number(value);
  const present = valueAt(current, name);
  const fixed = ['version', 'clustered', 'flags', 'relays', 'sip'].includes(name.split('.')[0] ?? '');
  if (present === undefined || fixed || isGroup(present)) {
    throw new Problem({
      code: 'settings.unknown-name',
      status: 422,
      title: `There is no setting named ${printable(name)}.`,
      hint:
        name === 'relays'
          ? 'Relays have commands of their own: tollgate settings relay --help.'
          : 'tollgate settings show lists the names.',
    });
  }
  if (typeof present === 'boolean') return switchValue(name, value);
  return typeof present === 'number' ? Number(value) : value;
}

function switchValue(name: string, value: string): boolean {
  if (/^(on|true|yes)$/i.test(value)) return true;
  if (/^(off|false|no)$/i.test(value)) return false;
  throw new Problem({
    code: 'settings.not-a-switch',
    status: 422,
    title: `${name} is a switch: ${printable(value)} is neither on nor off.`,
    hint: `tollgate settings set ${name} on`,
  });
}

function settingsText(settings: unknown): string {
  const lines = leaves(settings, '').filter(([name]) => !name.startsWith('flags') && name !== 'version');
  const width = Math.max(...lines.map(([name]) => name.length));
  return `${lines.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n')}\n${flagsText(settings)}`;
}

function flagsText(settings: unknown): string {
  const flags = valueAt(settings, 'flags');
  if (!Array.isArray(flags)) return '';
  return flags.map((flag) => `\n! ${printable(String(flag.message), 600)}\n  ${flag.hint}`).join('');
}

/** A host with its port, and each relay, stand on one line. */
function leaves(value: unknown, prefix: string): [string, unknown][] {
  const below = (key: string | number): string => (prefix === '' ? String(key) : `${prefix}.${key}`);
  if (prefix === 'sip.upstream') return [[prefix, value]];
  if (prefix === 'relays' && Array.isArray(value)) {
    return value.length === 0
      ? [[prefix, value]]
      : value.map((relay) => [below(String(relay.name)), `port ${relay.port} to ${target(relay.upstream)}`]);
  }
  if (!isGroup(value)) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, below(key)));
}

function valueAt(value: unknown, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((inner, key) => (isGroup(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === null) return '(none)';
  if (isGroup(value) && 'host' in value) return printable(target(value as unknown as HostAndPort), 300);
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text === '' ? '(empty)' : printable(text, 2_000);
}
