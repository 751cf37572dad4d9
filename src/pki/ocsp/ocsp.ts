/** OCSP answers (RFC 6960 4.2), decoded; nothing is verified here. Requests are in ocsp-request.ts. */
import { ok, type Result } from '../../lib/result.ts';
import { type AlgorithmIdentifier, readAlgorithm } from '../certificate/algorithm-identifier.ts';
import { type Certificate, parseCertificate } from '../certificate/certificate.ts';
import type { RevocationReason } from '../certificate/extension/distribution-points.ts';
import { type Extension, listExtensions, readTaggedExtensions } from '../certificate/extension/extension-table.ts';
import { readReason } from '../crl/extension/entry-extensions.ts';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { ENUMERATED, SEQUENCE } from '../der/tag.ts';
import { type DistinguishedName, nameAt, readName } from '../name/distinguished-name.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import { type CertId, nonceOf, readCertId, readOcspVersion } from './cert-id.ts';

export type { CertId } from './cert-id.ts';
export { type OcspRequest, parseOcspRequest } from './ocsp-request.ts';

export type OcspStatus = 'good' | 'revoked' | 'unknown';

/** What the responder says about one certificate. Times are milliseconds since 1970. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly status: OcspStatus;
  readonly revokedAt?: number;
  readonly reason?: RevocationReason;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly extensions: readonly Extension[];
}

export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized';

export interface BasicOcspResponse {
  readonly der: Uint8Array;
  /** DER of ResponseData: what the signature covers. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly responder: { readonly name: DistinguishedName } | { readonly keyHash: Uint8Array };
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  readonly nonce?: Uint8Array;
  readonly certificates: readonly Certificate[];
}

export interface OcspResponse {
  readonly der: Uint8Array;
  readonly status: OcspResponseStatus;
  /** Present exactly when the status is `successful`. */
  readonly basic?: BasicOcspResponse;
}

/** Reads an OCSPResponse that fills the input. */
export function parseOcspResponse(der: Uint8Array, limits: { maxBytes?: number } = {}): Result<OcspResponse, PkiError> {
  const { maxBytes = 64 * 1024 } = limits;
  try {
    if (der.length > maxBytes) {
      throw new PkiRefusal('der.too-large', `an OCSP answer of ${der.length} octets, more than ${maxBytes}`, 0);
    }
    return ok(readResponse(new DerReader(der)));
  } catch (thrown) {
    return refused(thrown);
  }
}

