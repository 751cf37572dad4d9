/** `tollgate audit list`. */
import type { Command } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';

interface AuditAnswer {
  readonly rows: readonly {
    readonly seq: number;
    readonly at: string;
    readonly actor: { readonly name: string };
    readonly address: string;
    readonly action: string;
    readonly object: string;
    readonly result: string;
  }[];
  readonly next: number | null;
}

const filters = ['limit', 'before', 'action', 'actor', 'object', 'result'] as const;

export const auditCommands: readonly Command[] = [
  {
    path: ['audit', 'list'],
    summary: 'Who did what, newest first',
    options: [
      { flags: '--limit <number>', description: 'How many rows, at most 500', default: '50' },
      { flags: '--before <seq>', description: 'Rows older than this one' },
      { flags: '--action <action>', description: 'identity.upload, or identity. for all of a feature' },
      { flags: '--actor <name>', description: 'Of this user or token only' },
      { flags: '--object <object>', description: 'About this object only' },
      { flags: '--result <result>', description: 'Only what was', choices: ['done', 'refused'] },
    ],
    examples: ['tollgate audit list --limit 20', 'tollgate audit list --action access. --result refused --json'],
    async run(context, _arguments, options) {
      const query = new URLSearchParams();
      for (const name of filters) {
        const value = options[name];
        if (typeof value === 'string') query.set(name, value);
      }
      const answer = (await context.call('GET', `/audit?${query}`)) as AuditAnswer;
      context.print(answer, () => answer.rows.map(line).join('\n') || 'Nothing is recorded that matches.');
    },
  },
];

function line(row: AuditAnswer['rows'][number]): string {
  const who = row.address === '' ? row.actor.name : `${row.actor.name} from ${row.address}`;
  const refused = row.result === 'refused' ? '  REFUSED' : '';
  return `${row.seq}  ${row.at}  ${printable(who)}  ${row.action}  ${printable(row.object)}${refused}`;
}
