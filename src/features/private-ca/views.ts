/** Authorities and certificates as the API shows them. */
import { toColonHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoTime, isoTimeOrNull } from '../../lib/time-text.ts';
import { fingerprint, parseCertificate } from '../../pki/certificate/certificate.ts';
import { parseCsr } from '../../pki/csr/csr.ts';
import { keyKind } from '../../pki/key/key-kind.ts';
import { toRfc4514 } from '../../pki/name/distinguished-name.ts';
import { encodePem } from '../../pki/pem.ts';
import { certificateText } from '../../pki/text/certificate-text.ts';
import { csrText } from '../../pki/text/csr-text.ts';
import { limitsIn } from './authority/name-limits.ts';
import { serialText } from './issue/serial.ts';
import { revocationReasons } from './issued/revocations.ts';
import { type Authority, authorityUrls, type IssuedCertificate, type PrivateCa } from './private-ca.ts';
import { type AuthorityView, type CertificateView, type IssuedRowView, reasonWords } from './schemas.ts';

export async function authorityViews(ca: PrivateCa): Promise<readonly AuthorityView[]> {
  const chosen = await ca.defaultAuthority();
  const views: AuthorityView[] = [];
  for (const authority of await ca.authorities()) views.push(await viewOf(ca, authority, chosen?.id));
  return views;
}

export async function authorityViewOf(ca: PrivateCa, authority: Authority): Promise<AuthorityView> {
  return viewOf(ca, authority, (await ca.defaultAuthority())?.id);
}

async function viewOf(ca: PrivateCa, authority: Authority, chosen: string | undefined): Promise<AuthorityView> {
  const { certificate, csr, createdAt, id, key, keyIdentifier, label, parent, partitions, replacedBy, role, state } =
    authority;
  const request = csr === undefined ? undefined : parseCsr(csr);
  const requested = request?.ok ? request.value : undefined;
  const publicKey = (certificate ?? requested)?.publicKey;
  const name = (certificate ?? requested)?.subject;
  const base = await ca.publicUrl();
  const { crlUrl, ocspUrl, issuerUrl } = await ca.settings();
  const urls = base === '' ? undefined : authorityUrls(base, authority, partitions === 0 ? 0 : 1);
  return {
    id,
    key,
    keyIdentifier,
    label: printable(label),
    parent,
    partitions,
    replacedBy,
    role,
    state,
    isDefault: id === chosen,
    subject: name === undefined ? '' : printable(toRfc4514(name), 500),
    algorithm: publicKey === undefined ? '' : keyKind(publicKey),
    serial: certificate === undefined ? null : serialText(certificate.serial),
    fingerprint: certificate === undefined ? null : toColonHex(fingerprint(certificate.der)),
    notBefore: certificate === undefined ? null : isoTime(certificate.notBefore),
    notAfter: certificate === undefined ? null : isoTime(certificate.notAfter),
    createdAt: isoTime(createdAt),
    constraints: certificate === undefined ? null : limitsIn(certificate),
    urls: {
      ...(urls !== undefined && crlUrl ? { crl: urls.crl } : {}),
      ...(urls !== undefined && ocspUrl ? { ocsp: urls.ocsp } : {}),
      ...(urls !== undefined && issuerUrl ? { issuer: urls.issuer } : {}),
    },
    ...(await ca.counts(id)),
    pem: certificate === undefined ? null : encodePem('CERTIFICATE', certificate.der),
    request: csr === undefined ? null : encodePem('CERTIFICATE REQUEST', csr),
    text:
      certificate === undefined ? (requested === undefined ? '' : csrText(requested)) : certificateText(certificate),
  };
}

export function certificateViewOf(issued: IssuedCertificate): CertificateView {
  const { der, chain, keyId, partition } = issued;
  const parsed = der === undefined ? undefined : parseCertificate(der);
  return {
    ...rowViewOf(issued),
    keyId,
    partition,
    pem: der === undefined ? null : encodePem('CERTIFICATE', der),
    chain: chain.map((one) => encodePem('CERTIFICATE', one)).join(''),
    text: parsed?.ok ? certificateText(parsed.value) : '',
  };
}

export function rowViewOf(row: Omit<IssuedCertificate, 'der' | 'chain' | 'keyId' | 'partition'>): IssuedRowView {
  const { seq, authority, serial, subject, names, template, issuedBy, source, fingerprint: print, state } = row;
  return {
    seq,
    authority,
    serial,
    subject: printable(subject, 500),
    names: names.map((name) => printable(name, 300)),
    template,
    issuedBy,
    source,
    state,
    fingerprint: print,
    // an imported line tells neither
    notBefore: row.notBefore === 0 ? null : isoTime(row.notBefore),
    issuedAt: row.issuedAt === 0 ? null : isoTime(row.issuedAt),
    notAfter: isoTime(row.notAfter),
    revokedAt: isoTimeOrNull(row.revokedAt),
    reason: row.revokedAt === null ? null : reasonWord(row.reason),
  };
}

/** Words of a CRLReason; imported folders know some that are not offered here. */
function reasonWord(reason: number | null): string {
  const known = reasonWords.find((word) => revocationReasons[word] === (reason ?? 0));
  return known ?? { 2: 'ca-compromise', 10: 'aa-compromise' }[reason ?? 0] ?? `reason-${reason}`;
}
