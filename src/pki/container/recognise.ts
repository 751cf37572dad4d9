/**
 * Takes a file by its content, never by its name: PEM, DER, PKCS#7, or base64 without armour. What is converted or
 * repaired is said; what cannot be read is described in words, with the octet where reading stopped.
 */
import { equalBytes } from '../../lib/bytes.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Certificate } from '../certificate/certificate.ts';
import type { Crl } from '../crl/crl.ts';
import type { CertificationRequest } from '../csr/csr.ts';
import type { PrivateKey } from '../key/private-key.ts';
import type { PublicKeyInfo } from '../key/public-key.ts';
import type { OcspResponse } from '../ocsp/ocsp.ts';
import { decodePem } from '../pem.ts';
import { type DerShape, derLength, derShape } from './der-shape.ts';
import { describeBytes, looksUtf16 } from './describe-bytes.ts';
import { type Member, type ReadMembers, readMember } from './read-member.ts';

/** What an upload is meant to be; decides which findings are a mistake and how the refusal is worded. */
export type UploadKind = 'certificate' | 'key' | 'ca-bundle' | 'csr' | 'crl' | 'any';

export type UploadProblemCode =
  | 'upload.empty'
  | 'upload.too-large'
  | 'upload.unreadable'
  | 'upload.bad-member'
  | 'upload.wrong-kind'
  | 'upload.key-encrypted'
  | 'upload.two-keys'
  | 'upload.pkcs12';

export interface UploadProblem {
  readonly code: UploadProblemCode;
  /** What the bytes look like and why they are not taken, safe to print. */
  readonly message: string;
  /** Octet of the file where reading stopped. */
  readonly offset: number;
  /** What to do next. */
  readonly hint: string;
}

export interface Recognised {
  readonly format: 'pem' | 'der' | 'pkcs7' | 'base64' | 'pkcs12';
  /** Everything that was read, in the order of the file. */
  readonly members: readonly Member[];
  readonly certificates: readonly Certificate[];
  /** At most one, a file with two different keys is refused. */
  readonly keys: readonly PrivateKey[];
  readonly crls: readonly Crl[];
  readonly csrs: readonly CertificationRequest[];
  readonly publicKeys: readonly PublicKeyInfo[];
  readonly ocspResponses: readonly OcspResponse[];
  /** What was converted or repaired, in words. */
  readonly notes: readonly string[];
  /** Members that could not be read; empty unless `keepGoing` was asked for. */
  readonly bad: readonly UploadProblem[];
}

export interface RecogniseOptions {
  readonly what: UploadKind;
  /** Collects unreadable members in `bad` where one of several is broken, for "take the good ones". */
  readonly keepGoing?: boolean;
  /** 10 MiB unless told. */
  readonly maxBytes?: number;
}

/**
 * Reads a file. PKCS#12 is recognised and refused here as `upload.pkcs12`: it is opened in a process of its own by
 * the tools feature's `openUpload`.
 */
export function recogniseUpload(bytes: Uint8Array, options: RecogniseOptions): Result<Recognised, UploadProblem> {
  const { maxBytes = 10 * 1024 * 1024 } = options;
  if (bytes.length === 0) return problem('upload.empty', 'The file is empty.', 0, 'Choose another file.');
  if (bytes.length > maxBytes) {
    const hint = 'Choose the certificate file itself, without anything else in it.';
    return problem('upload.too-large', `The file has ${bytes.length} octets, more than ${maxBytes}.`, 0, hint);
  }
  const read = readMembers(bytes, options);
  return read.ok ? judge(read.value, options) : read;
}

/** The DER of a PKCS#12 file (PFX, version 3), also when it came as bare base64; undefined for any other file. */
export function pkcs12Bytes(bytes: Uint8Array): Uint8Array | undefined {
  const der = bytes[0] === 0x30 && !isBase64Text(bytes) ? bytes : bareBase64(bytes);
  return der !== undefined && derShape(der) === 'pkcs12' ? der : undefined;
}

