/**
 * X.509 certificates (RFC 5280 4.1). One pass over the DER checks the structure and notes offsets; names, keys and
 * extensions are decoded when asked for and kept. Bytes are never copied: the certificate lives on the input.
 */
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../lib/result.ts';
import { octetsAt } from '../der/octets.ts';
import { DerReader } from '../der/reader.ts';
import { GENERALIZED_TIME, SEQUENCE } from '../der/tag.ts';
import { start2050 } from '../der/time.ts';
import { type PublicKeyInfo, publicKeyAt } from '../key/public-key.ts';
import { type DistinguishedName, nameAt, readName } from '../name/distinguished-name.ts';
import { equalNames } from '../name/equal-names.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import { type AlgorithmIdentifier, algorithmAt, checkAlgorithm } from './algorithm-identifier.ts';
import { ExtensionSet } from './extension/extension-set.ts';
import { type ExtensionTable, noExtensions, readExtensions } from './extension/extension-table.ts';

export type { AlgorithmIdentifier } from './algorithm-identifier.ts';

export interface CertificateLimits {
  readonly maxBytes?: number;
  readonly maxExtensions?: number;
  /** Leaves the content of extensions unchecked until they are read or `checkExtensions` is called. */
  readonly deferExtensions?: boolean;
}

/** What RFC 5280 forbids but parsing lets pass, because an anchor may be forgiven for it. */
export type CertificateFinding =
  | 'serial-negative'
  | 'serial-zero'
  | 'serial-too-long'
  | 'signature-algorithms-differ'
  | 'generalized-time-before-2050'
  | 'empty-issuer'
  | 'empty-rdn'
  | 'empty-extensions'
  | 'not-version-3';

/**
 * Reads one certificate that fills the input, which must not change afterwards. Refuses bad DER, unknown versions,
 * members that the version does not have, duplicate extensions, and malformed values of known extensions.
 */
export function parseCertificate(der: Uint8Array, limits: CertificateLimits = {}): Result<Certificate, PkiError> {
  const { maxBytes = 64 * 1024, maxExtensions = 64, deferExtensions = false } = limits;
  try {
    if (der.length > maxBytes) {
      throw new PkiRefusal('der.too-large', `a certificate of ${der.length} octets, more than ${maxBytes}`, 0);
    }
    const reader = new DerReader(der);
    const certificate = readCertificate(reader, maxExtensions);
    const malformed = deferExtensions ? undefined : certificate.checkExtensions();
    return malformed === undefined ? ok(certificate) : err(malformed);
  } catch (thrown) {
    return refused(thrown);
  }
}

/** Whether issuer and subject are the same name (RFC 5280 6.1). */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.selfIssued;
}

/** Hash over the whole DER. */
export function fingerprint(der: Uint8Array, hash: 'sha256' | 'sha1' = 'sha256'): Uint8Array {
  return createHash(hash).update(der).digest();
}

/** Offsets noted by the one pass. */
interface Layout {
  tbsStart: number;
  tbsStop: number;
  version: 1 | 2 | 3;
  serialStart: number;
  serialStop: number;
  innerAlgorithmStart: number;
  innerAlgorithmStop: number;
  issuerStart: number;
  issuerStop: number;
  notBefore: number;
  notAfter: number;
  earlyGeneralizedTime: boolean;
  subjectStart: number;
  subjectStop: number;
  keyStart: number;
  keyStop: number;
  issuerUniqueIdStart: number;
  issuerUniqueIdStop: number;
  subjectUniqueIdStart: number;
  subjectUniqueIdStop: number;
  emptyRdn: boolean;
  hasExtensions: boolean;
  algorithmStart: number;
  algorithmStop: number;
  signatureStart: number;
}

export class Certificate extends ExtensionSet {
  readonly version: 1 | 2 | 3;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970; the certificate is good through the end of that second. */
  readonly notAfter: number;
  private readonly at: Layout;
  private issuerName: DistinguishedName | undefined;
  private subjectName: DistinguishedName | undefined;
  private algorithm: AlgorithmIdentifier | undefined;
  private key: PublicKeyInfo | undefined;
  private sameNames: boolean | undefined;
  private spki: Uint8Array | undefined;

  constructor(der: Uint8Array, table: ExtensionTable, at: Layout) {
    super(der, table);
    this.at = at;
    this.version = at.version;
    this.notBefore = at.notBefore;
    this.notAfter = at.notAfter;
  }

  /** DER of TBSCertificate: what the signature covers. */
  get tbs(): Uint8Array {
    return octetsAt(this.der, this.at.tbsStart, this.at.tbsStop);
  }

