/** `tollgate trust-set`: named trust sets from the command line. */
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';

interface SetAnswer {
  readonly name: string;
  readonly usedBy: readonly string[];
  readonly rows: readonly { readonly fingerprint: string; readonly label: string; readonly notAfter: string | null }[];
}

interface Appended {
  readonly added: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly total: number;
  readonly problem: string | null;
}

const nameArgument = { name: '<name>', description: 'Name of the trust set' } as const;

export const trustSetCommands: readonly Command[] = [
  {
    path: ['trust-set', 'list'],
    summary: 'List the trust sets: what zones can trust instead of the trusted CA list',
    async run(context) {
      const answer = (await context.call('GET', '/trust-sets')) as { sets: readonly SetAnswer[] };
      context.print(answer, () =>
        answer.sets.length === 0 ? 'There is no trust set.' : answer.sets.map(setLine).join('\n'),
      );
    },
  },
  {
    path: ['trust-set', 'show'],
    summary: 'Show the certificates of a trust set',
    arguments: [nameArgument],
    async run(context, [name]) {
      const set = (await context.call('GET', pathOf(name))) as SetAnswer;
      context.print(set, () => setText(set));
    },
  },
  {
    path: ['trust-set', 'create'],
    summary: 'Make an empty trust set',
    arguments: [nameArgument],
    examples: ['tollgate trust-set create partners'],
    async run(context, [name]) {
      const set = (await context.call('POST', '/trust-sets', { name: String(name) })) as SetAnswer;
      context.print(set, () => `${printable(set.name)} is there and trusts nobody yet.`);
    },
  },
  {
    path: ['trust-set', 'append'],
    summary: 'Append the CA certificates of a file to a trust set',
    arguments: [nameArgument, { name: '<file>', description: 'PEM, DER or PKCS#7; - for standard input' }],
    options: [
      { flags: '--take-good', description: 'Take the good ones and leave out what is refused' },
      { flags: '--preview', description: 'Only say what would happen' },
    ],
    examples: ['tollgate trust-set append partners partner-root.pem'],
    async run(context, [name, file], options) {
      const preview = options['preview'] === true;
      const content = toBase64(await context.readInput(String(file)));
      const body = { file: content, name: String(file), takeGood: options['takeGood'] === true, preview };
      const answer = (await context.call('POST', `${pathOf(name)}/certificates`, body)) as Appended;
      context.print(answer, () => {
        const { added, duplicates, refused, total, problem } = answer;
        const counts = `${added} ${preview ? 'would be added' : 'added'}, ${duplicates} there already, ${refused} refused; ${total} in all.`;
        return problem === null ? counts : `${printable(problem, 1000)}\n${counts}`;
      });
    },
  },
  {
    path: ['trust-set', 'remove'],
    summary: 'Delete certificates of a trust set',
    arguments: [nameArgument, { name: '<fingerprint...>', description: 'As `trust-set show` prints them' }],
    async run(context, [name, given]) {
      const fingerprints = Array.isArray(given) ? given : [given];
      if (!(await context.confirm(`Delete ${fingerprints.length} of trust set ${printable(String(name))}?`))) return;
      const set = (await context.call('POST', `${pathOf(name)}/removals`, { fingerprints })) as SetAnswer;
      context.print(set, () => setText(set));
    },
  },
  {
    path: ['trust-set', 'delete'],
    summary: 'Delete a trust set that no zone uses',
    arguments: [nameArgument],
    async run(context, [name]) {
      if (!(await context.confirm(`Delete the trust set ${printable(String(name))}?`))) return;
      const answer = await context.call('DELETE', pathOf(name));
      context.print(answer, () => 'Deleted.');
    },
  },
];

function pathOf(name: unknown): string {
  return `/trust-sets/${encodeURIComponent(String(name))}`;
}

function setLine({ name, rows, usedBy }: SetAnswer): string {
  const users = usedBy.length === 0 ? 'used by no zone' : `used by ${usedBy.map((zone) => printable(zone)).join(', ')}`;
  return `${printable(name)}  ${rows.length} certificate${rows.length === 1 ? '' : 's'}, ${users}`;
}

function setText(set: SetAnswer): string {
  const rows = set.rows.map(
    ({ fingerprint, label, notAfter }) => `${fingerprint}  ${printable(label)}  until ${notAfter?.slice(0, 10) ?? '?'}`,
  );
  return [setLine(set), ...rows].join('\n');
}
