/** `tollgate settings`: what holds, and changing one setting at a time. */
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';

/** `settings show` and `settings set`. */
export const settingsCommands: readonly Command[] = [
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
  const present = valueAt(current, name);
  if (
    present === undefined ||
    name === 'version' ||
    name === 'clustered' ||
    name.startsWith('flags') ||
    isGroup(present)
  ) {
    throw new Problem({
      code: 'settings.unknown-name',
      status: 422,
      title: `There is no setting named ${printable(name)}.`,
      hint: 'tollgate settings show lists the names.',
    });
  }
  const path = name.split('.');
  const leaf: unknown =
    typeof present === 'boolean' ? switchValue(name, value) : typeof present === 'number' ? Number(value) : value;
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), leaf);
  return { ...(nested as object), version: valueAt(current, 'version') };
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

function leaves(value: unknown, prefix: string): [string, unknown][] {
  if (!isGroup(value)) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, prefix === '' ? key : `${prefix}.${key}`));
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
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text === '' ? '(empty)' : printable(text, 2_000);
}