/** RFC 6960 4.2.1; 4 is not used. */
const statuses: readonly (OcspResponseStatus | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

const basicResponse = '1.3.6.1.5.5.7.48.1.1';

const maxExtensions = 64;

function readResponse(reader: DerReader): OcspResponse {
  const outer = reader.enter(SEQUENCE, 'OCSPResponse');
  const value = reader.smallInteger('responseStatus', 255, ENUMERATED);
  const status =
    statuses[value] ?? reader.fail('ocsp.response', `the response status ${value} does not exist`, reader.start);
  const basic = reader.more ? readResponseBytes(reader) : undefined;
  reader.leave(outer, 'OCSPResponse');
  reader.finish('the input');
  // RFC 6960 4.2.1: the bytes are there exactly when the status says so.
  if ((status === 'successful') !== (basic !== undefined)) {
    reader.fail(
      'ocsp.response',
      `an answer of status ${status} ${basic === undefined ? 'without' : 'with'} content`,
      0,
    );
  }
  return basic === undefined ? { der: reader.der, status } : { der: reader.der, status, basic };
}

function readResponseBytes(reader: DerReader): BasicOcspResponse {
  const tagged = reader.enter(0xa0, 'responseBytes');
  const outer = reader.enter(SEQUENCE, 'responseBytes');
  reader.oid('responseType');
  const type = oidText(reader.der, reader.content, reader.stop);
  if (type !== basicResponse) reader.fail('ocsp.response', `the response type ${type} is unknown`, reader.start);
  reader.octetString('response');
  const basic = readBasic(new DerReader(reader.der, reader.content, reader.stop));
  reader.leave(outer, 'responseBytes');
  reader.leave(tagged, 'responseBytes');
  return basic;
}

function readBasic(reader: DerReader): BasicOcspResponse {
  const start = reader.position;
  const outer = reader.enter(SEQUENCE, 'BasicOCSPResponse');
  const data = readData(reader);
  const signatureAlgorithm = readAlgorithm(reader, 'signatureAlgorithm');
  reader.octetsInBits('signature');
  const signature = reader.bytes();
  const certificates = reader.more ? readCertificates(reader) : [];
  reader.leave(outer, 'BasicOCSPResponse');
  const der = reader.der.subarray(start, reader.position);
  reader.finish('response');
  return { der, ...data, signatureAlgorithm, signature, certificates };
}

function readData(
  reader: DerReader,
): Omit<BasicOcspResponse, 'der' | 'signatureAlgorithm' | 'signature' | 'certificates'> {
  const start = reader.position;
  const outer = reader.enter(SEQUENCE, 'ResponseData');
  readOcspVersion(reader);
  const responder = readResponder(reader);
  const producedAt = reader.generalizedTime('producedAt');
  const responses: SingleResponse[] = [];
  const list = reader.enter(SEQUENCE, 'responses');
  while (reader.more) responses.push(readSingle(reader));
  reader.leave(list, 'responses');
  const extensions = listExtensions(reader.der, readTaggedExtensions(reader, 0xa1, maxExtensions));
  reader.leave(outer, 'ResponseData');
  const tbs = reader.der.subarray(start, reader.position);
  const nonce = nonceOf(extensions);
  return { tbs, responder, producedAt, responses, extensions, ...(nonce === undefined ? {} : { nonce }) };
}

/** ResponderID, a CHOICE of name and SHA-1 of the key. */
function readResponder(reader: DerReader): BasicOcspResponse['responder'] {
  if (reader.peek() === 0xa1) {
    const outer = reader.enter(0xa1, 'byName');
    readName(reader, 'byName');
    const name = nameAt(reader.der, reader.start, reader.stop);
    reader.leave(outer, 'byName');
    return { name };
  }
  const outer = reader.enter(0xa2, 'byKey');
  reader.octetString('byKey');
  const keyHash = reader.bytes();
  reader.leave(outer, 'byKey');
  return { keyHash };
}

function readSingle(reader: DerReader): SingleResponse {
  const outer = reader.enter(SEQUENCE, 'SingleResponse');
  const certId = readCertId(reader);
  const status = readStatus(reader);
  const thisUpdate = reader.generalizedTime('thisUpdate');
  let next: { nextUpdate?: number } = {};
  if (reader.peek() === 0xa0) {
    const tagged = reader.enter(0xa0, 'nextUpdate');
    next = { nextUpdate: reader.generalizedTime('nextUpdate') };
    reader.leave(tagged, 'nextUpdate');
  }
  const extensions = listExtensions(reader.der, readTaggedExtensions(reader, 0xa1, maxExtensions));
  reader.leave(outer, 'SingleResponse');
  return { certId, ...status, thisUpdate, ...next, extensions };
}

function readStatus(reader: DerReader): { status: OcspStatus; revokedAt?: number; reason?: RevocationReason } {
  const tag = reader.peek();
  if (tag !== 0xa1) {
    if (tag !== 0x80 && tag !== 0x82) reader.fail('der.tag', 'certStatus is none of good, revoked, unknown');
    reader.next('certStatus');
    if (reader.stop !== reader.content) reader.fail('der.null', 'certStatus has content', reader.start);
    return { status: tag === 0x80 ? 'good' : 'unknown' };
  }
  const outer = reader.enter(0xa1, 'revoked');
  const revokedAt = reader.generalizedTime('revocationTime');
  let why: { reason?: RevocationReason } = {};
  if (reader.peek() === 0xa0) {
    const tagged = reader.enter(0xa0, 'revocationReason');
    why = { reason: readReason(reader) };
    reader.leave(tagged, 'revocationReason');
  }
  reader.leave(outer, 'revoked');
  return { status: 'revoked', revokedAt, ...why };
}

function readCertificates(reader: DerReader): Certificate[] {
  const certificates: Certificate[] = [];
  const tagged = reader.enter(0xa0, 'certs');
  const list = reader.enter(SEQUENCE, 'certs');
  while (reader.more) {
    reader.next('certificate');
    const parsed = parseCertificate(reader.element());
    if (!parsed.ok) {
      return reader.fail(parsed.error.code, `certificate: ${parsed.error.message}`, reader.start + parsed.error.offset);
    }
    certificates.push(parsed.value);
  }
  reader.leave(list, 'certs');
  reader.leave(tagged, 'certs');
  return certificates;
}
