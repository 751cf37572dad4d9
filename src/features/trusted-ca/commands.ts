/** `tollgate trusted-ca`: the trusted CA list from the command line. */
import { toBase64 } from '../../lib/bytes.ts';
import type { Command, CommandContext } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';
import { trustSetCommands } from './sets/set-commands.ts';

interface Row {
  readonly fingerprint: string;
  readonly type: string;
  readonly issuer: string;
  readonly subject: string;
  readonly label: string;
  readonly notAfter: string | null;
  readonly validity: string;
  readonly source: string;
  readonly pinned: boolean;
  readonly usedBy: readonly string[];
  readonly warnings: readonly { readonly message: string; readonly hint: string }[];
}

interface AppendAnswer {
  readonly members: readonly {
    readonly position: number;
    readonly kind: string;
    readonly verdict: string;
    readonly subject: string;
    readonly issuer: string;
    readonly refusal: { readonly message: string; readonly hint: string } | null;
    readonly warnings: readonly { readonly message: string }[];
    readonly older: readonly string[];
  }[];
  readonly notes: readonly string[];
  readonly added: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly crls: number;
  readonly total: number;
  readonly limit: number;
  readonly problem: string | null;
}

interface RemovalAnswer {
  readonly removalId: string | null;
  readonly removed: readonly Row[];
  readonly restored: readonly Row[];
  readonly breaks: readonly { readonly name: string; readonly reason: string }[];
  readonly total: number;
  readonly confirmation: string | null;
}

const preview = { flags: '--preview', description: 'Only say what would happen' } as const;

/** `trusted-ca list|append|remove|removals|undo|reset|show|text|pem`. */
export const trustedCaCommands: readonly Command[] = [
  {
    path: ['trusted-ca', 'list'],
    summary: 'List the trusted CA certificates and the CRLs among them',
    options: [{ flags: '--warnings', description: 'Only rows that have a warning, with its text' }],
    examples: ['tollgate trusted-ca list', 'tollgate trusted-ca list --warnings'],
    async run(context, _args, options) {
      const list = (await context.call('GET', '/trusted-cas')) as {
        rows: readonly Row[];
        certificates: number;
        limit: number;
      };
      const rows = options['warnings'] === true ? list.rows.filter((row) => row.warnings.length > 0) : list.rows;
      context.print({ ...list, rows }, () => {
        const lines = rows.map((row) => rowText(row, options['warnings'] === true));
        return [...lines, `${list.certificates} of at most ${list.limit} certificates`].join('\n');
      });
    },
  },
  {
    path: ['trusted-ca', 'append'],
    summary: 'Append the CA certificates and CRLs of files (PEM, DER, PKCS#7); never replaces',
    arguments: [{ name: '<file...>', description: 'Files, - for standard input' }],
    options: [{ flags: '--take-good', description: 'Take the good ones and leave out what is refused' }, preview],
    examples: ['tollgate trusted-ca append company-ca.pem', 'tollgate trusted-ca append --preview bundle.p7b'],
    async run(context, [files], options) {
      const reports: AppendAnswer[] = [];
      for (const name of Array.isArray(files) ? (files as readonly string[]) : [String(files)]) {
        const file = toBase64(await context.readInput(name));
        const body = { file, name, takeGood: options['takeGood'] === true, preview: options['preview'] === true };
        reports.push((await context.call('POST', '/trusted-cas', body)) as AppendAnswer);
      }
      context.print(reports.length === 1 ? reports[0] : reports, () => reports.map(appendText).join('\n\n'));
    },
  },
  {
    path: ['trusted-ca', 'remove'],
    summary: 'Delete rows of the list; can be undone for 24 hours',
    arguments: [{ name: '[fingerprint...]', description: 'As `trusted-ca list` prints them' }],
    options: [
      { flags: '--all', description: 'Every row' },
      { flags: '--confirmation <text>', description: '"delete all", needed when no certificate would be left' },
      preview,
    ],
    examples: ['tollgate trusted-ca remove 4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161'],
    async run(context, [named], options) {
      const fingerprints = options['all'] === true ? 'all' : Array.isArray(named) ? named : [];
      const body = {
        fingerprints,
        ...(typeof options['confirmation'] === 'string' ? { confirmation: options['confirmation'] } : {}),
      };
      const wanted = await context.call('POST', '/trusted-cas/removals', { ...body, preview: true });
      await carryOut(context, wanted as RemovalAnswer, options['preview'] === true, () =>
        context.call('POST', '/trusted-cas/removals', body),
      );
    },
  },
  {
    path: ['trusted-ca', 'removals'],
    summary: 'List the deletions of the last 24 hours',
    async run(context) {
      const answer = (await context.call('GET', '/trusted-cas/removals')) as {
        removals: readonly { id: string; removedAt: string; removedBy: string; rows: readonly { label: string }[] }[];
      };
      context.print(answer, () =>
        answer.removals.length === 0
          ? 'Nothing was deleted in the last 24 hours.'
          : answer.removals
              .map(({ id, removedAt, removedBy, rows }) => {
                const names = rows
                  .slice(0, 5)
                  .map((row) => printable(row.label))
                  .join(', ');
                return `${id}  ${removedAt}  by ${printable(removedBy)}  ${rows.length}: ${names}${rows.length > 5 ? ', …' : ''}`;
              })
              .join('\n'),
      );
    },
  },
  {
    path: ['trusted-ca', 'undo'],
    summary: 'Put back what a deletion took',
    arguments: [{ name: '<removal>', description: 'As `trusted-ca removals` prints it' }],
    async run(context, [id]) {
      const path = `/trusted-cas/removals/${encodeURIComponent(String(id))}/undo`;
      const answer = (await context.call('POST', path)) as { restored: readonly Row[] };
      context.print(answer, () => `${answer.restored.length} put back.`);
    },
  },
  {
    path: ['trusted-ca', 'reset'],
    summary: 'Reset to default CA certificate: the temporary CA and the bundled public roots',
    options: [preview],
    async run(context, _args, options) {
      const wanted = await context.call('POST', '/trusted-cas/reset', { preview: true });
      await carryOut(context, wanted as RemovalAnswer, options['preview'] === true, () =>
        context.call('POST', '/trusted-cas/reset', {}),
      );
    },
  },
  {
    path: ['trusted-ca', 'show'],
    summary: 'Show one row decoded, or with no fingerprint the whole list',
    arguments: [{ name: '[fingerprint]', description: 'As `trusted-ca list` prints it' }],
    async run(context, [fingerprint]) {
      if (typeof fingerprint !== 'string') {
        const text = Buffer.from(await context.download('/trusted-cas/text')).toString('utf8');
        return context.print({ text }, () => text);
      }
      const row = await context.call('GET', `/trusted-cas/${encodeURIComponent(fingerprint)}`);
      context.print(row, () => (row as { text: string }).text);
    },
  },
  {
    path: ['trusted-ca', 'pem'],
    summary: 'Write the list as one PEM file',
    options: [{ flags: '--out <file>', description: 'A new file instead of standard output' }],
    examples: ['tollgate trusted-ca pem --out trusted-cas.pem'],
    async run(context, _args, options) {
      const pem = await context.download('/trusted-cas/pem');
      await context.writeOutput(pem, typeof options['out'] === 'string' ? options['out'] : undefined);
    },
  },
  ...trustSetCommands,
];

