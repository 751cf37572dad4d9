/** `tollgate zone rules`, `zone add-rule`, `zone remove-rule`, `zone order` and `zone closed`. */
import type { Command, CommandContext } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import { unknownRule, unknownZone } from '../problems.ts';
import type { ClosedConnection, VersionedAccessRules } from '../schemas.ts';

const path = '/zones/access-rules';

export const accessRuleCommands: readonly Command[] = [
  {
    path: ['zone', 'rules'],
    summary: 'Show the access rules of the default zone, or say what becomes of peers that none matches',
    options: [{ flags: '--unmatched <action>', description: 'peers that no rule matches', choices: ['allow', 'deny'] }],
    examples: ['tollgate zone rules', 'tollgate zone rules --unmatched deny'],
    async run(context, _args, { unmatched }) {
      const current = await rules(context);
      const next = typeof unmatched === 'string' ? await save(context, { ...current, unmatched }) : current;
      context.print(next, () => rulesText(next));
    },
  },
  {
    path: ['zone', 'add-rule'],
    summary: 'Add an access rule to the default zone',
    arguments: [
      { name: '<name>', description: 'Name of the rule' },
      { name: '<action>', description: 'allow or deny' },
      { name: '<pattern>', description: 'Compared with common names and subject alternative names' },
    ],
    options: [
      { flags: '--type <type>', description: 'of the pattern', choices: ['exact', 'prefix', 'suffix', 'regex'] },
      { flags: '--priority <number>', description: 'the lowest is looked at first; after the others unless told' },
    ],
    examples: ['tollgate zone add-rule partners allow .partner.example --type suffix --priority 10'],
    async run(context, [name, action, pattern], { type = 'exact', priority }) {
      const current = await rules(context);
      const last = Math.max(0, ...current.rules.map((rule) => rule.priority)) + 10;
      const rule = {
        name: String(name),
        action: String(action),
        pattern: String(pattern),
        patternType: type,
        priority: priority === undefined ? last : Number(priority),
      };
      const next = await save(context, { ...current, rules: [...current.rules, rule] });
      context.print(next, () => rulesText(next));
    },
  },
  {
    path: ['zone', 'remove-rule'],
    summary: 'Remove an access rule of the default zone',
    arguments: [{ name: '<name>', description: 'Name of the rule' }],
    async run(context, [name]) {
      const current = await rules(context);
      const left = current.rules.filter((rule) => rule.name !== name);
      if (left.length === current.rules.length) throw unknownRule(String(name));
      const next = await save(context, { ...current, rules: left });
      context.print(next, () => rulesText(next));
    },
  },
  {
    path: ['zone', 'order'],
    summary: 'Put the zones in order: an inbound connection belongs to the first that matches',
    arguments: [
      { name: '<zone...>', description: 'Names or ids, first to last; those left out keep their order behind' },
    ],
    examples: ['tollgate zone order partner branches'],
    async run(context, [names]) {
      const { zones } = (await context.call('GET', '/zones')) as {
        zones: { id: string; name: string; kind: string }[];
      };
      const own = zones.filter(({ kind }) => kind !== 'default');
      const wanted = (Array.isArray(names) ? (names as readonly string[]) : []).map((text) => {
        const zone = own.find(({ id, name }) => id === text || name.toLowerCase() === text.toLowerCase());
        if (zone === undefined) throw unknownZone(text);
        return zone.id;
      });
      const ids = [...new Set([...wanted, ...own.map(({ id }) => id)])];
      const answer = (await context.call('PUT', '/zones/order', { ids })) as { zones: { name: string }[] };
      context.print(answer, () => answer.zones.map(({ name }, i) => `${i + 1}  ${printable(name)}`).join('\n'));
    },
  },
  {
    path: ['zone', 'closed'],
    summary: 'List connections that were closed because their peer would now be refused',
    async run(context) {
      const answer = (await context.call('GET', '/zones/closed-connections')) as {
        connections: readonly ClosedConnection[];
      };
      context.print(answer, () =>
        answer.connections.length === 0
          ? 'None.'
          : answer.connections
              .map(
                ({ at, zone, address, reason }) => `${at}  ${printable(zone)}  ${address}: ${printable(reason, 500)}`,
              )
              .join('\n'),
      );
    },
  },
];

async function rules(context: CommandContext): Promise<VersionedAccessRules> {
  return (await context.call('GET', path)) as VersionedAccessRules;
}

async function save(context: CommandContext, body: object): Promise<VersionedAccessRules> {
  return (await context.call('PUT', path, body)) as VersionedAccessRules;
}

function rulesText({ rules: all, unmatched }: VersionedAccessRules): string {
  const lines = all.map(
    ({ priority, action, patternType, pattern, name }) =>
      `${String(priority).padStart(5)}  ${action.padEnd(5)}  ${patternType.padEnd(6)}  ${printable(pattern, 300)}  (${printable(name)})`,
  );
  return [...lines, `Peers that no rule matches: ${unmatched}.`].join('\n');
}
