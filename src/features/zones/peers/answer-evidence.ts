/** Answers an edge that asks for revocation data about a chain: nothing is fetched for a chain that is not trusted. */
import { toBase64, toColonHex } from '../../../lib/bytes.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { RevocationEvidence, RevocationFeature } from '../../revocation/revocation.ts';
import type { Purpose, Trust, Verification } from '../../verification/verification.ts';

export interface EvidenceDeps {
  readonly verification: Pick<Verification, 'verify'>;
  /** The trusted CA list and every trust set. */
  readonly trusts: () => Promise<readonly { readonly trust: Trust; readonly certificates: readonly Certificate[] }[]>;
  readonly evidence: (purpose: RevocationPurpose, path: readonly Certificate[], fetchWithin: number) => Promise<Found>;
}

export interface AskedEvidence {
  readonly purpose: Purpose;
  /** Base64 of the DER, leaf first, as presented. */
  readonly chain: readonly string[];
}

export type RevocationPurpose = Parameters<RevocationFeature['evidenceFor']>[0];
type Found = Pick<RevocationEvidence, 'crls' | 'ocsp'>;

/** Less than an edge waits, so that what was found in time arrives in time. */
const fetchWithin = 4_500;

/** Base64 of OCSP answers, and of CRLs that no file of the edge holds: those that certificates name. */
export async function answerEvidence(
  { verification, trusts, evidence }: EvidenceDeps,
  { purpose, chain }: AskedEvidence,
): Promise<{ readonly ocsp: readonly string[]; readonly crls: readonly string[] }> {
  const presented = chain.slice(0, 16).flatMap((text) => {
    const parsed = parseCertificate(new Uint8Array(Buffer.from(text, 'base64')));
    return parsed.ok ? [parsed.value] : [];
  });
  for (const { trust, certificates } of await trusts()) {
    const { accepted, path } = await verification.verify({ chain: presented, purpose: 'any', trust });
    if (!accepted) continue;
    const known = new Map([...presented, ...certificates].map((one) => [toColonHex(fingerprint(one.der)), one]));
    const found = await evidence(
      purposeOf(purpose),
      path.flatMap((one) => known.get(one.fingerprint) ?? []),
      fetchWithin,
    );
    return {
      ocsp: found.ocsp.map(({ answer }) => toBase64(answer.der)),
      crls: found.crls.flatMap(({ crl, origin }) => (origin === 'cdp' ? [toBase64(crl.crl.der)] : [])),
    };
  }
  return { ocsp: [], crls: [] };
}

/** The row of the table of revocation sources that holds for a purpose of verification. */
function purposeOf(purpose: Purpose): RevocationPurpose {
  if (purpose.startsWith('sip')) return 'sip-tls';
  const same = (['https-client', 'ldap', 'syslog', 'policy-server', 'call-manager', 'xmpp'] as const).find(
    (one) => one === purpose,
  );
  return same ?? (purpose === 'cluster-peer' ? 'cluster' : 'other-client');
}