/** Shows what would go and break, asks, and does it. */
async function carryOut(
  context: CommandContext,
  wanted: RemovalAnswer,
  onlyPreview: boolean,
  act: () => Promise<unknown>,
): Promise<void> {
  if (onlyPreview) return context.print(wanted, () => removalText(wanted, 'would be '));
  const { removed, restored, breaks } = wanted;
  if (breaks.length > 0) {
    const question = `${removalText(wanted, 'would be ')}\nGo on?`;
    if (!(await context.confirm(question))) return context.print(wanted, () => 'Nothing was changed.');
  } else if (removed.length + restored.length === 0) {
    return context.print(wanted, () => 'There is nothing to change.');
  }
  const done = (await act()) as RemovalAnswer;
  context.print(done, () => removalText(done, ''));
}

function rowText(row: Row, withWarnings: boolean): string {
  const subject =
    row.type === 'crl' ? `CRL of ${row.issuer}` : row.subject === 'Matches issuer' ? row.issuer : row.subject;
  const marks = [
    row.pinned ? 'pinned peer' : '',
    row.source === 'temporary' ? 'temporary' : '',
    row.warnings.length > 0 && !withWarnings
      ? `${row.warnings.length} warning${row.warnings.length > 1 ? 's' : ''}`
      : '',
    row.usedBy.length > 0 ? `used by ${row.usedBy.join(', ')}` : '',
  ].filter((mark) => mark !== '');
  const until = row.notAfter === null ? 'no end' : row.notAfter.slice(0, 10);
  const line = `${row.fingerprint}  ${until}  ${row.validity.padEnd(12)}  ${printable(subject)}${marks.length > 0 ? `  (${marks.join('; ')})` : ''}`;
  if (!withWarnings) return line;
  return [line, ...row.warnings.map((warning) => `    ! ${warning.message}\n      ${warning.hint}`)].join('\n');
}

function appendText(report: AppendAnswer): string {
  const members = report.members.flatMap((member) => {
    const name =
      member.subject === '' ? (member.issuer === '' ? member.kind : `CRL of ${member.issuer}`) : member.subject;
    const older = member.older.map(
      (fingerprint) => `    an older one stays on the list: tollgate trusted-ca remove ${fingerprint}`,
    );
    return [
      `${String(member.position).padStart(4)}  ${member.verdict.padEnd(9)}  ${printable(name)}`,
      ...(member.refusal === null ? [] : [`      ${member.refusal.message} ${member.refusal.hint}`]),
      ...member.warnings.map((warning) => `      ! ${warning.message}`),
      ...older,
    ];
  });
  const counts = `${report.added} added, ${report.crls} CRLs, ${report.duplicates} already there, ${report.refused} refused; ${report.total} of at most ${report.limit}`;
  return [...report.notes, ...members, counts, ...(report.problem === null ? [] : [report.problem])].join('\n');
}

function removalText(report: RemovalAnswer, would: string): string {
  const lines = [
    ...report.removed.map((row) => `  ${would}deleted   ${printable(row.label)}  ${row.fingerprint}`),
    ...report.restored.map((row) => `  ${would}added     ${printable(row.label)}  ${row.fingerprint}`),
    ...report.breaks.map((broken) => `  ! ${broken.name}: ${broken.reason}`),
    `${report.total} certificates ${would === '' ? 'are on the list' : 'would be left'}.`,
  ];
  if (report.confirmation !== null) lines.push(`Needs --confirmation "${report.confirmation}".`);
  if (report.removalId !== null)
    lines.push(`To put them back within 24 hours: tollgate trusted-ca undo ${report.removalId}`);
  return lines.join('\n');
}
