/** Reads one object of a file, once its shape is known, with the parser that is responsible for it. */
import type { Result } from '../../lib/result.ts';
import { type Certificate, parseCertificate } from '../certificate/certificate.ts';
import { type Crl, parseCrl } from '../crl/crl.ts';
import { type CertificationRequest, parseCsr } from '../csr/csr.ts';
import { type PrivateKey, parsePrivateKey } from '../key/private-key.ts';
import { type PublicKeyInfo, parsePublicKey } from '../key/public-key.ts';
import { type OcspResponse, parseOcspResponse } from '../ocsp/ocsp.ts';
import type { PkiError } from '../pki-error.ts';
import type { DerShape } from './der-shape.ts';
import { readPkcs7 } from './pkcs7.ts';
import type { UploadProblem } from './recognise.ts';

/** An object of a file; `offset` is where it begins there. */
export type Member = { readonly offset: number } & (
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'key'; readonly key: PrivateKey }
  | { readonly kind: 'crl'; readonly crl: Crl }
  | { readonly kind: 'csr'; readonly csr: CertificationRequest }
  | { readonly kind: 'public-key'; readonly publicKey: PublicKeyInfo }
  | { readonly kind: 'ocsp-response'; readonly response: OcspResponse }
);

/** What was read and what could not be; both are empty for an empty PKCS#7 file. */
export interface ReadMembers {
  readonly members: readonly Member[];
  readonly bad: readonly UploadProblem[];
}

/** One object, or those of a PKCS#7 file. `offset` is added to the offsets of what is read and refused. */
export function readMember(der: Uint8Array, shape: DerShape, offset: number): ReadMembers {
  switch (shape) {
    case 'certificate':
      return one(parseCertificate(der), (certificate) => ({ kind: 'certificate', certificate, offset }), shape, offset);
    case 'crl':
      return one(parseCrl(der), (crl) => ({ kind: 'crl', crl, offset }), shape, offset);
    case 'csr':
      return one(parseCsr(der), (csr) => ({ kind: 'csr', csr, offset }), shape, offset);
    case 'private-key':
      return one(parsePrivateKey(der), (key) => ({ kind: 'key', key, offset }), shape, offset);
    case 'public-key':
      return one(parsePublicKey(der), (publicKey) => ({ kind: 'public-key', publicKey, offset }), shape, offset);
    case 'ocsp-response':
      return one(parseOcspResponse(der), (response) => ({ kind: 'ocsp-response', response, offset }), shape, offset);
    case 'pkcs7':
      return pkcs7Members(der, offset);
    case 'encrypted-key':
      return refused(encryptedKey(offset));
    case 'pkcs12':
      return refused({
        code: 'upload.pkcs12',
        message: 'PKCS#12 has no place inside another file.',
        offset,
        hint: 'Choose the PKCS#12 file itself.',
      });
    case 'unknown':
      return refused({
        code: 'upload.bad-member',
        message: 'the data is neither a certificate nor any other object known here.',
        offset,
        hint: fetchAgain,
      });
  }
}

function refused(problem: UploadProblem): ReadMembers {
  return { members: [], bad: [problem] };
}

const fetchAgain = 'Fetch the file again; it may be cut off or damaged.';

const nouns: Partial<Record<DerShape, string>> = {
  certificate: 'the certificate',
  crl: 'the CRL',
  csr: 'the certificate signing request',
  'private-key': 'the private key',
  'public-key': 'the public key',
  'ocsp-response': 'the OCSP answer',
};

function one<T>(
  parsed: Result<T, PkiError>,
  member: (value: T) => Member,
  shape: DerShape,
  offset: number,
): ReadMembers {
  if (parsed.ok) return { members: [member(parsed.value)], bad: [] };
  const { code, message, offset: inside } = parsed.error;
  if (code === 'key.password-protected') return refused(encryptedKey(offset));
  return refused({
    code: 'upload.bad-member',
    message: `${nouns[shape] ?? 'the object'} cannot be read: ${message} (octet ${inside} of it).`,
    offset: offset + inside,
    hint: fetchAgain,
  });
}

function encryptedKey(offset: number): UploadProblem {
  return {
    code: 'upload.key-encrypted',
    message: 'The private key is protected by a password.',
    offset,
    hint: 'Remove the password: openssl pkey -in key.pem -out key-without-password.pem',
  };
}

function pkcs7Members(der: Uint8Array, offset: number): ReadMembers {
  const read = readPkcs7(der);
  if (!read.ok) {
    const message = `the PKCS#7 file cannot be read: ${read.error.message} (octet ${read.error.offset}).`;
    return refused({ code: 'upload.bad-member', message, offset: offset + read.error.offset, hint: fetchAgain });
  }
  const all = [
    ...read.value.certificates.map((bytes) => ({ bytes, shape: 'certificate' as const })),
    ...read.value.crls.map((bytes) => ({ bytes, shape: 'crl' as const })),
  ].map(({ bytes, shape }) => readMember(bytes, shape, offset + bytes.byteOffset - der.byteOffset));
  return { members: all.flatMap((one) => one.members), bad: all.flatMap((one) => one.bad) };
}
