/** Stored identities in the form the page, the API and the CLI show them. */
import { toColonHex, toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../pki/certificate/certificate.ts';
import { splitChain } from '../../pki/certificate/chain-bytes.ts';
import { usageNames } from '../../pki/certificate/extended-key-usages.ts';
import { completeChain } from '../../pki/chain/complete-chain.ts';
import { type CertificationRequest, parseCsr } from '../../pki/csr/csr.ts';
import { keyKind } from '../../pki/key/key-kind.ts';
import { commonNames, toOneLine } from '../../pki/name/distinguished-name.ts';
import { alertFrom } from './conditions.ts';
import { keyId } from './key-material.ts';
import { namesOf } from './names-coverage.ts';
import type { ActiveIdentity, CertificateSummary, ChainLink, CsrSummary, IdentityVersion } from './schemas.ts';
import type { CsrRow, VersionRow } from './store.ts';

/** The facts of one certificate that lists and drawings show. */
export function summaryOf(certificate: Certificate): CertificateSummary {
  const commonName = commonNames(certificate.subject)[0];
  return {
    subject: printable(toOneLine(certificate.subject), 1000),
    issuer: printable(toOneLine(certificate.issuer), 1000),
    commonName: commonName === undefined ? null : printable(commonName),
    serial: toHex(certificate.serial),
    notBefore: isoSeconds(certificate.notBefore),
    notAfter: isoSeconds(certificate.notAfter),
    keyKind: keyKind(certificate.publicKey),
    signatureAlgorithm: certificate.signatureAlgorithm.oid,
    fingerprintSha256: toColonHex(fingerprint(certificate.der, 'sha256')),
    fingerprintSha1: toColonHex(fingerprint(certificate.der, 'sha1')),
  };
}

/** One version of a slot's history; undefined when its certificate can no longer be read. */
export function versionOf(row: VersionRow): IdentityVersion | undefined {
  const parsed = parseCertificate(row.certificate);
  if (!parsed.ok) return undefined;
  return {
    ...summaryOf(parsed.value),
    id: row.id,
    state: row.state,
    source: row.source as IdentityVersion['source'],
    temporary: row.source === 'temporary',
    createdAt: isoSeconds(row.created_at),
    activatedAt: row.activated_at === null ? null : isoSeconds(row.activated_at),
  };
}

/** A version in full; `trusted` are the certificates that may complete its chain. */
export function activeOf(
  row: VersionRow,
  trusted: readonly Certificate[],
  damaged: string | undefined,
): ActiveIdentity | undefined {
  const version = versionOf(row);
  const leaf = parseCertificate(row.certificate);
  if (version === undefined || !leaf.ok) return undefined;
  const chain = readableChain(row.chain);
  const completed = completeChain(leaf.value, chain, trusted);
  return {
    ...version,
    names: namesOf(leaf.value),
    extendedKeyUsage: usageNames(leaf.value.extendedKeyUsage),
    publicKeySha256: toColonHex(Buffer.from(keyId(leaf.value.publicKeyInfo), 'hex')),
    chain: chainLinks([leaf.value, ...chain], completed.anchor),
    chainComplete: completed.complete,
    missingIssuer: completed.missingIssuer === undefined ? null : printable(completed.missingIssuer.name, 500),
    alertFrom: isoSeconds(alertFrom(leaf.value)),
    damaged: damaged === undefined ? null : printable(damaged, 500),
  };
}

/** The chain as it is drawn: what is sent, then the anchor that clients hold themselves. */
export function chainLinks(served: readonly Certificate[], anchor: Certificate | undefined): ChainLink[] {
  const links: ChainLink[] = served.map((certificate, i) => ({
    ...summaryOf(certificate),
    role: i === 0 ? 'leaf' : 'intermediate',
    served: true,
  }));
  if (anchor !== undefined && anchor !== served[0]) links.push({ ...summaryOf(anchor), role: 'anchor', served: false });
  return links;
}

/** A stored request in short; undefined for none. */
export function csrSummaryOf(row: CsrRow | undefined): CsrSummary | null {
  if (row === undefined || row.state === 'discarded') return null;
  const csr = readCsr(row);
  return {
    id: row.id,
    state: row.state,
    subject: printable(toOneLine(csr.subject), 1000),
    names: namesOf(csr),
    keyKind: keyKind(csr.publicKey),
    publicKeySha256: toColonHex(Buffer.from(row.key_id, 'hex')),
    createdAt: isoSeconds(row.created_at),
  };
}

/** The request of a row. Throws an Error when the stored bytes are no longer one. */
export function readCsr(row: CsrRow): CertificationRequest {
  const parsed = parseCsr(row.der);
  if (!parsed.ok) throw new Error(`the stored request ${row.id} cannot be read: ${parsed.error.message}`);
  return parsed.value;
}

/** A damaged chain is told elsewhere; here it is empty. */
function readableChain(blob: Uint8Array): Certificate[] {
  try {
    return splitChain(blob);
  } catch {
    return [];
  }
}
