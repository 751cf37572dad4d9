/** Takes over a folder of `openssl ca`: the authority with its key, its numbers, and everything it issued. */

import type { Actor } from '../../../lib/actor.ts';
import { equalBytes } from '../../../lib/bytes.ts';
import { failPoint } from '../../../lib/fail-point.ts';
import { printable } from '../../../lib/printable.ts';
import type { Secret } from '../../../lib/secret.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { joinDer } from '../../../pki/certificate/chain-bytes.ts';
import { verifySignedBy } from '../../../pki/certificate/verify-signature.ts';
import { isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { orderChain } from '../../../pki/chain/order-chain.ts';
import { checkKey } from '../../../pki/key/check.ts';
import { commonNames } from '../../../pki/name/distinguished-name.ts';
import { decodePem } from '../../../pki/pem.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { StoredKey } from '../authority/authority-keys.ts';
import { type AuthorityWork, newId } from '../authority/manage-authorities.ts';
import { passphraseFaults } from '../authority/passphrase-rules.ts';
import { sanText } from '../issue/san-text.ts';
import { serialText } from '../issue/serial.ts';
import { certificateRow, searchText } from '../issued/certificate-row.ts';
import { invalidRequest, wrongState } from '../problems.ts';
import { insertAuthority, insertCertificates, type NewCertificate, readAuthorities } from '../store.ts';
import type { ImportReport } from './demo-ca.ts';
import { type IndexLine, parseIndex } from './index-file.ts';
import { readCaKey } from './read-key.ts';
import { damaged } from './tar.ts';
import { type FolderFiles, unpackFolder } from './unpack-folder.ts';

export interface Imported {
  readonly id: string;
  readonly report: Omit<ImportReport, 'authority'>;
}

/** One transaction: all of the folder or nothing. */
export async function importFolder(
  work: AuthorityWork,
  actor: Actor,
  archive: Uint8Array,
  passphrase: Secret<string>,
): Promise<Imported> {
  const files = unpackFolder(archive);
  const notes: string[] = [];
  const [certificate, ...above] = readAuthority(files, notes);
  const stored = await readKey(work, files, { certificate, passphrase, notes });
  // RFC 5280 4.2.1.3
  if (certificate.keyUsage?.has('cRLSign') === false) {
    notes.push('The certificate in cacert.pem may not sign CRLs (cRLSign): many programs will not take its CRLs.');
  }
  const id = newId();
  const rows = readCertificates(files, { certificate, id, actor, now: work.now(), notes });
  const label = commonNames(certificate.subject).at(-1) ?? 'Imported authority';
  await work.storage.transaction(async (trx) => {
    failPoint('private-ca.import');
    const same = (await readAuthorities(trx)).find(
      (row) => row.certificate !== null && equalBytes(row.certificate, certificate.der),
    );
    if (same !== undefined) throw wrongState(`${same.label} is here already.`, 'Nothing was imported.');
    await insertAuthority(trx, {
      id,
      label,
      ...stored,
      parent: null,
      replaced_by: null,
      csr: null,
      partitions: 0,
      state: 'active',
      role: isSelfSigned(certificate) ? 'root' : 'intermediate',
      certificate: certificate.der,
      chain: joinDer(above),
      public_key_info: certificate.publicKeyInfo,
      crl_number_floor: crlNumberFloor(files, notes),
      not_after: certificate.notAfter,
      created_at: work.now(),
    });
    await insertCertificates(trx, rows);
    const detail = { label, certificates: rows.length, withKey: stored.key !== null };
    await recordAudit(trx, actor, { action: 'private-ca.import', object: id, after: certificate.der, detail });
    failPoint('private-ca.imported');
  });
  const revoked = rows.filter(({ status }) => status !== 'good').length;
  const expired = rows.filter(({ status, not_after }) => status === 'good' && not_after < work.now()).length;
  const withoutCertificate = rows.filter(({ der }) => der === null).length;
  const valid = rows.length - revoked - expired;
  return { id, report: { valid, revoked, expired, withoutCertificate, notes } };
}

/** cacert.pem: the authority, and those above it when it is no root. */
function readAuthority(files: FolderFiles, notes: string[]): readonly [Certificate, ...Certificate[]] {
  const file = files.get('cacert.pem');
  if (file === undefined) throw damaged('there is no cacert.pem beside index.txt');
  const all = certificatesIn(file);
  const [first] = all;
  if (first === undefined) throw damaged('cacert.pem holds no certificate');
  const wrong = (detail: string, hint: string) => invalidRequest([{ field: 'archive', detail, hint }]);
  if (first.version === 3 && !first.basicConstraints?.ca) {
    throw wrong('The certificate in cacert.pem is not that of an authority.', 'It needs CA:TRUE.');
  }
  const { refusals, warnings } = checkKey(first.publicKey, 'upload');
  if (refusals.length > 0) throw wrong(refusals.map(({ message }) => message).join(' '), 'Make a new authority.');
  notes.push(...warnings.map(({ message }) => message));
  const { chain } = orderChain(first, all);
  if (!isSelfSigned(chain.at(-1)!)) {
    throw wrong('cacert.pem does not lead to a root.', 'Add the certificates above it to cacert.pem.');
  }
  return chain as [Certificate, ...Certificate[]];
}

interface KeyReading {
  readonly certificate: Certificate;
  readonly passphrase: Secret<string>;
  readonly notes: string[];
}

/** Kept under the same password, but derived with care. */
async function readKey(
  work: AuthorityWork,
  files: FolderFiles,
  { certificate, passphrase, notes }: KeyReading,
): Promise<StoredKey> {
  const file = files.get('private/cakey.pem');
  if (file === undefined) {
    notes.push('There is no private/cakey.pem: the authority cannot issue here, what it issued is known.');
    return { key_kind: 'none', key: null };
  }
  const { key, encrypted } = readCaKey(file, passphrase, certificate.publicKeyInfo);
  const faults = passphraseFaults(passphrase);
  if (!encrypted && faults.length > 0) throw invalidRequest(faults);
  if (!encrypted) notes.push('The key was not encrypted; here it is kept under the passphrase that was given.');
  else if (faults.length > 0) notes.push(`${faults[0]!.detail} Export and import it under a better one when you can.`);
  return work.keys.lock(key, passphrase);
}

/** crlnumber holds the next number, in hexadecimal; one that leaves room below twenty octets (RFC 5280 5.2.3). */
function crlNumberFloor(files: FolderFiles, notes: string[]): string {
  const text = Buffer.from(files.get('crlnumber') ?? '')
    .toString('latin1')
    .trim();
  if (text === '') return '0';
  if (/^[0-9A-Fa-f]{1,38}$/.test(text)) return String(BigInt(`0x${text}`) === 0n ? 0n : BigInt(`0x${text}`) - 1n);
  notes.push(`crlnumber holds ${printable(text, 60)}, which is no number of 19 octets or fewer; CRLs begin at 1.`);
  return '0';
}

/** As many as a folder that is exported holds. */
const mostLines = 100_000;

function hasMoreLines(text: Buffer, most: number): boolean {
  let lines = 0;
  for (let at = text.indexOf(10); at !== -1 && lines <= most; at = text.indexOf(10, at + 1)) lines++;
  return lines > most;
}

interface RowContext {
  readonly certificate: Certificate;
  readonly id: string;
  readonly actor: Actor;
  readonly now: number;
  readonly notes: string[];
}

function readCertificates(files: FolderFiles, context: RowContext): readonly NewCertificate[] {
  const { certificate: authority, notes } = context;
  const index = Buffer.from(files.get('index.txt') ?? '');
  if (hasMoreLines(index, mostLines)) throw damaged(`index.txt has more than ${mostLines} lines`);
  const { lines, faults } = parseIndex(index.toString('utf8'));
  notes.push(...shortened(faults));
  const found = new Map<string, Certificate>();
  const foreign: string[] = [];
  for (const [name, bytes] of files) {
    if (!/^newcerts\/[^/]+$/.test(name)) continue;
    for (const one of certificatesIn(bytes)) {
      if (isFrom(one, authority)) found.set(serialText(one.serial), one);
      else foreign.push(`${printable(name)} was not issued by this authority and is left out.`);
    }
  }
  notes.push(...shortened(foreign));
  const rows = new Map<string, NewCertificate>();
  const twice: string[] = [];
  for (const line of lines) {
    if (!rows.has(line.serial)) rows.set(line.serial, rowOf(line, found.get(line.serial), context));
    else twice.push(`index.txt names the serial number ${line.serial} twice; the first line counts.`);
  }
  notes.push(...shortened(twice));
  // people are told to empty index.txt when it refuses a second certificate for a subject
  const own = serialText(authority.serial);
  const unlisted = [...found].filter(([serial, one]) => !rows.has(serial) && !(serial === own && isSelfSigned(one)));
  if (unlisted.length > 0) {
    notes.push(`${unlisted.length} certificates in newcerts are not in index.txt; they are taken as valid.`);
  }
  for (const [serial, one] of unlisted) {
    const line = { status: 'V', notAfter: one.notAfter, revokedAt: null, reason: null, serial, subject: '' } as const;
    rows.set(serial, rowOf(line, one, context));
  }
  return [...rows.values()];
}

function rowOf(line: IndexLine, certificate: Certificate | undefined, { id, actor, now }: RowContext): NewCertificate {
  const held = line.reason === 6;
  const status =
    line.status === 'R'
      ? { status: held ? ('on-hold' as const) : ('revoked' as const), revoked_at: line.revokedAt, reason: line.reason }
      : {};
  const common = { authority: id, template: '', source: 'import' as const, partition: 0 };
  if (certificate !== undefined) {
    const names = (certificate.subjectAltName ?? []).flatMap((name) => sanText(name) ?? []);
    const row = certificateRow({ ...common, certificate, names, issuedBy: actor.name, now });
    // when it was issued is not told; that it began then is
    return { ...row, issued_at: certificate.notBefore, ...status };
  }
  return {
    ...common,
    serial: line.serial,
    subject: line.subject,
    names: '[]',
    search: searchText(line.subject, []),
    not_before: 0,
    not_after: line.notAfter,
    issued_at: 0,
    issued_by: actor.name,
    key_id: '',
    fingerprint: '',
    status: 'good',
    revoked_at: null,
    reason: null,
    der: null,
    ...status,
  };
}

function isFrom(certificate: Certificate, authority: Certificate): boolean {
  const { tbs, signatureAlgorithm, signature } = certificate;
  // old ones may be signed with SHA-1: they are only listed
  return verifySignedBy({ tbs, signatureAlgorithm, signature }, authority.publicKey, { weak: true });
}

function certificatesIn(file: Uint8Array): Certificate[] {
  const blocks = decodePem(file);
  const ders = blocks.ok ? blocks.value.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => der) : [file];
  return ders.flatMap((der) => {
    const parsed = parseCertificate(der, { deferExtensions: true });
    return parsed.ok ? [parsed.value] : [];
  });
}

function shortened(notes: readonly string[]): readonly string[] {
  return notes.length <= 20 ? notes : [...notes.slice(0, 20), `… and ${notes.length - 20} more of this kind.`];
}
