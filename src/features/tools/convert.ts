/** Converts between PEM, DER, PKCS#7 and PKCS#12. */
import type { KeyObject } from 'node:crypto';
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { orderChain } from '../../pki/chain/order-chain.ts';
import { writePkcs7 } from '../../pki/container/pkcs7.ts';
import { writePkcs12 } from '../../pki/container/pkcs12-write.ts';
import type { Member } from '../../pki/container/read-member.ts';
import type { Recognised } from '../../pki/container/recognise.ts';
import { encodePem } from '../../pki/pem.ts';
import { cannotConvert, nothingToUse } from './problems.ts';

export const convertTargets = ['pem', 'der', 'pkcs7', 'pkcs12'] as const;
export type ConvertTarget = (typeof convertTargets)[number];

export interface ConvertOptions {
  readonly to: ConvertTarget;
  /** Whether private keys may go out: on a person's own machine, never through the API. */
  readonly keys: boolean;
  /** Of the PKCS#12 file to be written. */
  readonly password?: string;
  /** PKCS#12 with SHA-1 and 3DES. */
  readonly legacy?: boolean;
}

export interface Converted {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly extension: string;
  readonly notes: readonly string[];
}

/** Writes what was read in another form. Throws a Problem when the form cannot hold it. */
export function convertFile(found: Recognised, options: ConvertOptions): Converted {
  switch (options.to) {
    case 'pem':
      return toPem(found, options);
    case 'der':
      return toDer(found, options);
    case 'pkcs7':
      return toPkcs7(found);
    case 'pkcs12':
      return toPkcs12(found, options);
  }
}

const keyLeftOut = 'The private key was left out: keys are only converted on your own machine, by the command line.';

function toPem(found: Recognised, { keys }: ConvertOptions): Converted {
  const blocks = found.members.flatMap((member) => pemBlock(member, keys) ?? []);
  if (blocks.length === 0) throw nothingToUse('The file holds nothing that PEM has a form for.', onlyKeyHint(found));
  return {
    content: Buffer.from(blocks.join(''), 'latin1'),
    contentType: 'application/x-pem-file',
    extension: 'pem',
    notes: keys || found.keys.length === 0 ? [] : [keyLeftOut],
  };
}

function pemBlock(member: Member, keys: boolean): string | undefined {
  switch (member.kind) {
    case 'certificate':
      return encodePem('CERTIFICATE', member.certificate.der);
    case 'crl':
      return encodePem('X509 CRL', member.crl.der);
    case 'csr':
      return encodePem('CERTIFICATE REQUEST', member.csr.der);
    case 'public-key':
      return encodePem('PUBLIC KEY', member.publicKey.der);
    case 'key':
      return keys ? (member.key.keyObject.export({ type: 'pkcs8', format: 'pem' }) as string) : undefined;
    case 'ocsp-response':
      return undefined;
  }
}

function toDer(found: Recognised, { keys }: ConvertOptions): Converted {
  const members = found.members.filter((member) => keys || member.kind !== 'key');
  const [member] = members;
  if (member === undefined)
    throw nothingToUse('The file holds nothing that can be written as DER.', onlyKeyHint(found));
  if (members.length > 1) {
    throw cannotConvert(
      `The file holds ${members.length} objects, and a DER file holds one.`,
      'Choose a file with one certificate, or convert to PKCS#7.',
    );
  }
  const notes = keys || found.keys.length === 0 ? [] : [keyLeftOut];
  const der = (content: Uint8Array, contentType: string, extension: string): Converted => ({
    content,
    contentType,
    extension,
    notes,
  });
  switch (member.kind) {
    case 'certificate':
      return der(member.certificate.der, 'application/pkix-cert', 'cer');
    case 'crl':
      return der(member.crl.der, 'application/pkix-crl', 'crl');
    case 'csr':
      return der(member.csr.der, 'application/pkcs10', 'p10');
    case 'key':
      return der(member.key.keyObject.export({ type: 'pkcs8', format: 'der' }), 'application/pkcs8', 'p8');
    case 'public-key':
      return der(member.publicKey.der, 'application/octet-stream', 'der');
    case 'ocsp-response':
      return der(member.response.der, 'application/ocsp-response', 'ors');
  }
}

function toPkcs7(found: Recognised): Converted {
  if (found.certificates.length + found.crls.length === 0) {
    throw nothingToUse('PKCS#7 files carry certificates and CRLs; the file holds neither.', 'Choose another file.');
  }
  const content = writePkcs7({
    certificates: found.certificates.map((certificate) => certificate.der),
    crls: found.crls.map((crl) => crl.der),
  });
  const notes = found.keys.length > 0 ? ['The private key was left out: PKCS#7 does not carry keys.'] : [];
  return { content, contentType: 'application/x-pkcs7-certificates', extension: 'p7b', notes };
}

function toPkcs12(found: Recognised, { keys, password, legacy }: ConvertOptions): Converted {
  if (!keys) {
    throw cannotConvert(
      'PKCS#12 carries a private key, and keys do not travel through the API.',
      'Make the file on your own machine: tollgate convert --to pkcs12 --out FILE …',
    );
  }
  const [key] = found.keys;
  if (key === undefined || found.certificates.length === 0) {
    throw nothingToUse('PKCS#12 takes a certificate and its private key.', 'Name the file of each.');
  }
  if (password === undefined || password === '') {
    throw cannotConvert('A PKCS#12 file needs a password.', 'Name a file that holds it: --out-password-file FILE');
  }
  const leaf = found.certificates.find((c) => equalBytes(c.publicKeyInfo, key.publicKeyInfo));
  if (leaf === undefined) {
    throw cannotConvert(
      'The private key belongs to none of the certificates.',
      'See which it belongs to: tollgate match',
    );
  }
  return writeStore(leaf, found.certificates, key.keyObject, password, legacy === true);
}

function writeStore(
  leaf: Certificate,
  all: readonly Certificate[],
  key: KeyObject,
  password: string,
  legacy: boolean,
): Converted {
  const { chain, unused } = orderChain(leaf, all);
  const content = writePkcs12({ certificates: chain.map((c) => c.der), key, password, legacy });
  const notes = unused.length > 0 ? [`${unused.length} certificates outside the chain were left out.`] : [];
  return { content, contentType: 'application/x-pkcs12', extension: 'p12', notes };
}

function onlyKeyHint(found: Recognised): string {
  return found.keys.length > 0 ? keyLeftOut : 'Choose another file.';
}
