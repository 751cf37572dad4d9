/** The certificate whose end counts: the one that waits, else the one that is served, unless it is only temporary. */
import { toHex } from '../../../lib/bytes.ts';
import { type Certificate, fingerprint } from '../../../pki/certificate/certificate.ts';
import type { Slot } from '../../identity/identity.ts';
import type { AcmeDeps } from '../acme-deps.ts';

export interface CurrentCertificate {
  readonly leaf: Certificate;
  readonly pending: boolean;
}

/** Undefined where a first certificate is needed. */
export async function currentCertificate(
  { identity }: Pick<AcmeDeps, 'identity'>,
  slot: Slot,
): Promise<CurrentCertificate | undefined> {
  const pending = await identity.pending(slot);
  if (pending !== undefined) return { leaf: pending.leaf, pending: true };
  const served = await identity.served(slot);
  return served === undefined || served.source === 'temporary' ? undefined : { leaf: served.leaf, pending: false };
}

/** SHA-256 of the certificate, hexadecimal. */
export function fingerprintOf(certificate: Certificate): string {
  return toHex(fingerprint(certificate.der, 'sha256'));
}
