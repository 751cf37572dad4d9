/** Who may sign an OCSP answer (RFC 6960 4.2.2.2): the issuer, a responder it has certified for that, a pinned one. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { ocspSigning } from '../certificate/extended-key-usages.ts';
import type { RevocationStatus, UnknownStatusCode } from '../crl/revocation-status.ts';
import { checkKey } from '../key/check.ts';
import { equalNames } from '../name/distinguished-name.ts';
import { checkCriticalExtensions } from '../path/certificate-rules.ts';
import type { AlgorithmPolicy } from '../path/profile.ts';
import { checkSignatureAlgorithm } from '../path/signature-algorithm.ts';
import { digest } from './cert-id.ts';
import type { BasicOcspResponse } from './ocsp.ts';
import { signedOnce } from './signed-once.ts';

export interface OcspSignerRequest {
  readonly basic: BasicOcspResponse;
  readonly issuer: Certificate;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly algorithms: AlgorithmPolicy;
  /** Responders the operator trusts by their very certificates (RFC 6960 2.2, second kind). */
  readonly pinned?: readonly Certificate[];
  /** Status of a responder's certificate by CRLs alone; without it every responder counts as not established. */
  readonly delegateStatus?: (delegate: Certificate) => RevocationStatus;
  /** Refuses a responder whose certificate may be revoked for all that is known. */
  readonly delegateMustBeGood?: boolean;
}

/** Why the signer of an answer is not accepted. */
export interface SignerFault {
  readonly code: UnknownStatusCode;
  readonly message: string;
}

/** The certificate whose key signed the answer and may do so. Every certificate in the answer is a candidate. */
export function ocspSignerOf(request: OcspSignerRequest): Certificate | SignerFault {
  const { basic, issuer, pinned = [] } = request;
  const trusted = [issuer, ...pinned];
  const candidates = [...trusted, ...basic.certificates].filter((candidate) => isResponder(basic, candidate));
  let fault: SignerFault | undefined;
  for (const candidate of candidates) {
    // how strong the algorithms are is judged on their own
    if (!signedOnce(basic, candidate.publicKey)) continue;
    const found = trusted.includes(candidate) ? datesFault(candidate, request) : delegateFault(candidate, request);
    if (found === undefined) return candidate;
    fault ??= found;
  }
  return (
    fault ?? {
      code: 'ocsp.signer',
      message:
        candidates.length === 0
          ? 'the certificate of the responder is neither in the OCSP answer nor known here'
          : 'the signature of the OCSP answer does not match the key of the responder',
    }
  );
}

/** RFC 6960 4.2.2.3: the responder is named by its subject or by the SHA-1 of its key. */
function isResponder({ responder }: BasicOcspResponse, candidate: Certificate): boolean {
  return 'name' in responder
    ? equalNames(responder.name, candidate.subject)
    : equalBytes(responder.keyHash, digest('sha1', candidate.publicKey.key));
}

function datesFault(signer: Certificate, { issuer, time }: OcspSignerRequest): SignerFault | undefined {
  // the dates of the issuer are those of the path and checked there
  if (signer === issuer || (time >= signer.notBefore && time < signer.notAfter + 1000)) return undefined;
  return { code: 'ocsp.signer', message: 'the certificate of the responder is out of its dates' };
}

/** RFC 6960 4.2.2.2: issued directly by the CA in question, for this purpose alone. */
function delegateFault(delegate: Certificate, request: OcspSignerRequest): SignerFault | undefined {
  const { issuer, algorithms } = request;
  const fault = (message: string): SignerFault => ({ code: 'ocsp.signer', message });
  const malformed = delegate.checkExtensions();
  if (malformed !== undefined) return fault(`the certificate of the responder is malformed: ${malformed.message}`);
  if (!equalNames(delegate.issuer, issuer.subject) || !signedOnce(delegate, issuer.publicKey))
    return fault('the certificate of the responder was not issued by the CA that the answer is about');
  const rejection = checkSignatureAlgorithm(delegate, algorithms) ?? checkCriticalExtensions(delegate);
  if (rejection !== undefined) return fault(rejection.message);
  // anyExtendedKeyUsage is not enough
  if (delegate.extendedKeyUsage?.includes(ocspSigning) !== true)
    return fault('the certificate of the responder is not for signing OCSP answers');
  // RFC 5280 4.2.1.3, 4.2.1.12
  if (delegate.keyUsage !== undefined && !delegate.keyUsage.has('digitalSignature'))
    return fault('the key usage of the responder lacks digitalSignature');
  if (delegate.publicKey.algorithm === 'dsa') return fault('DSA keys are not accepted');
  const weakKey = algorithms === 'any' ? undefined : checkKey(delegate.publicKey, 'peer').refusals[0];
  if (weakKey !== undefined) return fault(`the key of the responder is refused: ${weakKey.message}`);
  return datesFault(delegate, request) ?? revocationFault(delegate, request);
}

/** RFC 6960 4.2.2.2.1: nocheck, or a CRL. A responder is never asked about itself. */
function revocationFault(delegate: Certificate, request: OcspSignerRequest): SignerFault | undefined {
  if (delegate.ocspNoCheck) return undefined;
  const status = request.delegateStatus?.(delegate);
  if (status?.status === 'revoked')
    return { code: 'ocsp.signer-status', message: 'the certificate of the responder is revoked' };
  if (status?.status === 'good' || request.delegateMustBeGood !== true) return undefined;
  return {
    code: 'ocsp.signer-status',
    message: `it cannot be established whether the responder is revoked${status === undefined ? '' : `: ${status.message}`}`,
  };
}
