/** `tollgate status` and `tollgate alarms`. */
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';

interface AlarmRow {
  readonly id: string;
  readonly severity: string;
  readonly message: string;
  readonly hint: string;
  readonly raisedAt: string;
  readonly clearedAt: string | null;
  readonly acknowledgedBy: string | null;
}

interface OverviewAnswer {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly alarms: readonly AlarmRow[];
  readonly steps: readonly { readonly title: string; readonly detail: string; readonly command: string }[];
  readonly served: readonly {
    readonly label: string;
    readonly served: string;
    readonly commonName: string | null;
    readonly notAfter: string | null;
    readonly temporary: boolean;
  }[];
  readonly timeline: readonly { readonly label: string; readonly until: string; readonly state: string }[];
  readonly counts: { readonly trustedCas: number; readonly crls: number };
}

/** `status`, `alarms list`, `alarms acknowledge`. */
export const alarmsCommands: readonly Command[] = [
  {
    path: ['status'],
    summary: 'What is wrong, what to do next, what is served, what ends next',
    examples: ['tollgate status', 'tollgate status --json'],
    async run(context) {
      const overview = (await context.call('GET', '/overview')) as OverviewAnswer;
      context.print(overview, () => statusText(overview));
    },
  },
  {
    path: ['alarms', 'list'],
    summary: 'List open alarms, the worst first',
    options: [{ flags: '--cleared', description: 'Also those that ended in the last 30 days' }],
    async run(context, _args, options) {
      const path = options['cleared'] === true ? '/alarms?cleared=true' : '/alarms';
      const answer = (await context.call('GET', path)) as { alarms: readonly AlarmRow[] };
      context.print(answer, () => answer.alarms.map(alarmText).join('\n') || 'No alarm is open.');
    },
  },
  {
    path: ['alarms', 'acknowledge'],
    summary: 'Note that you have seen an alarm',
    arguments: [{ name: '<id>', description: 'As `alarms list` prints it' }],
    async run(context, [id]) {
      const alarm = await context.call('POST', `/alarms/${encodeURIComponent(String(id))}/acknowledgement`);
      context.print(alarm, () => 'Acknowledged. The alarm clears by itself when its cause is gone.');
    },
  },
];

function statusText(overview: OverviewAnswer): string {
  const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
  return [
    `${overview.name === '' ? 'Gateway without a name' : overview.name} (${overview.role}): ${overview.state}`,
    ...part('Alarms', overview.alarms.map(alarmText)),
    ...part(
      'What to do next',
      overview.steps.map(
        (step, i) => `  ${i + 1}. ${printable(step.title)}\n     ${printable(step.detail, 600)}\n     ${step.command}`,
      ),
    ),
    ...part('Served', overview.served.map(servedText)),
    ...part(
      'Ends next',
      overview.timeline
        .slice(0, 5)
        .map(
          (bar) =>
            `  ${bar.until.slice(0, 10)}  ${printable(bar.label)}${bar.state === 'good' ? '' : `  (${bar.state})`}`,
        ),
    ),
    '',
    `${overview.counts.trustedCas} trusted CA certificates, ${overview.counts.crls} embedded CRLs`,
  ].join('\n');
}

function servedText(identity: OverviewAnswer['served'][number]): string {
  const name = printable(identity.commonName ?? 'no common name');
  const until = identity.notAfter === null ? '' : ` until ${identity.notAfter.slice(0, 10)}`;
  if (identity.served === 'none') return `  ${identity.label}: nothing`;
  if (identity.served === 'server') return `  ${identity.label}: the server certificate`;
  const mark = identity.served === 'previous' ? ' (the previous one)' : identity.temporary ? ' (temporary)' : '';
  return `  ${identity.label}: ${name}${until}${mark}`;
}

function alarmText(alarm: AlarmRow): string {
  const state = alarm.clearedAt !== null ? 'cleared' : alarm.acknowledgedBy !== null ? 'seen' : alarm.severity;
  const who = alarm.acknowledgedBy === null ? '' : `, seen by ${printable(alarm.acknowledgedBy)}`;
  return `  ${alarm.id}  ${state.padEnd(8)}  ${printable(alarm.message, 600)} (since ${alarm.raisedAt.slice(0, 16)}Z${who})\n    ${printable(alarm.hint, 600)}`;
}
