/** `tollgate token …` and `tollgate user …`. */
import { type Command, type CommandContext, gatewayOrigin } from '../../lib/command.ts';
import { printable } from '../../lib/printable.ts';

interface TokenAnswer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly state: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

interface UserAnswer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly disabled: boolean;
}

const roleOption = (fallback: string) => ({
  flags: '--role <role>',
  description: 'What it may do',
  choices: ['administrator', 'auditor'],
  default: fallback,
});
const passwordOption = {
  flags: '--password-file <file>',
  description: 'File with the password, - for standard input; asked for otherwise',
};
const userArgument = [{ name: '<name>', description: 'Name or id of the user' }] as const;

const tokenCommands: readonly Command[] = [
  {
    path: ['token', 'create'],
    summary: 'Make an API token; its secret is shown once',
    arguments: [{ name: '<name>', description: 'What it is for' }],
    options: [
      roleOption('administrator'),
      { flags: '--scopes <list>', description: 'read, write, security-write', default: 'read' },
      { flags: '--days <number>', description: 'Days until it ends, at most 365', default: '90' },
      { flags: '--ranges <list>', description: 'Address ranges it may be used from, as in 192.0.2.0/24' },
      { flags: '--out <file>', description: 'Write the secret into a new file of mode 0600 instead' },
    ],
    examples: [
      'tollgate token create monitoring --role auditor --scopes read',
      'tollgate token create deploy --scopes read,write,security-write --days 30 --out deploy.token',
    ],
    async run(context, [name], options) {
      const answer = (await context.call('POST', '/tokens', {
        name,
        role: options['role'],
        scopes: words(options['scopes']),
        days: Number(options['days']),
        ranges: words(options['ranges']),
      })) as { token: TokenAnswer; secret: string };
      const file = options['out'];
      if (typeof file !== 'string') return context.print(answer, () => `${answer.secret}\n`);
      await context.writeOutput(`${answer.secret}\n`, file);
      context.print(answer.token, () => `Token ${answer.token.id} is in ${file}, until ${answer.token.expiresAt}.`);
    },
  },
  {
    path: ['token', 'list'],
    summary: 'All API tokens',
    examples: ['tollgate token list', 'tollgate token list --json'],
    async run(context) {
      const answer = (await context.call('GET', '/tokens')) as { tokens: readonly TokenAnswer[] };
      context.print(answer, () =>
        answer.tokens.length === 0
          ? 'There is no token.'
          : answer.tokens
              .map((t) =>
                [
                  t.id,
                  t.state,
                  t.role,
                  t.scopes.join(','),
                  `until ${t.expiresAt.slice(0, 10)}`,
                  printable(t.name),
                ].join('  '),
              )
              .join('\n'),
      );
    },
  },
  {
    path: ['token', 'revoke'],
    summary: 'Revoke an API token at once',
    arguments: [{ name: '<id>', description: 'As `token list` shows it' }],
    examples: ['tollgate token revoke 0123456789abcdef0123456789abcdef'],
    async run(context, [id]) {
      await context.call('DELETE', `/tokens/${encodeURIComponent(String(id))}`);
      context.print({ revoked: id }, () => `Token ${id} is revoked.`);
    },
  },
];

const userCommands: readonly Command[] = [
  {
    path: ['user', 'setup-link'],
    summary: 'A new one-time link for making the first user, valid 15 minutes',
    examples: ['tollgate user setup-link'],
    async run(context) {
      const link = (await context.call('POST', '/setup/link')) as { path: string; expiresAt: string };
      const origin = await gatewayOrigin(context);
      context.print(link, () => `Open ${origin}${link.path}\nValid until ${link.expiresAt}.`);
    },
  },
  {
    path: ['user', 'create'],
    summary: 'Make a user',
    arguments: [{ name: '<name>', description: 'Letters, digits, dots, hyphens, underscores, @' }],
    options: [roleOption('auditor'), passwordOption],
    examples: ['tollgate user create ada --role administrator --password-file -'],
    async run(context, [name], options) {
      const password = await readPassword(context, options['passwordFile']);
      const user = (await context.call('POST', '/users', { name, role: options['role'], password })) as UserAnswer;
      context.print(user, () => `User ${user.name} is made, role ${user.role}.`);
    },
  },
  {
    path: ['user', 'list'],
    summary: 'All users',
    examples: ['tollgate user list'],
    async run(context) {
      const answer = (await context.call('GET', '/users')) as { users: readonly UserAnswer[] };
      context.print(answer, () =>
        answer.users.length === 0
          ? 'There is no user yet: tollgate user setup-link makes a link for the first.'
          : answer.users.map((u) => `${u.name}  ${u.role}${u.disabled ? '  disabled' : ''}`).join('\n'),
      );
    },
  },
  {
    path: ['user', 'set-password'],
    summary: 'Set a password; ends the sessions of the user',
    arguments: userArgument,
    options: [passwordOption],
    examples: ['tollgate user set-password ada --password-file -'],
    async run(context, [name], options) {
      const password = await readPassword(context, options['passwordFile']);
      await context.call('PUT', `${userPath(name)}/password`, { password });
      context.print({ name }, () => `The password of ${name} is set.`);
    },
  },
  {
    path: ['user', 'set-role'],
    summary: 'Change the role; ends sessions and tokens of the user',
    arguments: [...userArgument, { name: '<role>', description: 'administrator or auditor' }],
    examples: ['tollgate user set-role ada auditor'],
    run: (context, [name, role]) => update(context, name, { role }),
  },
  {
    path: ['user', 'disable'],
    summary: 'Refuse the user from now on; ends sessions and tokens',
    arguments: userArgument,
    examples: ['tollgate user disable ada'],
    run: (context, [name]) => update(context, name, { disabled: true }),
  },
  {
    path: ['user', 'enable'],
    summary: 'Let a disabled user in again',
    arguments: userArgument,
    examples: ['tollgate user enable ada'],
    run: (context, [name]) => update(context, name, { disabled: false }),
  },
  {
    path: ['user', 'remove'],
    summary: 'Remove a user, with sessions and tokens',
    arguments: userArgument,
    examples: ['tollgate user remove ada --yes'],
    async run(context, [name]) {
      if (!(await context.confirm(`Remove the user ${name}?`))) return;
      await context.call('DELETE', userPath(name));
      context.print({ removed: name }, () => `User ${name} is removed.`);
    },
  },
];

export const accessCommands: readonly Command[] = [...tokenCommands, ...userCommands];

async function update(context: CommandContext, name: unknown, change: object): Promise<void> {
  const user = (await context.call('PATCH', userPath(name), change)) as UserAnswer;
  context.print(user, () => `${user.name}: ${user.role}${user.disabled ? ', disabled' : ''}.`);
}

function userPath(name: unknown): string {
  return `/users/${encodeURIComponent(String(name))}`;
}

/** A password never stands among the arguments, where `ps` shows it. */
function readPassword(context: CommandContext, file: unknown): Promise<string> {
  return context.readSecret(typeof file === 'string' ? file : undefined, 'Password');
}

function words(list: unknown): string[] {
  return typeof list === 'string'
    ? list
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
    : [];
}