/** Sorts members by kind, as `recogniseUpload` does; for members that came another way, from PKCS#12. */
export function sortMembers(
  format: Recognised['format'],
  members: readonly Member[],
  notes: readonly string[],
  bad: readonly UploadProblem[] = [],
): Recognised {
  const of = <K extends Member['kind']>(kind: K): Extract<Member, { kind: K }>[] =>
    members.filter((m): m is Extract<Member, { kind: K }> => m.kind === kind);
  return {
    format,
    members,
    certificates: of('certificate').map((m) => m.certificate),
    keys: distinctKeys(of('key').map((m) => m.key)),
    crls: of('crl').map((m) => m.crl),
    csrs: of('csr').map((m) => m.csr),
    publicKeys: of('public-key').map((m) => m.publicKey),
    ocspResponses: of('ocsp-response').map((m) => m.response),
    notes,
    bad,
  };
}

/** Refuses a file in which nothing is of the kind wanted, or in which two different keys stand. */
export function judge(found: Recognised, { what }: RecogniseOptions): Result<Recognised, UploadProblem> {
  if (found.keys.length > 1) {
    const hint = 'Put the key that belongs to the certificate into a file of its own.';
    return problem('upload.two-keys', 'The file holds two different private keys.', 0, hint);
  }
  const wanted: Record<Exclude<UploadKind, 'any'>, { count: number; noun: string }> = {
    certificate: { count: found.certificates.length, noun: 'a certificate' },
    key: { count: found.keys.length, noun: 'a private key' },
    'ca-bundle': { count: found.certificates.length + found.crls.length, noun: 'CA certificates' },
    csr: { count: found.csrs.length, noun: 'a certificate signing request' },
    crl: { count: found.crls.length, noun: 'a CRL' },
  };
  if (what === 'any' || wanted[what].count > 0) return ok(found);
  const firstBad = found.bad[0];
  if (found.members.length === 0 && firstBad !== undefined) return err(firstBad);
  const present = [...new Set(found.members.map((member) => nouns[member.kind]))].join(' and ');
  const message = `The file holds ${present}, where ${wanted[what].noun} was expected.`;
  return problem('upload.wrong-kind', message, found.members[0]?.offset ?? 0, wrongKindHint(what, found));
}

const nouns: Readonly<Record<Member['kind'], string>> = {
  certificate: 'a certificate',
  key: 'a private key',
  crl: 'a CRL',
  csr: 'a certificate signing request',
  'public-key': 'a public key',
  'ocsp-response': 'an OCSP answer',
};

function wrongKindHint(what: UploadKind, found: Recognised): string {
  if (what === 'certificate' && found.csrs.length > 0) {
    return 'Send the request to your CA; the file that comes back is the certificate.';
  }
  if (what === 'certificate' && found.keys.length > 0) return 'Choose the key in the field for the private key.';
  if (what === 'key' && found.certificates.length > 0)
    return 'Choose the certificate in the field for the certificate.';
  if (what === 'key' && found.publicKeys.length > 0) return 'The public half is not enough; choose the private key.';
  return 'Choose another file.';
}

function readMembers(bytes: Uint8Array, options: RecogniseOptions): Result<Recognised, UploadProblem> {
  if (bytes[0] === 0x30 && !isBase64Text(bytes)) return readDer(bytes, 'der', [], options);
  if (looksUtf16(bytes)) return readUtf16(bytes, options);
  if (indexOfText(bytes, '-----BEGIN ') >= 0) return readPem(bytes, options, []);
  const body = bareBase64(bytes);
  if (body !== undefined) {
    const notes = ['The file was base64 without -----BEGIN and -----END lines; it was read all the same.'];
    return readDer(body, 'base64', notes, options);
  }
  return unreadable(bytes);
}

function readUtf16(bytes: Uint8Array, options: RecogniseOptions): Result<Recognised, UploadProblem> {
  const big = bytes[0] === 0xfe || bytes[0] === 0;
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  const text = (big ? even.swap16() : even).toString('utf16le');
  if (!text.includes('-----BEGIN ')) return unreadable(bytes);
  return readPem(Buffer.from(text, 'utf8'), options, ['The file was UTF-16 text; it was converted.']);
}

