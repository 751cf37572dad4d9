/** `tollgate zone test-certificate` and `tollgate zone authentication`. */
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command, CommandOption, CommandOptions } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import type { AuthenticationSettings } from './authentication-settings.ts';
import type { CertificateTestAnswer } from './client-certificate-test.ts';

const ruleOptions: readonly CommandOption[] = [
  { flags: '--pattern <regex>', description: 'over the decoded certificate; (?<name>…) names a group' },
  { flags: '--template <text>', description: 'the user name format; #name# stands for what the group took' },
  {
    flags: '--crl-check <which>',
    description: 'of which certificates the revocation is checked',
    choices: ['none', 'peer', 'all'],
  },
];

export const checkCommands: readonly Command[] = [
  {
    path: ['zone', 'test-certificate'],
    summary: 'Client certificate testing: each check of a certificate, and the user name in it',
    arguments: [{ name: '<file>', description: 'PEM, DER or PKCS#7, - for standard input' }],
    options: ruleOptions,
    examples: ['tollgate zone test-certificate ada.pem', 'tollgate zone test-certificate ada.pem --crl-check none'],
    async run(context, [name], options) {
      const file = toBase64(await context.readInput(String(name)));
      const body = { file, name: String(name), ...ruleOf(options) };
      const answer = (await context.call('POST', '/zones/client-certificate-test', body)) as CertificateTestAnswer;
      context.print(answer, () => testText(answer));
    },
  },
  {
    path: ['zone', 'authentication'],
    summary: 'Show or change certificate-based authentication of HTTPS clients',
    options: [
      {
        flags: '--mode <mode>',
        description: 'whether clients must show a certificate, and whether it is the log-in',
        choices: ['not-required', 'validation', 'authentication'],
      },
      ...ruleOptions,
    ],
    examples: ['tollgate zone authentication', 'tollgate zone authentication --mode not-required'],
    async run(context, _args, options) {
      const path = '/zones/certificate-authentication';
      const current = (await context.call('GET', path)) as AuthenticationSettings;
      const mode = typeof options['mode'] === 'string' ? { mode: options['mode'] } : {};
      const change = { ...mode, ...ruleOf(options) };
      const settings =
        Object.keys(change).length === 0
          ? current
          : ((await context.call('PUT', path, { ...current, ...change })) as AuthenticationSettings);
      context.print(settings, () => settingsText(settings));
    },
  },
];

function ruleOf(options: CommandOptions): Partial<AuthenticationSettings> {
  const fields = { pattern: options['pattern'], template: options['template'], crlCheck: options['crlCheck'] };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string'));
}

function testText({ accepted, aspects, user, userExists }: CertificateTestAnswer): string {
  const rows = aspects.map(({ aspect, result, words, remedy }) => {
    const line = `  ${aspect.padEnd(11)}${result.padEnd(12)}${printable(words, 500)}`;
    return remedy === '' ? line : `${line}\n${' '.repeat(25)}${remedy}`;
  });
  const name =
    user.userName === undefined
      ? `No user name was found. ${printable(user.words, 500)}`
      : `User name: ${printable(user.userName)}, ${userExists === true ? 'who may log in' : 'but there is no such user'}.`;
  return [`The certificate would be ${accepted ? 'accepted' : 'refused'}.`, ...rows, name].join('\n');
}

function settingsText({ mode, crlCheck, pattern, template }: AuthenticationSettings): string {
  return [
    `Mode       ${mode}`,
    `CRL check  ${crlCheck}`,
    `Pattern    ${printable(pattern, 1_000)}`,
    `Template   ${printable(template, 200)}`,
  ].join('\n');
}
