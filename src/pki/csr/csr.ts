/** Certification requests (PKCS#10, RFC 2986), with the attributes of PKCS#9 (RFC 2985) that they carry. */
import { err, ok, type Result } from '../../lib/result.ts';
import { type AlgorithmIdentifier, readAlgorithm } from '../certificate/algorithm-identifier.ts';
import { ExtensionSet } from '../certificate/extension/extension-set.ts';
import { type ExtensionTable, noExtensions, readExtensions } from '../certificate/extension/extension-table.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { checkSetOrder } from '../der/element.ts';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { isString, stringText } from '../der/strings.ts';
import { SEQUENCE, SET } from '../der/tag.ts';
import { type PublicKeyInfo, publicKeyAt } from '../key/public-key.ts';
import { type DistinguishedName, nameAt, readName } from '../name/distinguished-name.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';

/** One attribute of a request. */
export interface CsrAttribute {
  readonly oid: string;
  /** DER of each value of the SET. */
  readonly values: readonly Uint8Array[];
  /** Where the attribute begins in the DER of the request. */
  readonly offset: number;
}

interface Content {
  readonly info: Uint8Array;
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly publicKeyInfo: Uint8Array;
  readonly publicKey: PublicKeyInfo;
  readonly attributes: readonly CsrAttribute[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** A certification request; its extensions are those it asks for. */
export class CertificationRequest extends ExtensionSet {
  /** DER of CertificationRequestInfo: what the signature covers. */
  readonly info: Uint8Array;
  /** 1, the only version there is. */
  readonly version: number;
  readonly subject: DistinguishedName;
  readonly publicKeyInfo: Uint8Array;
  readonly publicKey: PublicKeyInfo;
  readonly attributes: readonly CsrAttribute[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;

  constructor(der: Uint8Array, table: ExtensionTable, content: Content) {
    super(der, table);
    this.info = content.info;
    this.version = content.version;
    this.subject = content.subject;
    this.publicKeyInfo = content.publicKeyInfo;
    this.publicKey = content.publicKey;
    this.attributes = content.attributes;
    this.signatureAlgorithm = content.signatureAlgorithm;
    this.signature = content.signature;
  }

  /** A password agreed with the CA (RFC 2985 5.4.1): show it masked. */
  get challengePassword(): string | undefined {
    return this.textOf('1.2.840.113549.1.9.7');
  }

  get unstructuredName(): string | undefined {
    return this.textOf('1.2.840.113549.1.9.2');
  }

  private textOf(oid: string): string | undefined {
    const value = this.attributes.find((attribute) => attribute.oid === oid)?.values[0];
    if (value === undefined) return undefined;
    const reader = new DerReader(value);
    const tag = reader.next('attribute');
    return isString(tag) ? stringText(value, tag, reader.content, reader.stop) : undefined;
  }
}

/** Reads one request that fills the input. The signature is not verified here. */
export function parseCsr(der: Uint8Array, limits: { maxBytes?: number } = {}): Result<CertificationRequest, PkiError> {
  const { maxBytes = 64 * 1024 } = limits;
  try {
    if (der.length > maxBytes) {
      throw new PkiRefusal('der.too-large', `a request of ${der.length} octets, more than ${maxBytes}`, 0);
    }
    const csr = readCsr(new DerReader(der));
    const malformed = csr.checkExtensions();
    return malformed === undefined ? ok(csr) : err(malformed);
  } catch (thrown) {
    return refused(thrown);
  }
}

/** Whether whoever made the request holds its private key (RFC 2986 4.2); weak digests are verified as well. */
export function verifyCsrSignature(csr: CertificationRequest): boolean {
  const { info: tbs, signatureAlgorithm, signature } = csr;
  return verifySignedBy({ tbs, signatureAlgorithm, signature }, csr.publicKey, { weak: true });
}

const extensionRequests: ReadonlySet<string> = new Set(['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14']);
const maxExtensions = 64;

function readCsr(reader: DerReader): CertificationRequest {
  const { der } = reader;
  const outer = reader.enter(SEQUENCE, 'certificationRequest');
  const infoStart = reader.position;
  const info = reader.enter(SEQUENCE, 'certificationRequestInfo');
  const versionAt = reader.position;
  // RFC 2986 4.1: v1(0).
  const version = reader.smallInteger('version', 0x7fffffff);
  if (version !== 0)
    reader.fail('csr.version', `version ${version + 1} of certification requests does not exist`, versionAt);
  readName(reader, 'subject');
  const subject = nameAt(der, reader.start, reader.stop);
  reader.any('subjectPKInfo');
  const publicKeyInfo = reader.element();
  const publicKey = publicKeyAt(der, reader.start, reader.stop);
  const found = readAttributes(reader);
  reader.leave(info, 'certificationRequestInfo');
  const infoDer = der.subarray(infoStart, reader.position);
  const signatureAlgorithm = readAlgorithm(reader, 'signatureAlgorithm');
  reader.octetsInBits('signature');
  const signature = reader.bytes();
  reader.leave(outer, 'certificationRequest');
  reader.finish('the input');
  return new CertificationRequest(der, found.table, {
    info: infoDer,
    version: 1,
    subject,
    publicKeyInfo,
    publicKey,
    attributes: found.attributes,
    signatureAlgorithm,
    signature,
  });
}

/** Attributes [0]: RFC 2986 4.1 makes them mandatory, but some old requests leave the empty list out. */
function readAttributes(reader: DerReader): { attributes: CsrAttribute[]; table: ExtensionTable } {
  const attributes: CsrAttribute[] = [];
  let table = noExtensions;
  if (!reader.more) return { attributes, table };
  const outer = reader.enter(0xa0, 'attributes');
  let before: CsrAttribute | undefined;
  while (reader.more) {
    const attribute = readAttribute(reader);
    if (before !== undefined)
      checkSetOrder(reader.der, before.offset, attribute.offset, attribute.offset, reader.position);
    before = attribute;
    if (attributes.some(({ oid }) => oid === attribute.oid)) {
      reader.fail('csr.attribute', `the attribute ${attribute.oid} appears twice`, attribute.offset);
    }
    attributes.push(attribute);
    if (extensionRequests.has(attribute.oid)) {
      if (table !== noExtensions) reader.fail('csr.attribute', 'extensions are asked for twice', attribute.offset);
      table = readExtensionRequest(reader, attribute);
    }
  }
  reader.leave(outer, 'attributes');
  return { attributes, table };
}

function readAttribute(reader: DerReader): CsrAttribute {
  const offset = reader.position;
  const outer = reader.enter(SEQUENCE, 'attribute');
  reader.oid('type');
  const oid = oidText(reader.der, reader.content, reader.stop);
  const values: Uint8Array[] = [];
  reader.any('values');
  if (reader.tag !== SET) reader.fail('der.tag', 'the values of an attribute should be a SET', reader.start);
  const set = new DerReader(reader.der, reader.content, reader.stop);
  while (set.more) {
    set.next('value');
    values.push(set.element());
  }
  // RFC 2986 4.1: SIZE (1..MAX).
  if (values.length === 0) reader.fail('csr.attribute', `the attribute ${oid} has no value`, offset);
  reader.leave(outer, 'attribute');
  return { oid, values, offset };
}

/** RFC 2985 5.4.2: exactly one value, the list of extensions. */
function readExtensionRequest(reader: DerReader, attribute: CsrAttribute): ExtensionTable {
  const [value, ...more] = attribute.values;
  if (value === undefined || more.length > 0) {
    return reader.fail('csr.attribute', 'a request for extensions has exactly one value', attribute.offset);
  }
  const start = value.byteOffset - reader.der.byteOffset;
  return readExtensions(new DerReader(reader.der, start, start + value.length), maxExtensions);
}