function readDer(
  der: Uint8Array,
  format: 'der' | 'base64',
  notes: string[],
  options: RecogniseOptions,
): Result<Recognised, UploadProblem> {
  const length = derLength(der);
  let trimmed = der;
  if (length !== undefined && length < der.length && der.subarray(length).every(isSpace)) {
    trimmed = der.subarray(0, length);
    notes.push('White space after the end of the DER data was left out.');
  }
  const shape = derShape(trimmed);
  if (shape === 'pkcs12') {
    const hint = 'Enter the password of the file; on the command line: --password-file FILE.';
    return problem('upload.pkcs12', 'The file is PKCS#12, which holds a key and needs its password.', 0, hint);
  }
  if (length !== undefined && length > der.length) {
    const message = `The file looks like DER that is cut off: it claims ${length} octets and has ${der.length}.`;
    return problem('upload.unreadable', message, format === 'der' ? der.length : 0, 'Fetch the file again.');
  }
  if (shape === 'unknown') return unreadable(trimmed);
  const read = readMember(trimmed, shape, 0);
  const [firstBad] = read.bad;
  if (firstBad !== undefined && options.keepGoing !== true) {
    // An offset inside decoded base64 is no offset of the file.
    return err(format === 'base64' ? { ...sentence(firstBad), offset: 0 } : sentence(firstBad));
  }
  if (format === 'der') {
    notes.unshift(
      shape === 'pkcs7'
        ? `The file was PKCS#7; ${read.members.length} objects were taken out of it.`
        : 'The file was DER; it was converted to PEM.',
    );
  }
  return ok(
    sortMembers(
      shape === 'pkcs7' ? 'pkcs7' : format,
      read.members,
      notes,
      read.bad.map((b) => sentence(b)),
    ),
  );
}

function readPem(
  bytes: Uint8Array,
  options: RecogniseOptions,
  given: readonly string[],
): Result<Recognised, UploadProblem> {
  const blocks = decodePem(bytes);
  if (!blocks.ok) {
    const { what, hint, offset } = describeBytes(bytes);
    if (what.startsWith('a private key in OpenSSH')) return problem('upload.unreadable', looksLike(what), offset, hint);
    const message = `The file is PEM that cannot be read: ${blocks.error.message} (octet ${blocks.error.offset}).`;
    return problem(
      'upload.unreadable',
      message,
      blocks.error.offset,
      'Fetch the file again; it may be cut off or edited.',
    );
  }
  const notes = [...given];
  const members: Member[] = [];
  const bad: UploadProblem[] = [];
  for (const [i, block] of blocks.value.entries()) {
    if (block.label.endsWith(' PARAMETERS')) {
      notes.push(`The block ${block.label} is not needed and was left out.`);
      continue;
    }
    const read = readBlock(block.der, block.label, block.headers, block.offset);
    members.push(...read.members);
    if (read.members.length > 0 && /PKCS7|CMS/.test(block.label)) {
      notes.push(`The file was PKCS#7; ${read.members.length} objects were taken out of it.`);
    }
    const place =
      blocks.value.length === 1
        ? ''
        : `Number ${i + 1} of ${blocks.value.length}, ${block.label} at octet ${block.offset}: `;
    const described = read.bad.map((b) => (b.code === 'upload.key-encrypted' ? b : sentence(b, place)));
    if (described[0] !== undefined && options.keepGoing !== true) return err(described[0]);
    bad.push(...described);
  }
  const recognised = sortMembers('pem', members, notes, bad);
  return ok({ ...recognised, notes: [...notes, ...repairs(bytes, recognised)] });
}

