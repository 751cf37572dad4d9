/**
 * From a request to a certificate that only lacks its signature. Of the request only the public key is taken as it is;
 * the template and the authority decide everything else.
 */
import { printable } from '../../../lib/printable.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { usageOid } from '../../../pki/certificate/extended-key-usages.ts';
import { verifySignedBy } from '../../../pki/certificate/verify-signature.ts';
import { type CertificationRequest, parseCsr } from '../../../pki/csr/csr.ts';
import { oidShortName } from '../../../pki/der/oid.ts';
import { checkKey } from '../../../pki/key/check.ts';
import type { PublicKeyInfo } from '../../../pki/key/public-key.ts';
import type { SanName } from '../../../pki/name/build-general-name.ts';
import type { SubjectField } from '../../../pki/name/build-name.ts';
import type { DistinguishedName } from '../../../pki/name/distinguished-name.ts';
import type { ByteMemory } from '../../../pki/path/byte-memory.ts';
import { refusedRequest } from '../problems.ts';
import type { Template } from '../template/template.ts';
import { chooseNames } from './choose-names.ts';
import { chooseSubject } from './choose-subject.ts';
import type { LeafWriter } from './leaf-writer.ts';
import type { Limits } from './limits.ts';
import { NoteList } from './notes.ts';
import { nameText } from './san-text.ts';
import { newSerial } from './serial.ts';

export interface DraftRequest {
  readonly csr: Uint8Array;
  readonly names?: readonly SanName[] | undefined;
  readonly subject?: readonly SubjectField[] | undefined;
  readonly notAfter?: number | undefined;
  readonly strict?: boolean | undefined;
}

/** What the draft is made under. */
export interface DraftGround {
  readonly template: Template;
  /** The issuer and those above it. */
  readonly issuers: readonly Certificate[];
  readonly limits: Limits;
  /** The writer for the CRL that will tell about this serial number. */
  readonly writer: (serial: Uint8Array) => LeafWriter;
  readonly now: number;
  /** Keys that were found good, with what OpenSSL made of them: a renewal often brings the same key. */
  readonly knownKeys: ByteMemory<PublicKeyInfo>;
}

export interface Draft {
  readonly serial: Uint8Array;
  readonly subject: DistinguishedName;
  readonly names: readonly string[];
  readonly publicKey: PublicKeyInfo;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly writer: LeafWriter;
  readonly tbs: Uint8Array;
  readonly notes: NoteList;
}

/** Throws `private-ca.request-refused` (422) with the reason. */
export function draftLeaf(request: DraftRequest, ground: DraftGround): Draft {
  const csr = readRequest(request.csr);
  const publicKey = checkedKey(csr, ground.knownKeys);
  if (!provesPossession(csr, publicKey)) {
    throw refusedRequest(
      'The signature of the request does not fit its key, so whoever made it may not hold the key (RFC 2986 4.2).',
      'Make the request again with the key it is for.',
    );
  }
  const { template, limits } = ground;
  const notes = new NoteList();
  const names = chooseNames(csr, request.names, { template, limits, notes });
  const subject = chooseSubject(csr, request.subject, { template, limits, names, notes });
  noteIgnored(csr, template, notes);
  checkNames({ request, template, subject, names: names.length, notes });
  const { notBefore, notAfter } = validity(request.notAfter, ground, notes);
  const serial = newSerial();
  const writer = ground.writer(serial);
  try {
    const tbs = writer.tbs({ serial, subject: subject.der, names, publicKey, notBefore, notAfter });
    return { serial, subject, names: names.map(nameText), publicKey, notBefore, notAfter, writer, tbs, notes };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusedRequest(`A name cannot be written: ${printable(error.message)}.`, 'Correct the name.', 'names');
  }
}

/** Clocks of others may be behind by a minute. */
const backdate = 60_000;
const day = 86_400_000;

function readRequest(der: Uint8Array): CertificationRequest {
  const parsed = parseCsr(der);
  if (parsed.ok) return withinLimits(parsed.value);
  const { message, offset } = parsed.error;
  throw refusedRequest(
    `The request cannot be read: ${printable(message)} (octet ${offset}).`,
    'Give a certification request (PKCS#10), PEM or DER.',
  );
}

/** As many as the API takes where they are typed. */
const most = { names: 1_000, attributes: 30 } as const;