  /** Content octets of the serial number; negative, zero and too long ones are among the findings. */
  get serial(): Uint8Array {
    return octetsAt(this.der, this.at.serialStart, this.at.serialStop);
  }

  /** What is wrong with the serial number (RFC 5280 4.1.2.2: positive, at most 20 octets). */
  get serialFinding(): 'serial-negative' | 'serial-zero' | 'serial-too-long' | undefined {
    const { serialStart, serialStop } = this.at;
    if (this.der[serialStart]! > 0x7f) return 'serial-negative';
    if (serialStop - serialStart > 20) return 'serial-too-long';
    return serialStop - serialStart === 1 && this.der[serialStart] === 0 ? 'serial-zero' : undefined;
  }

  get issuer(): DistinguishedName {
    this.issuerName ??= nameAt(this.der, this.at.issuerStart, this.at.issuerStop);
    return this.issuerName;
  }

  get subject(): DistinguishedName {
    this.subjectName ??= nameAt(this.der, this.at.subjectStart, this.at.subjectStop);
    return this.subjectName;
  }

  get signatureAlgorithm(): AlgorithmIdentifier {
    this.algorithm ??= algorithmAt(this.der, this.at.algorithmStart, this.at.algorithmStop);
    return this.algorithm;
  }

  /** DER of the algorithm inside the signed part. */
  get tbsSignatureAlgorithm(): Uint8Array {
    return this.der.subarray(this.at.innerAlgorithmStart, this.at.innerAlgorithmStop);
  }

  /** Whether both signature algorithms are the same bytes (RFC 5280 4.1.1.2). */
  get signatureAlgorithmsAgree(): boolean {
    const { der, at } = this;
    const length = at.algorithmStop - at.algorithmStart;
    if (length !== at.innerAlgorithmStop - at.innerAlgorithmStart) return false;
    for (let i = 0; i < length; i++) {
      if (der[at.algorithmStart + i] !== der[at.innerAlgorithmStart + i]) return false;
    }
    return true;
  }

  /** DER of SubjectPublicKeyInfo. */
  get publicKeyInfo(): Uint8Array {
    this.spki ??= octetsAt(this.der, this.at.keyStart, this.at.keyStop);
    return this.spki;
  }

  get publicKey(): PublicKeyInfo {
    this.key ??= publicKeyAt(this.der, this.at.keyStart, this.at.keyStop);
    return this.key;
  }

  get signature(): Uint8Array {
    return octetsAt(this.der, this.at.signatureStart, this.der.length);
  }

  get issuerUniqueId(): Uint8Array | undefined {
    const { issuerUniqueIdStart, issuerUniqueIdStop } = this.at;
    return issuerUniqueIdStart === 0 ? undefined : this.der.subarray(issuerUniqueIdStart, issuerUniqueIdStop);
  }

  get subjectUniqueId(): Uint8Array | undefined {
    const { subjectUniqueIdStart, subjectUniqueIdStop } = this.at;
    return subjectUniqueIdStart === 0 ? undefined : this.der.subarray(subjectUniqueIdStart, subjectUniqueIdStop);
  }

  /** Whether issuer and subject are the same name (RFC 5280 7.1). */
  get selfIssued(): boolean {
    this.sameNames ??= equalNames(this.issuer, this.subject);
    return this.sameNames;
  }

  /** What is wrong with this certificate without making it unreadable. */
  get findings(): readonly CertificateFinding[] {
    const { at } = this;
    const found: CertificateFinding[] = [];
    const serial = this.serialFinding;
    if (serial !== undefined) found.push(serial);
    if (!this.signatureAlgorithmsAgree) found.push('signature-algorithms-differ');
    if (at.earlyGeneralizedTime) found.push('generalized-time-before-2050');
    // RFC 5280 4.1.2.4: the issuer is a non-empty name.
    if (at.issuerStop - at.issuerStart === 2) found.push('empty-issuer');
    // X.501 9.3: an RDN has at least one attribute.
    if (at.emptyRdn) found.push('empty-rdn');
    // RFC 5280 4.1: SIZE (1..MAX).
    if (at.hasExtensions && this.table.length === 0) found.push('empty-extensions');
    if (at.version !== 3) found.push('not-version-3');
    return found;
  }
}

