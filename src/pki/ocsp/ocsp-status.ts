/** stub */
import type { Certificate } from '../certificate/certificate.ts';
import { type RevocationStatus, unknownStatus } from '../crl/revocation-status.ts';
import type { AlgorithmPolicy } from '../path/profile.ts';
export interface OcspAnswer { readonly der: Uint8Array; readonly source: string }
export function ocspStatus(_r: {certificate: Certificate; issuer: Certificate; answer: OcspAnswer; time: number; rules: {algorithms: AlgorithmPolicy}; delegateStatus?: (c: Certificate) => RevocationStatus}): RevocationStatus { return unknownStatus('ocsp.malformed', ''); }
