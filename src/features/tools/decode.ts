/** What the decode tool says of each object: the facts people look for, remarks, and the text as OpenSSL shows it. */
import { createHash } from 'node:crypto';
import { toColonHex, toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import type { Member } from '../../pki/container/read-member.ts';
import type { Crl } from '../../pki/crl/crl.ts';
import { type CertificationRequest, verifyCsrSignature } from '../../pki/csr/csr.ts';
import { start2050 } from '../../pki/der/time.ts';
import { checkKey } from '../../pki/key/check.ts';
import type { PublicKeyInfo } from '../../pki/key/public-key.ts';
import { type DistinguishedName, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import type { GeneralName } from '../../pki/name/general-name.ts';
import { unsupportedAttributes } from '../../pki/name/supported-attributes.ts';
import type { OcspResponse } from '../../pki/ocsp/ocsp.ts';
import { certificateText } from '../../pki/text/certificate-text.ts';
import { crlText } from '../../pki/text/crl-text.ts';
import { csrText } from '../../pki/text/csr-text.ts';
import { ocspText } from '../../pki/text/ocsp-text.ts';
import { publicKeyText } from '../../pki/text/public-key-text.ts';

/** One object of a file. A private key shows its public half and nothing else. */
export interface DecodedObject {
  readonly kind: 'certificate' | 'private-key' | 'public-key' | 'csr' | 'crl' | 'ocsp-answer';
  /** Octet of the file at which it begins. */
  readonly offset: number;
  /** Label and value, in the order worth reading. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** What will cause trouble somewhere. */
  readonly remarks: readonly string[];
  /** The decoded view in OpenSSL's layout. */
  readonly text: string;
}

/** Decodes one member of a file at the time given (milliseconds since 1970). */
export function decodeMember(member: Member, now: number): DecodedObject {
  const { offset } = member;
  switch (member.kind) {
    case 'certificate':
      return { kind: 'certificate', offset, ...decodeCertificate(member.certificate, now) };
    case 'csr':
      return { kind: 'csr', offset, ...decodeCsr(member.csr) };
    case 'crl':
      return { kind: 'crl', offset, ...decodeCrl(member.crl, now) };
    case 'key':
      return { kind: 'private-key', offset, ...decodePublicKey(member.key.publicKey) };
    case 'public-key':
      return { kind: 'public-key', offset, ...decodePublicKey(member.publicKey) };
    case 'ocsp-response':
      return { kind: 'ocsp-answer', offset, ...decodeOcsp(member.response) };
  }
}

/** SHA-256 over SubjectPublicKeyInfo, hex: the same for a key, its certificate and its CSR. */
export function keyFingerprint(publicKeyInfo: Uint8Array): string {
  return toHex(createHash('sha256').update(publicKeyInfo).digest());
}

type Decoded = Pick<DecodedObject, 'facts' | 'remarks' | 'text'>;

function decodeCertificate(certificate: Certificate, now: number): Decoded {
  const { subject, issuer, publicKey, notBefore, notAfter } = certificate;
  const remarks = [...keyRemarks(publicKey), ...nameRemarks(subject, issuer)];
  if (now > notAfter) remarks.unshift(`It expired on ${isoSeconds(notAfter)}.`);
  if (now < notBefore) remarks.unshift(`It is not valid before ${isoSeconds(notBefore)}.`);
  if (notAfter >= start2050) remarks.push('It ends in 2050 or later, which some systems cannot handle.');
  if (/^1\.2\.840\.113549\.1\.1\.[45]$|^1\.2\.840\.10045\.4\.1$/.test(certificate.signatureAlgorithm.oid)) {
    remarks.push('Its signature uses MD5 or SHA-1, which is no longer secure.');
  }
  return {
    facts: facts([
      ['Subject', nameText(subject)],
      ['Issuer', nameText(issuer)],
      ['Names', nameList(certificate.subjectAltName)],
      ['Valid from', isoSeconds(notBefore)],
      ['Valid until', isoSeconds(notAfter)],
      ['Serial number', toColonHex(certificate.serial)],
      ['Key', keyWords(publicKey)],
      ['CA', certificate.basicConstraints?.ca === true ? 'yes' : 'no'],
      ['SHA-256 fingerprint', toColonHex(fingerprint(certificate.der, 'sha256'))],
      ['SHA-1 fingerprint', toColonHex(fingerprint(certificate.der, 'sha1'))],
      ['SHA-256 of the public key', keyFingerprint(certificate.publicKeyInfo)],
    ]),
    remarks,
    text: certificateText(certificate),
  };
}

function decodeCsr(csr: CertificationRequest): Decoded {
  const remarks = [...keyRemarks(csr.publicKey), ...nameRemarks(csr.subject)];
  if (!verifyCsrSignature(csr)) remarks.unshift('Its signature does not verify: the request was changed or damaged.');
  if (csr.challengePassword !== undefined) remarks.push('It holds a challenge password, which is masked here.');
  return {
    facts: facts([
      ['Subject', nameText(csr.subject)],
      ['Names', nameList(csr.subjectAltName)],
      ['Key', keyWords(csr.publicKey)],
      ['SHA-256 of the public key', keyFingerprint(csr.publicKeyInfo)],
    ]),
    remarks,
    text: csrText(csr),
  };
}

function decodeCrl(crl: Crl, now: number): Decoded {
  const remarks: string[] = [];
  if (crl.nextUpdate === undefined) remarks.push('It names no next update.');
  else if (now > crl.nextUpdate) remarks.push(`A newer one was due on ${isoSeconds(crl.nextUpdate)}.`);
  return {
    facts: facts([
      ['Issuer', nameText(crl.issuer)],
      ['Number', crl.crlNumber === undefined ? '' : BigInt(`0x${toHex(crl.crlNumber)}`).toString()],
      ['This update', isoSeconds(crl.thisUpdate)],
      ['Next update', crl.nextUpdate === undefined ? '' : isoSeconds(crl.nextUpdate)],
      ['Revoked certificates', String(crl.entryCount)],
    ]),
    remarks,
    text: crlText(crl),
  };
}

function decodePublicKey(key: PublicKeyInfo): Decoded {
  return {
    facts: facts([
      ['Key', keyWords(key)],
      ['SHA-256 of the public key', keyFingerprint(key.der)],
    ]),
    remarks: keyRemarks(key),
    text: publicKeyText(key),
  };
}

function decodeOcsp(response: OcspResponse): Decoded {
  const single = response.basic?.responses[0];
  return {
    facts: facts([
      ['Status', response.status],
      ['Certificate', single?.status ?? ''],
      ['Produced', response.basic === undefined ? '' : isoSeconds(response.basic.producedAt)],
      ['Next update', single?.nextUpdate === undefined ? '' : isoSeconds(single.nextUpdate)],
    ]),
    remarks: [],
    text: ocspText(response),
  };
}

function facts(rows: readonly (readonly [label: string, value: string])[]): DecodedObject['facts'] {
  return rows.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

function keyRemarks(key: PublicKeyInfo): string[] {
  const { refusals, warnings } = checkKey(key, 'upload');
  return [...refusals, ...warnings].map((finding) => finding.message);
}

function nameRemarks(...names: readonly DistinguishedName[]): string[] {
  const oids = new Set(names.flatMap((name) => unsupportedAttributes(name)));
  if (oids.size === 0) return [];
  return [
    `Its names use attributes that are not supported everywhere (${[...oids].join(', ')}); SSH tunnels may fail.`,
  ];
}

function keyWords(key: PublicKeyInfo): string {
  if (key.algorithm === 'rsa' || key.algorithm === 'rsa-pss' || key.algorithm === 'dsa') {
    return `${key.algorithm.toUpperCase()} ${key.bits ?? '?'} bit`;
  }
  return key.algorithm === 'ec' ? `EC ${key.curve ?? 'unknown curve'}` : key.algorithm.toUpperCase();
}

function nameText(name: DistinguishedName): string {
  return printable(toRfc4514(name), 1000);
}

function nameList(names: readonly GeneralName[] | undefined): string {
  const shown = (names ?? []).slice(0, 100).map((name) => printable(generalName(name)));
  const rest = (names?.length ?? 0) - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function generalName(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return name.value;
    case 'ip':
      return name.text;
    case 'directory':
      return toRfc4514(name.name);
    case 'other':
      return name.text ?? `other name ${name.oid}`;
    case 'registered-id':
      return name.oid;
    default:
      return name.kind;
  }
}