/** A certificate that nobody's limits let in is of no use. */
function withinLimits(csr: CertificationRequest): CertificationRequest {
  const [names, attributes] = [csr.subjectAltName?.length ?? 0, csr.subject.rdns.flat().length];
  if (names > most.names)
    throw refusedRequest(
      `The request asks for ${names} alternative names; a certificate holds at most ${most.names}.`,
      'Spread the names over several certificates.',
      'names',
    );
  if (attributes > most.attributes)
    throw refusedRequest(
      `The subject of the request has ${attributes} attributes; a certificate holds at most ${most.attributes}.`,
      'Make the request with a shorter subject.',
      'subject',
    );
  return csr;
}

function checkedKey(
  { publicKey, publicKeyInfo }: CertificationRequest,
  knownKeys: ByteMemory<PublicKeyInfo>,
): PublicKeyInfo {
  const known = knownKeys.get(publicKeyInfo);
  if (known !== undefined) return known;
  const { refusals } = checkKey(publicKey, 'peer');
  if (refusals.length > 0) {
    throw refusedRequest(refusals.map(({ message }) => message).join(' '), 'Make another key and a request for it.');
  }
  knownKeys.set(publicKeyInfo, publicKey);
  return publicKey;
}

/** RFC 2986 4.2; a weak digest proves it as well. */
function provesPossession({ info: tbs, signatureAlgorithm, signature }: CertificationRequest, key: PublicKeyInfo) {
  return verifySignedBy({ tbs, signatureAlgorithm, signature }, key, { weak: true });
}

/** The template decides the extensions; that the request asked for others is said. */
function noteIgnored(csr: CertificationRequest, template: Template, notes: NoteList): void {
  const ignored: string[] = [];
  if (csr.basicConstraints?.ca) ignored.push('CA:TRUE');
  const usages = new Set(template.extendedKeyUsage.map(usageOid));
  for (const oid of csr.extendedKeyUsage ?? []) if (!usages.has(oid)) ignored.push(oidShortName(oid));
  for (const { oid } of csr.extensions) if (!understood.has(oid)) ignored.push(oidShortName(oid));
  if (ignored.length === 0) return;
  const list = printable(ignored.join(', '), 500);
  notes.add('extension-ignored', `The request asks for ${list}; the template decides what a certificate says.`);
}

/** basicConstraints, keyUsage, extendedKeyUsage, subjectAltName, subjectKeyIdentifier. */
const understood: ReadonlySet<string> = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.17', '2.5.29.14']);

interface NameCheck {
  readonly request: DraftRequest;
  readonly template: Template;
  readonly subject: DistinguishedName;
  readonly names: number;
  readonly notes: NoteList;
}

function checkNames({ request, template, subject, names, notes }: NameCheck): void {
  const typed = request.names !== undefined || request.subject !== undefined;
  const leftOut = notes.leftOut.map(({ message }) => message);
  if (leftOut.length > 0 && (request.strict || typed)) {
    const field = request.names === undefined ? 'subject' : 'names';
    throw refusedRequest(leftOut.join(' '), 'Change the names, the template or the authority.', field);
  }
  const [reason, hint] = [leftOut.join(' '), 'Give a name that the template and the authority allow.'];
  if (names === 0 && template.namesRequired) {
    throw refusedRequest(`The template ${template.title} needs an alternative name. ${reason}`.trim(), hint, 'names');
  }
  // RFC 5280 4.1.2.6
  if (names === 0 && subject.rdns.length === 0) {
    throw refusedRequest(`Neither a subject nor an alternative name is left. ${reason}`.trim(), hint, 'names');
  }
}

function validity(asked: number | undefined, { template, issuers, now }: DraftGround, notes: NoteList) {
  const most = now + template.days * day;
  const issuerEnd = Math.min(...issuers.map(({ notAfter }) => notAfter));
  const wanted = asked ?? most;
  const end = Math.min(wanted, most, issuerEnd);
  const date = (): string => new Date(end).toISOString().slice(0, 10);
  if (end <= now) {
    const whose = issuerEnd <= now ? 'The authority has expired' : 'The end asked for has passed';
    throw refusedRequest(`${whose} (${date()}).`, 'Choose a later end, or rotate the authority.', 'notAfter');
  }
  if (end < wanted) {
    const why = end === issuerEnd ? 'the authority ends then' : `the template allows ${template.days} days`;
    notes.add('shortened', `The certificate ends on ${date()}: ${why}.`);
  }
  const toSecond = (time: number): number => Math.floor(time / 1000) * 1000;
  // an authority made a moment ago begins before the backdated leaf, or at the same time
  const notBefore = Math.max(toSecond(now - backdate), ...issuers.map((issuer) => issuer.notBefore));
  return { notBefore, notAfter: toSecond(end) };
}