function readCertificate(reader: DerReader, maxExtensions: number): Certificate {
  const outer = reader.enter(SEQUENCE, 'certificate');
  const at: Layout = {
    tbsStart: reader.position,
    tbsStop: 0,
    version: 1,
    serialStart: 0,
    serialStop: 0,
    innerAlgorithmStart: 0,
    innerAlgorithmStop: 0,
    issuerStart: 0,
    issuerStop: 0,
    notBefore: 0,
    notAfter: 0,
    earlyGeneralizedTime: false,
    subjectStart: 0,
    subjectStop: 0,
    keyStart: 0,
    keyStop: 0,
    issuerUniqueIdStart: 0,
    issuerUniqueIdStop: 0,
    subjectUniqueIdStart: 0,
    subjectUniqueIdStop: 0,
    emptyRdn: false,
    hasExtensions: false,
    algorithmStart: 0,
    algorithmStop: 0,
    signatureStart: 0,
  };
  const table = readTbs(reader, at, maxExtensions);
  at.tbsStop = reader.position;
  checkAlgorithm(reader, 'signatureAlgorithm');
  at.algorithmStart = reader.start;
  at.algorithmStop = reader.stop;
  reader.octetsInBits('signatureValue');
  at.signatureStart = reader.content;
  reader.leave(outer, 'certificate');
  reader.finish('the input');
  return new Certificate(reader.der, table, at);
}

function readTbs(reader: DerReader, at: Layout, maxExtensions: number): ExtensionTable {
  const outer = reader.enter(SEQUENCE, 'tbsCertificate');
  at.version = readVersion(reader);
  reader.integer('serialNumber');
  at.serialStart = reader.content;
  at.serialStop = reader.stop;
  checkAlgorithm(reader, 'signature');
  at.innerAlgorithmStart = reader.start;
  at.innerAlgorithmStop = reader.stop;
  at.emptyRdn = readName(reader, 'issuer');
  at.issuerStart = reader.start;
  at.issuerStop = reader.stop;
  readValidity(reader, at);
  if (readName(reader, 'subject')) at.emptyRdn = true;
  at.subjectStart = reader.start;
  at.subjectStop = reader.stop;
  readKey(reader, at);
  if (reader.peek() === 0x81) {
    readUniqueId(reader, at, 'issuerUniqueID', 0x81);
    at.issuerUniqueIdStart = reader.content;
    at.issuerUniqueIdStop = reader.stop;
  }
  if (reader.peek() === 0x82) {
    readUniqueId(reader, at, 'subjectUniqueID', 0x82);
    at.subjectUniqueIdStart = reader.content;
    at.subjectUniqueIdStop = reader.stop;
  }
  const table = reader.peek() === 0xa3 ? readVersion3(reader, at, maxExtensions) : noExtensions;
  reader.leave(outer, 'tbsCertificate');
  return table;
}

function readVersion(reader: DerReader): 1 | 2 | 3 {
  if (reader.peek() !== 0xa0) return 1;
  const outer = reader.enter(0xa0, 'version');
  const start = reader.position;
  const version = reader.smallInteger('version', 0x7fffffff);
  reader.leave(outer, 'version');
  // X.690 11.5: a default value is left out.
  if (version === 0) reader.fail('der.default-value', 'version spells out its default, 1', start);
  if (version > 2) reader.fail('certificate.version', `version ${version + 1} does not exist`, start);
  return version === 1 ? 2 : 3;
}

function readValidity(reader: DerReader, at: Layout): void {
  const outer = reader.enter(SEQUENCE, 'validity');
  at.notBefore = reader.time('notBefore');
  // RFC 5280 4.1.2.5: UTCTime through the year 2049.
  if (reader.tag === GENERALIZED_TIME && at.notBefore < start2050) at.earlyGeneralizedTime = true;
  at.notAfter = reader.time('notAfter');
  if (reader.tag === GENERALIZED_TIME && at.notAfter < start2050) at.earlyGeneralizedTime = true;
  reader.leave(outer, 'validity');
}

function readKey(reader: DerReader, at: Layout): void {
  const outer = reader.enter(SEQUENCE, 'subjectPublicKeyInfo');
  at.keyStart = reader.start;
  checkAlgorithm(reader, 'subjectPublicKeyInfo');
  reader.octetsInBits('subjectPublicKey');
  reader.leave(outer, 'subjectPublicKeyInfo');
  at.keyStop = reader.position;
}

/** RFC 5280 4.1.2.8: versions 2 and 3 only. */
function readUniqueId(reader: DerReader, at: Layout, what: string, tag: number): void {
  if (at.version === 1) reader.fail('certificate.version', `${what} in a certificate of version 1`);
  reader.bitString(what, tag);
}

/** RFC 5280 4.1.2.9: version 3 only. */
function readVersion3(reader: DerReader, at: Layout, maxExtensions: number): ExtensionTable {
  if (at.version !== 3) reader.fail('certificate.version', `extensions in a certificate of version ${at.version}`);
  at.hasExtensions = true;
  const outer = reader.enter(0xa3, 'extensions');
  const table = readExtensions(reader, maxExtensions);
  reader.leave(outer, 'extensions');
  return table;
}
