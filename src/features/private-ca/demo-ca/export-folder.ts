/** Writes the folder that `openssl ca` goes on with: what was issued, the numbers, and the key when it is asked for. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Problem } from '../../../lib/problem.ts';
import type { Secret } from '../../../lib/secret.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { DistinguishedName } from '../../../pki/name/distinguished-name.ts';
import { encodePem } from '../../../pki/pem.ts';
import type { Db } from '../../../storage/schema.ts';
import type { Authority } from '../authority/authority.ts';
import { lockKey } from '../authority/passphrase-key.ts';
import { serialText } from '../issue/serial.ts';
import { wrongState } from '../problems.ts';
import { countCertificates, streamAll } from '../store.ts';
import type { ExportedFolder } from './demo-ca.ts';
import { indexLine } from './index-file.ts';
import { opensslConfiguration } from './openssl-configuration.ts';
import { tarEnd, tarMember } from './tar.ts';

export interface FolderContents {
  readonly db: Db;
  readonly authority: Authority;
  /** Of the next CRL. */
  readonly crlNumber: bigint;
  /** With its passphrase: the key goes along, encrypted. */
  readonly key: KeyObject | undefined;
  readonly passphrase: Secret<string> | undefined;
  readonly now: number;
}

const most = 100_000;

/** Throws `private-ca.too-many` (409) for more certificates than fit into one answer. */
export async function exportFolder(contents: FolderContents): Promise<ExportedFolder> {
  const { authority, db, key } = contents;
  if (authority.certificate === undefined)
    throw wrongState(`${authority.label} has no certificate yet.`, 'Install it first.');
  const { issued } = await countCertificates(db, authority.id);
  if (issued > most) throw tooMany(issued);
  const parts: Buffer[] = [];
  await pipeline(Readable.from(members(contents)), createGzip({ level: 6 }), async (packed: AsyncIterable<Buffer>) => {
    for await (const part of packed) parts.push(part);
  });
  const fileName = `demoCA-${authority.label.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}.tar.gz`;
  return { archive: Buffer.concat(parts), fileName, certificates: issued, withKey: key !== undefined };
}

async function* members({
  authority,
  db,
  crlNumber,
  key,
  passphrase,
  now,
}: FolderContents): AsyncGenerator<Uint8Array> {
  const seconds = Math.floor(now / 1000);
  const folder = (name: string) => tarMember(`demoCA/${name}`, undefined, 0o700, seconds);
  const file = (name: string, text: string) => tarMember(`demoCA/${name}`, Buffer.from(text), 0o600, seconds);
  for (const name of ['', 'certs/', 'crl/', 'newcerts/', 'private/']) yield folder(name);
  const lines: string[] = [];
  for await (const row of streamAll(db, authority.id)) {
    const der = row.der ?? undefined;
    const status = row.status === 'good' ? 'V' : 'R';
    const { serial, reason } = row;
    const subject = der === undefined ? row.subject : oneLine(subjectOf(der));
    lines.push(indexLine({ status, notAfter: row.not_after, revokedAt: row.revoked_at, reason, serial, subject }));
    if (der !== undefined) yield file(`newcerts/${serial.toUpperCase()}.pem`, encodePem('CERTIFICATE', der));
  }
  yield file('index.txt', lines.map((line) => `${line}\n`).join(''));
  yield file('index.txt.attr', 'unique_subject = no\n');
  // random, so that neither side meets a number of the other
  yield file('serial', `${serialText(randomBytes(16)).toUpperCase()}\n`);
  yield file('crlnumber', `${evenHex(crlNumber)}\n`);
  const chain = [authority.certificate!, ...authority.above].map(({ der }) => encodePem('CERTIFICATE', der));
  yield file('cacert.pem', chain.join(''));
  yield file('openssl_local.cnf', opensslConfiguration);
  if (key !== undefined && passphrase !== undefined) {
    const locked = await lockKey(key, passphrase);
    yield file('private/cakey.pem', encodePem('ENCRYPTED PRIVATE KEY', locked));
  }
  yield tarEnd;
}

function subjectOf(der: Uint8Array): DistinguishedName {
  const parsed = parseCertificate(der, { deferExtensions: true });
  if (!parsed.ok) throw new Error(`a stored certificate cannot be read: ${parsed.error.message}`);
  return parsed.value.subject;
}

/** `/C=GB/CN=a.example`: X509_NAME_oneline, other octets than printable ASCII as \xHH. */
function oneLine(name: DistinguishedName): string {
  return name.rdns
    .flat()
    .map(({ type, raw }) => {
      const value = [...raw].map((octet) =>
        octet >= 0x20 && octet < 0x7f
          ? String.fromCharCode(octet)
          : `\\x${octet.toString(16).toUpperCase().padStart(2, '0')}`,
      );
      return `/${type}=${value.join('')}`;
    })
    .join('');
}

function evenHex(number: bigint): string {
  const digits = number.toString(16).toUpperCase();
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

function tooMany(count: number): Problem {
  return new Problem({
    code: 'private-ca.too-many',
    status: 409,
    title: 'There is too much for one folder.',
    detail: `The authority issued ${count} certificates; a folder takes ${most}.`,
    hint: 'Rotate the intermediate: the next one begins with an empty record.',
  });
}