function readBlock(der: Uint8Array, label: string, headers: readonly string[], offset: number): ReadMembers {
  if (label === 'ENCRYPTED PRIVATE KEY' || headers.some((line) => /^Proc-Type:.*ENCRYPTED/.test(line))) {
    return readMember(der, 'encrypted-key', offset);
  }
  if (label === 'OPENSSH PRIVATE KEY') {
    const { what, hint } = describeBytes(Buffer.from('-----BEGIN OPENSSH PRIVATE KEY'));
    return { members: [], bad: [{ code: 'upload.unreadable', message: looksLike(what), offset, hint }] };
  }
  // OpenSSL's TRUSTED CERTIFICATE appends its own settings to the certificate.
  const bytes = label === 'TRUSTED CERTIFICATE' ? der.subarray(0, derLength(der) ?? der.length) : der;
  const shape = derShape(bytes);
  // A block that is too broken to tell what it is gets the parser of its label, which says what is wrong.
  const read = readMember(bytes, shape === 'unknown' ? (labelShapes[label] ?? shape) : shape, offset);
  // Offsets inside decoded base64 are no offsets of the file: the block's own is.
  return { members: read.members.map((m) => ({ ...m, offset })), bad: read.bad.map((b) => ({ ...b, offset })) };
}

const labelShapes: Readonly<Record<string, DerShape>> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'TRUSTED CERTIFICATE': 'certificate',
  'CERTIFICATE REQUEST': 'csr',
  'NEW CERTIFICATE REQUEST': 'csr',
  'X509 CRL': 'crl',
  PKCS7: 'pkcs7',
  'PRIVATE KEY': 'private-key',
  'RSA PRIVATE KEY': 'private-key',
  'EC PRIVATE KEY': 'private-key',
  'PUBLIC KEY': 'public-key',
};

/** A problem as a sentence of its own, after the place where it was found. */
function sentence(bad: UploadProblem, place = ''): UploadProblem {
  const words = place === '' ? bad.message.charAt(0).toUpperCase() + bad.message.slice(1) : place + bad.message;
  return { ...bad, message: words };
}

function repairs(bytes: Uint8Array, found: Recognised): string[] {
  const notes: string[] = [];
  if (bytes[0] === 0xef && bytes[1] === 0xbb) notes.push('A byte order mark at the start was left out.');
  if (bytes.at(-1) !== 0x0a && found.keys.length > 0) {
    notes.push('The key file does not end in a newline, which makes other programs fail; it was read all the same.');
  }
  return notes;
}

function distinctKeys(keys: readonly PrivateKey[]): PrivateKey[] {
  return keys.filter((key, i) => keys.findIndex((k) => equalBytes(k.publicKeyInfo, key.publicKeyInfo)) === i);
}

function unreadable(bytes: Uint8Array): Result<never, UploadProblem> {
  const { what, hint, offset } = describeBytes(bytes);
  return problem('upload.unreadable', looksLike(what), offset, hint);
}

function looksLike(what: string): string {
  return `The file looks like ${what}; a certificate in PEM, DER or PKCS#7 was expected.`;
}

function problem(code: UploadProblemCode, message: string, offset: number, hint: string): Result<never, UploadProblem> {
  return err({ code, message, offset, hint });
}

/** DER begins with 0x30, which is also the digit 0: base64 of anything readable here begins with M. */
function isBase64Text(bytes: Uint8Array): boolean {
  return bytes[1] !== undefined && bytes[1] >= 0x20 && bytes[1] < 0x7f && bytes.subarray(0, 64).every(isBase64Octet);
}

/** The bytes that a text of nothing but base64 stands for, when they begin like DER. */
function bareBase64(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 24 || !bytes.every(isBase64Octet)) return undefined;
  const der = Buffer.from(Buffer.from(bytes).toString('latin1'), 'base64');
  return der[0] === 0x30 ? der : undefined;
}

function isBase64Octet(octet: number): boolean {
  const letter = (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a);
  return (
    letter || (octet >= 0x30 && octet <= 0x39) || octet === 0x2b || octet === 0x2f || octet === 0x3d || isSpace(octet)
  );
}

function isSpace(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d;
}

function indexOfText(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text, 0, 'latin1');
}
