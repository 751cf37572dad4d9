/** `tollgate private-ca template`. */
import type { Command, CommandContext, CommandOptions } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import { words } from '../authority/authority-commands.ts';
import type { Template } from './template.ts';

const nameArgument = { name: '<name>', description: 'Name of the template' } as const;

export const templateCommands: readonly Command[] = [
  {
    path: ['private-ca', 'template', 'list'],
    summary: 'List the templates',
    async run(context) {
      const answer = await templates(context);
      context.print(answer, () => answer.templates.map(templateText).join('\n'));
    },
  },
  {
    path: ['private-ca', 'template', 'save'],
    summary:
      'Add a template or change one of your own; what is not given stays, or is as in the template it is based on',
    arguments: [nameArgument],
    options: [
      { flags: '--based-on <template>', description: 'where a new one begins', default: 'web-client-server' },
      { flags: '--title <text>', description: 'for people' },
      { flags: '--description <text>', description: 'for people' },
      { flags: '--usages <list>', description: 'serverAuth, clientAuth, emailProtection, codeSigning, OIDs' },
      { flags: '--days <number>', description: 'how long a certificate holds' },
      { flags: '--kinds <list>', description: 'kinds of names: dns, ip, email, uri, srv, xmpp, upn' },
      { flags: '--domains <list>', description: 'domains names must lie in; an empty text for any' },
      { flags: '--addresses <list>', description: 'ranges addresses must lie in; an empty text for any' },
      { flags: '--wildcards <state>', description: 'whether wildcards are allowed', choices: ['on', 'off'] },
      {
        flags: '--subject <what>',
        description: 'what is taken of the subject',
        choices: ['any', 'common-name', 'none'],
      },
    ],
    examples: ['tollgate private-ca template save branch --domains branch.example.com --days 90'],
    async run(context, [given], options) {
      const name = String(given);
      const { templates: all } = await templates(context);
      const own = all.find((one) => one.name === name);
      const base = own ?? all.find((one) => one.name === options['basedOn']);
      const { name: _, version, builtIn: __, ...fields } = base ?? ({ version: 0 } as Template);
      const body = { ...fields, ...fieldsOf(options, name, own), version: own === undefined ? 0 : version };
      const path = `/private-ca/templates/${encodeURIComponent(name)}`;
      const saved = (await context.call('PUT', path, body)) as Template;
      context.print(saved, () => templateText(saved));
    },
  },
  {
    path: ['private-ca', 'template', 'delete'],
    summary: 'Delete a template of your own',
    arguments: [nameArgument],
    async run(context, [name]) {
      if (!(await context.confirm(`Delete template ${printable(String(name), 60)}?`))) return;
      const answer = await context.call('DELETE', `/private-ca/templates/${encodeURIComponent(String(name))}`);
      context.print(answer, () => 'Deleted.');
    },
  },
];

async function templates(context: CommandContext): Promise<{ readonly templates: readonly Template[] }> {
  return (await context.call('GET', '/private-ca/templates')) as { templates: readonly Template[] };
}

function fieldsOf(options: CommandOptions, name: string, own: Template | undefined): object {
  const { title, description, days, wildcards, subject } = options;
  const lists = { extendedKeyUsage: 'usages', sanKinds: 'kinds', domains: 'domains', addresses: 'addresses' } as const;
  return {
    ...(typeof title === 'string' ? { title } : own === undefined ? { title: name, description: '' } : {}),
    ...(typeof description === 'string' && { description }),
    ...(typeof days === 'string' && { days: Number(days) }),
    ...(typeof wildcards === 'string' && { wildcards: wildcards === 'on' }),
    ...(typeof subject === 'string' && { subject }),
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([field, option]) => {
        const list = words(options[option]);
        return list === undefined ? [] : [[field, list]];
      }),
    ),
  };
}

function templateText({ name, title, extendedKeyUsage, days, sanKinds, domains, builtIn }: Template): string {
  const where = domains.length === 0 ? '' : ` in ${domains.join(', ')}`;
  const whose = builtIn ? '' : '  (yours)';
  return `${name.padEnd(20)}  ${printable(title)}: ${extendedKeyUsage.join(', ')}; ${days} days; names ${sanKinds.join(', ')}${where}${whose}`;
}
