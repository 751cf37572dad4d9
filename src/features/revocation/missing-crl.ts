/** Which purposes check revocation and would know nothing about the certificates of a CA. */
import { toHex } from '../../lib/bytes.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { crlUrls, ocspUrls } from './ocsp/certificate-key.ts';
import type { StoredCrl } from './revocation-data.ts';
import type { RevocationSettings } from './revocation-settings.ts';
import { selectCrls } from './select-crls.ts';
import { revocationPurposes, sourceTable } from './source-table.ts';

/**
 * Labels of the purposes whose checking is on and that have neither a CRL in use of the issuer nor, where the certificate
 * names one and they may ask it, a responder or distribution point. Without the issuer no CRL can be its.
 */
export function purposesWithoutCrl(
  certificate: Certificate,
  issuer: Certificate | undefined,
  { purposes }: Pick<RevocationSettings, 'purposes'>,
  crls: readonly StoredCrl[],
  time: number,
): readonly string[] {
  const key = issuer === undefined ? undefined : toHex(fingerprint(issuer.publicKeyInfo));
  const own = crls.flatMap((crl) =>
    crl.state === 'in-use' && key !== undefined && crl.signedBy === key ? [{ ...crl, signedBy: key }] : [],
  );
  return revocationPurposes
    .filter((purpose) => {
      const settings = purposes[purpose];
      const row = sourceTable[purpose];
      if (settings.mode === 'off') return false;
      if (selectCrls(own, row, settings, time).some(({ delta }) => !delta)) return false;
      if (row.ocsp === 'switch' && settings.useOcsp && ocspUrls(certificate).length > 0) return false;
      const mayFetch = row.cdp === 'switch' && settings.useCrls && settings.allowCdp;
      return !(mayFetch && crlUrls(certificate).length > 0);
    })
    .map((purpose) => sourceTable[purpose].label);
}
