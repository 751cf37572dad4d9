/** OCSP answers for tests, true and false in every way, signed by the keys of made-certificates.ts. */
import { createHash, sign } from 'node:crypto';
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import { bitString, element, enumerated, explicit, octetString, oid, sequence } from '../../src/pki/der/writer.ts';
import { signatureAlgorithm } from '../../src/pki/key/sign.ts';
import type { MadeCertificate } from './made-certificates.ts';
import { crlTime } from './made-crls.ts';

export interface MadeSingle {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly status?: 'good' | 'revoked' | 'unknown';
  /** CRLReason of a revoked one. */
  readonly reason?: number;
  readonly hash?: 'sha1' | 'sha256';
  readonly thisUpdate?: number;
  /** None when null. */
  readonly nextUpdate?: number | null;
  /** Content octets to write instead of the certificate's own. */
  readonly serial?: Uint8Array;
  /** Encoded by `extension` of made-crls.ts. */
  readonly extensions?: readonly Uint8Array[];
}

export interface MadeOcspOptions {
  readonly singles: readonly MadeSingle[];
  readonly signer: MadeCertificate;
  /** Names the responder by its key. */
  readonly byKey?: boolean;
  readonly certificates?: readonly MadeCertificate[];
  readonly producedAt?: number;
  readonly nonce?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

const hour = 3_600_000;
const hashOids = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const;

/** The DER of a successful OCSPResponse. */
export function makeOcsp(options: MadeOcspOptions): Uint8Array {
  const { signer, singles, certificates = [], producedAt = crlTime - hour } = options;
  const key = signer.certificate.publicKey.key;
  const responder = options.byKey
    ? explicit(2, octetString(createHash('sha1').update(key).digest()))
    : explicit(1, signer.certificate.subject.der);
  const nonce = options.nonce && sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(options.nonce)));
  const extensions = [...(nonce ? [nonce] : []), ...(options.extensions ?? [])];
  const tbs = sequence(
    responder,
    generalizedTime(producedAt),
    sequence(...singles.map(encodeSingle)),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions))]),
  );
  const basic = sequence(
    tbs,
    signatureAlgorithm(signer.key, 'sha256'),
    bitString(sign('sha256', tbs, signer.key)),
    ...(certificates.length === 0 ? [] : [explicit(0, sequence(...certificates.map(({ der }) => der)))]),
  );
  return sequence(enumerated(0), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic))));
}

/** An answer that is none: 1 malformed request, 2 internal error, 3 try later, 5 signature required, 6 unauthorized. */
export function makeOcspError(status: number): Uint8Array {
  return sequence(enumerated(status));
}

function encodeSingle(single: MadeSingle): Uint8Array {
  const { certificate, issuer, status = 'good', hash = 'sha1', thisUpdate = crlTime - hour } = single;
  const { nextUpdate = crlTime + hour, extensions = [] } = single;
  const digest = (octets: Uint8Array) => octetString(createHash(hash).update(octets).digest());
  const certId = sequence(
    sequence(oid(hashOids[hash])),
    digest(issuer.subject.der),
    digest(issuer.publicKey.key),
    element(2, single.serial ?? certificate.serial),
  );
  return sequence(
    certId,
    encodeStatus(status, single.reason),
    generalizedTime(thisUpdate),
    ...(nextUpdate === null ? [] : [explicit(0, generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [explicit(1, sequence(...extensions))]),
  );
}

function encodeStatus(status: 'good' | 'revoked' | 'unknown', reason: number | undefined): Uint8Array {
  if (status !== 'revoked') return element(status === 'good' ? 0x80 : 0x82);
  const why = reason === undefined ? [] : [explicit(0, enumerated(reason))];
  return element(0xa1, generalizedTime(crlTime - 24 * hour), ...why);
}

function generalizedTime(ms: number): Uint8Array {
  return element(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')));
}
