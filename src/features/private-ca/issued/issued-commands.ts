/** `tollgate private-ca list`, `show`, `download`, `revoke`, `release`. */
import type { Command } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import type { CertificateView, IssuedRowView } from '../schemas.ts';
import { revocationReasons } from './revocations.ts';

const serialArgument = { name: '<serial>', description: 'Serial number in hexadecimal' } as const;
const authorityOption = {
  flags: '--authority <id>',
  description: 'where several authorities used the number',
} as const;

export const issuedCommands: readonly Command[] = [
  {
    path: ['private-ca', 'list'],
    summary: 'List what was issued, newest first',
    options: [
      { flags: '--text <words>', description: 'words that subject or names hold' },
      { flags: '--serial <digits>', description: 'serial number or its beginning' },
      { flags: '--state <state>', description: 'only these', choices: ['good', 'revoked', 'on-hold', 'expired'] },
      { flags: '--template <name>', description: 'only those of this template' },
      { flags: '--expires-before <date>', description: 'only those that end before 2027-03-15, say' },
      { flags: '--before <seq>', description: 'go on from here' },
      { flags: '--limit <number>', description: 'at most so many', default: '50' },
    ],
    examples: ['tollgate private-ca list --text example.com --state good'],
    async run(context, _args, options) {
      const query = new URLSearchParams();
      for (const key of ['text', 'serial', 'state', 'template', 'before', 'limit']) {
        const value = options[key];
        if (typeof value === 'string') query.set(key, value);
      }
      const expires = options['expiresBefore'];
      if (typeof expires === 'string') query.set('expiresBefore', `${expires}T00:00:00Z`);
      const page = (await context.call('GET', `/private-ca/certificates?${query}`)) as {
        certificates: readonly IssuedRowView[];
        next: number | null;
      };
      const more = page.next === null ? [] : [`More: --before ${page.next}`];
      context.print(page, () => [...page.certificates.map(rowText), ...more].join('\n') || 'Nothing was issued.');
    },
  },
  {
    path: ['private-ca', 'show'],
    summary: 'Show a certificate that was issued, and its record',
    arguments: [serialArgument],
    options: [authorityOption],
    async run(context, [serial], options) {
      const view = (await context.call(
        'GET',
        `${pathOf(serial)}${ofAuthority(options['authority'])}`,
      )) as CertificateView;
      context.print(view, () => `${rowText(view)}\n${view.text}`);
    },
  },
  {
    path: ['private-ca', 'download'],
    summary: 'Write a certificate that was issued',
    arguments: [serialArgument],
    options: [
      authorityOption,
      { flags: '--format <format>', description: 'what to write', choices: ['pem', 'der', 'chain'], default: 'pem' },
      { flags: '--out <file>', description: 'file to write, which must not exist' },
    ],
    async run(context, [serial], options) {
      const query = new URLSearchParams({ format: String(options['format']) });
      if (typeof options['authority'] === 'string') query.set('authority', options['authority']);
      const bytes = await context.download(`${pathOf(serial)}/file?${query}`);
      await context.writeOutput(bytes, typeof options['out'] === 'string' ? options['out'] : undefined);
    },
  },
  {
    path: ['private-ca', 'revoke'],
    summary: 'Revoke a certificate, or put it on hold',
    arguments: [serialArgument],
    options: [
      authorityOption,
      {
        flags: '--reason <reason>',
        description: 'why',
        choices: Object.keys(revocationReasons),
        default: 'unspecified',
      },
    ],
    examples: ['tollgate private-ca revoke 1f3a… --reason key-compromise'],
    async run(context, [serial], options) {
      const { authority, reason } = options;
      const held = reason === 'certificate-hold';
      const question = held ? 'Put this certificate on hold?' : 'Revoke this certificate for good?';
      if (!(await context.confirm(`${question} (${printable(String(serial), 64)})`))) return;
      const body = { reason, ...(typeof authority === 'string' && { authority }) };
      const view = (await context.call('POST', `${pathOf(serial)}/revocation`, body)) as CertificateView;
      context.print(view, () => rowText(view));
    },
  },
  {
    path: ['private-ca', 'release'],
    summary: 'End a hold: the certificate is good again',
    arguments: [serialArgument],
    options: [authorityOption],
    async run(context, [serial], options) {
      const path = `${pathOf(serial)}/release${ofAuthority(options['authority'])}`;
      const view = (await context.call('POST', path)) as CertificateView;
      context.print(view, () => rowText(view));
    },
  },
];

function pathOf(serial: unknown): string {
  return `/private-ca/certificates/${encodeURIComponent(String(serial))}`;
}

function ofAuthority(authority: string | boolean | undefined): string {
  return typeof authority === 'string' ? `?${new URLSearchParams({ authority })}` : '';
}

function rowText({ serial, subject, names, state, notAfter, template, reason }: IssuedRowView): string {
  const why = reason === null ? '' : ` (${reason})`;
  const shown = names.length === 0 ? '' : `  ${printable(names.slice(0, 5).join(', '), 300)}`;
  return `${serial}  ${state}${why}  until ${notAfter.slice(0, 10)}  ${template}  ${printable(subject, 300)}${shown}`;
}
