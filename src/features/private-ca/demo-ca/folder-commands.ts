/** `tollgate private-ca import` and `export`: folders of `openssl ca`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { toBase64 } from '../../../lib/bytes.ts';
import type { Command, CommandContext } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import { find, oldPassphrase } from '../authority/authority-commands.ts';
import type { AuthorityView } from '../schemas.ts';
import { tarEnd, tarMember } from './tar.ts';

const passphraseFile = {
  flags: '--passphrase-file <file>',
  description: 'file with the passphrase of the key',
} as const;

export const folderCommands: readonly Command[] = [
  {
    path: ['private-ca', 'import'],
    summary: 'Take over a folder of openssl ca: its authority, its key, and everything it issued',
    arguments: [{ name: '<folder>', description: 'The demoCA folder, or a ZIP or tar.gz of it' }],
    options: [passphraseFile],
    examples: ['tollgate private-ca import ./demoCA --passphrase-file password.txt'],
    async run(context, [given], options) {
      const archive = await archiveOf(context, String(given));
      const body = { archive: toBase64(archive), passphrase: await oldPassphrase(context, options) };
      const report = (await context.call('POST', '/private-ca/imports', body)) as Report;
      context.print(report, () => reportText(report));
    },
  },
  {
    path: ['private-ca', 'export'],
    summary: 'Write the folder that openssl ca goes on with, as tar.gz',
    arguments: [{ name: '<id>', description: 'Id of the authority, or its beginning' }],
    options: [
      { flags: '--out <file>', description: 'file to write, which must not exist' },
      { flags: '--with-key', description: 'the key goes along, under the passphrase' },
      passphraseFile,
    ],
    examples: ['tollgate private-ca export 5f --with-key --out demoCA.tar.gz'],
    async run(context, [given], options) {
      const { id } = await find(context, String(given));
      const passphrase = options['withKey'] === true ? await oldPassphrase(context, options) : undefined;
      const body = passphrase === undefined ? {} : { passphrase };
      const { out } = options;
      const archive = await context.download(`/private-ca/authorities/${id}/export`, body);
      await context.writeOutput(archive, typeof out === 'string' ? out : undefined);
    },
  },
];

interface Report {
  readonly authority: AuthorityView;
  readonly valid: number;
  readonly revoked: number;
  readonly expired: number;
  readonly withoutCertificate: number;
  readonly notes: readonly string[];
}

/** A serial number has at most forty digits. */
const longestName = 60;

/** A folder is packed here, and only what is needed of it. */
async function archiveOf(context: CommandContext, path: string): Promise<Uint8Array> {
  if (path === '-' || !existsSync(path) || !statSync(path).isDirectory()) return context.readInput(path);
  const single = ['index.txt', 'crlnumber', 'cacert.pem', 'private/cakey.pem'].filter((name) =>
    existsSync(join(path, name)),
  );
  const folder = join(path, 'newcerts');
  // plain files only: a link in a folder that somebody else has packed could lead anywhere
  const issued = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.length <= longestName)
    : [];
  const parts = [...single, ...issued.map(({ name }) => `newcerts/${name}`)]
    .filter((name) => statSync(join(path, name)).isFile())
    .map((name) => tarMember(name, readFileSync(join(path, name)), 0o600, 0));
  return gzipSync(Buffer.concat([...parts, tarEnd]));
}

function reportText({ authority, valid, revoked, expired, withoutCertificate, notes }: Report): string {
  return [
    `${printable(authority.label)} is taken over as ${authority.id.slice(0, 8)}.`,
    `${valid} valid, ${revoked} revoked, ${expired} expired; ${withoutCertificate} known by their line alone.`,
    ...notes.map((note) => `! ${printable(note, 500)}`),
  ].join('\n');
}
