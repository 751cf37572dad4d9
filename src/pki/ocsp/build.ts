/** Writes and signs OCSP answers (RFC 6960 4.2, RFC 9654). */
import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.ts';
import type { RevocationReason } from '../certificate/extension/distribution-points.ts';
import { reasonCodes } from '../crl/build-entries.ts';
import {
  bitString,
  element,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  octetString,
  oid,
  sequence,
} from '../der/writer.ts';
import { type SigningDigest, signatureAlgorithm, signatureOver } from '../key/sign.ts';
import { digest as hashOf } from './cert-id.ts';
import type { OcspResponseStatus } from './ocsp.ts';

export interface OcspResponderOptions {
  /** The CA's own certificate, or one that it issued for `ocspSigning`. */
  readonly certificate: Certificate;
  readonly key: KeyObject;
  /** Ignored by Ed25519 and ML-DSA keys. */
  readonly digest: SigningDigest;
  /** How the answer names the responder: by the SHA-1 of its key, which is shorter, or by its subject. */
  readonly identifiedBy: 'key' | 'name';
  /** Certificates to send along: the responder's own, unless the CA itself signs. */
  readonly embedded: readonly { readonly der: Uint8Array }[];
}

/** What does not change from answer to answer, encoded once. */
export interface OcspResponder {
  readonly key: KeyObject;
  readonly digest: SigningDigest;
  /** ResponderID. */
  readonly id: Uint8Array;
  /** AlgorithmIdentifier. */
  readonly algorithm: Uint8Array;
  /** The field `certs`; empty when nothing is sent along. */
  readonly certificates: Uint8Array;
}

/** What is said about one certificate. Times are milliseconds since 1970. */
export type OcspSingle = {
  /** DER of the CertID, as the request had it or `encodeCertId` writes it. */
  readonly certId: Uint8Array;
  readonly thisUpdate: number;
  /** Left out when newer knowledge is there at any time (RFC 6960 4.2.2.1). */
  readonly nextUpdate?: number | undefined;
} & (
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: number; readonly reason?: RevocationReason | undefined }
);

export interface OcspAnswerContents {
  readonly producedAt: number;
  readonly singles: readonly OcspSingle[];
  /** The nonce of the request, sent back as it came (RFC 9654 2.1). */
  readonly nonce?: Uint8Array | undefined;
}

/** Throws a RangeError for a key that cannot sign here. */
export function createOcspResponder(options: OcspResponderOptions): OcspResponder {
  const { certificate, key, digest, identifiedBy, embedded } = options;
  const id =
    identifiedBy === 'key'
      ? explicit(2, octetString(hashOf('sha1', certificate.publicKey.key)))
      : explicit(1, certificate.subject.der);
  const certificates =
    embedded.length === 0 ? new Uint8Array() : explicit(0, sequence(...embedded.map(({ der }) => der)));
  return { key, digest, id, algorithm: signatureAlgorithm(key, digest), certificates };
}

/** DER of a successful OCSPResponse. Throws a RangeError for a nonce that is empty or longer than 128 octets. */
export function buildOcspResponse(responder: OcspResponder, { producedAt, singles, nonce }: OcspAnswerContents) {
  const { key, digest, id, algorithm, certificates } = responder;
  if (nonce !== undefined && (nonce.length < 1 || nonce.length > 128))
    throw new RangeError(`an OCSP nonce has 1 to 128 octets, not ${nonce.length}`);
  const data = sequence(
    id,
    generalizedTime(producedAt),
    sequence(...singles.map(encodeSingle)),
    ...(nonce === undefined ? [] : [explicit(1, sequence(sequence(nonceOid, octetString(octetString(nonce)))))]),
  );
  const basic = sequence(data, algorithm, bitString(signatureOver(data, key, digest)), certificates);
  return sequence(successful, explicit(0, sequence(basicResponse, octetString(basic))));
}

/** DER of an OCSPResponse that says only why there is no answer; it is not signed (RFC 6960 2.3). */
export function buildOcspError(status: Exclude<OcspResponseStatus, 'successful'>): Uint8Array {
  return sequence(enumerated(errorCodes[status]));
}

/** OCSPResponseStatus (RFC 6960 4.2.1); 4 is not used. */
const errorCodes = { malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 } as const;

const successful = enumerated(0);
const basicResponse = oid('1.3.6.1.5.5.7.48.1.1');
const nonceOid = oid('1.3.6.1.5.5.7.48.1.2');

function encodeSingle(single: OcspSingle): Uint8Array {
  const { certId, thisUpdate, nextUpdate } = single;
  return sequence(
    certId,
    certStatus(single),
    generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [explicit(0, generalizedTime(nextUpdate))]),
  );
}

function certStatus(single: OcspSingle): Uint8Array {
  if (single.status !== 'revoked') return implicit(single.status === 'good' ? 0 : 2, new Uint8Array());
  const { revokedAt, reason } = single;
  const why = reason === undefined || reason === 'unspecified' ? [] : [explicit(0, enumerated(reasonCodes[reason]))];
  return element(0xa1, generalizedTime(revokedAt), ...why);
}
