/** Takes the files of an upload apart: certificates, at most one private key, and what had to be converted. */
import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../../lib/bytes.ts';
import { printable, printableList } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { Result } from '../../../lib/result.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { Recognised, UploadKind, UploadProblem } from '../../../pki/container/recognise.ts';
import type { PrivateKey } from '../../../pki/key/private-key.ts';
import type { UploadRequest } from '../schemas.ts';
import type { Answer } from './upload-checks.ts';

/** Opens a file by its content; PKCS#12 in a process of its own. Implemented by the tools feature. */
export type OpenUpload = (
  bytes: Uint8Array,
  options: { readonly what: UploadKind; readonly password?: string; readonly maxBytes?: number },
) => Promise<Result<Recognised, UploadProblem>>;

/** What the files of one upload hold. */
export interface ReadUpload {
  readonly certificates: readonly Certificate[];
  readonly key: PrivateKey | undefined;
  /** What was converted or repaired, file by file, in words. */
  readonly notes: readonly string[];
  readonly errors: readonly Answer[];
  /** SHA-256 over the files and the choices made with them, hexadecimal. */
  readonly digest: string;
  /** Overwrites the octets that came in: one of the files may be a private key. What was read from them is lost. */
  readonly wipe: () => void;
}

/** All files of one upload, decoded, in octets. */
const largestUpload = 10 * 1024 * 1024;
/** One file, in octets. */
const largestFile = 2 * 1024 * 1024;
/** A certificate and everything that may stand around it. */
const mostCertificates = 200;

/** Reads every file and collects every fault. Throws a Problem `identity.upload-too-large` before anything is read. */
export async function readUpload(request: UploadRequest, open: OpenUpload): Promise<ReadUpload> {
  const files = request.files.map((file, i) => ({
    label: fileLabel(file.name, i),
    bytes: Buffer.from(file.content, 'base64'),
  }));
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (total > largestUpload) throw tooLarge(total);
  const hash = createHash('sha256').update(JSON.stringify([request.reuseKey ?? false, request.force ?? false]));
  const certificates: Certificate[] = [];
  const keys: PrivateKey[] = [];
  const notes: string[] = [];
  const errors: Answer[] = [];
  for (const { label, bytes } of files) {
    hash.update(createHash('sha256').update(bytes).digest());
    const opened = await open(bytes, {
      what: 'any',
      maxBytes: largestFile,
      ...(request.password === undefined ? {} : { password: request.password }),
    });
    if (!opened.ok) {
      errors.push(unreadable(label, opened.error));
      continue;
    }
    notes.push(...opened.value.notes.map((note) => `${label}: ${printable(note, 500)}`));
    errors.push(...strangers(label, opened.value));
    if (opened.value.crls.length > 0) notes.push(`${label}: a CRL was left out; CRLs belong to the CRL page.`);
    if (certificates.length + opened.value.certificates.length > mostCertificates) {
      errors.push(tooMany(label, opened.value.certificates.length));
      continue;
    }
    addNew(certificates, opened.value.certificates, (a, b) => equalBytes(a.der, b.der));
    addNew(keys, opened.value.keys, (a, b) => equalBytes(a.publicKeyInfo, b.publicKeyInfo));
  }
  if (keys.length > 1) errors.push(severalKeys(keys));
  if (certificates.length === 0 && errors.length === 0) errors.push(noCertificate(keys.length));
  const wipe = () => {
    for (const { bytes } of files) bytes.fill(0);
  };
  return { certificates, key: keys[0], notes, errors, digest: toHex(hash.digest()), wipe };
}

/** The client's file name is a label and nothing else: at most 100 characters, escaped. */
function fileLabel(name: string | undefined, index: number): string {
  const trimmed = name?.trim() ?? '';
  return trimmed === '' ? `file ${index + 1}` : printable(trimmed, 100);
}

function unreadable(label: string, problem: UploadProblem): Answer {
  const locked = problem.code === 'upload.key-encrypted';
  return {
    severity: 'error',
    code: locked ? 'identity.key-password-protected' : (codes[problem.code] ?? 'identity.unreadable'),
    detail: locked
      ? 'The private key is password protected'
      : `${label}: ${printable(problem.message.replace(/\.$/, ''), 600)} (at octet ${problem.offset})`,
    hint: locked ? removePassword : printable(problem.hint, 600),
    affected: [label],
  };
}

const codes: Partial<Record<UploadProblem['code'], string>> = { 'upload.two-keys': 'identity.several-keys' };

const removePassword =
  'Remove the password with `openssl pkey -in key.pem -out key-without-password.pem` and upload the result.';

function strangers(label: string, found: Recognised): Answer[] {
  if (found.csrs.length === 0) return [];
  return [
    {
      severity: 'error',
      code: 'identity.unreadable',
      detail: `${label}: this is a certificate signing request (CSR), not a certificate (at octet 0)`,
      hint: 'Send the request to a CA and upload the certificate that the CA makes from it.',
      affected: [label],
    },
  ];
}

function noCertificate(keys: number): Answer {
  return {
    severity: 'error',
    code: 'identity.unreadable',
    detail: keys > 0 ? 'The upload holds a private key but no certificate' : 'The upload holds no certificate',
    hint: 'Upload the certificate file, with the private key unless a CSR is pending.',
  };
}

function severalKeys(keys: readonly PrivateKey[]): Answer {
  const ids = keys.map((key) => toHex(createHash('sha256').update(key.publicKeyInfo).digest()).slice(0, 16));
  return {
    severity: 'error',
    code: 'identity.several-keys',
    detail: `The upload holds ${keys.length} different private keys (SHA-256 of the public keys: ${printableList(ids)}…)`,
    hint: 'Upload only the key that belongs to the certificate.',
  };
}

function tooMany(label: string, count: number): Answer {
  return {
    severity: 'error',
    code: 'identity.too-many-certificates',
    detail: `${label}: holds ${count} certificates; an upload has at most ${mostCertificates}`,
    hint: 'Upload the certificate and its chain. A bundle of CAs belongs to the trusted CA list.',
    affected: [label],
  };
}

function addNew<T>(list: T[], found: readonly T[], same: (a: T, b: T) => boolean): void {
  for (const item of found) {
    if (!list.some((known) => same(known, item))) list.push(item);
  }
}

function tooLarge(total: number): Problem {
  return new Problem({
    code: 'identity.upload-too-large',
    status: 413,
    title: 'File upload failed.',
    detail: `The files have ${total} octets; an upload has at most ${largestUpload}`,
    hint: 'Upload the certificate, its chain and its key, and nothing else.',
  });
}
