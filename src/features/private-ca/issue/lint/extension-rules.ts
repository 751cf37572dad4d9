/** Rules about the extensions of every certificate (RFC 5280 4.2). */
import { equalBytes } from '../../../../lib/bytes.ts';
import type { Certificate } from '../../../../pki/certificate/certificate.ts';
import { anyExtendedKeyUsage, ocspSigning } from '../../../../pki/certificate/extended-key-usages.ts';
import type { LintRule } from '../lint.ts';

export const extensionRules: readonly LintRule[] = [
  {
    rule: 'authority-key-identifier',
    clause: 'RFC 5280 4.2.1.1',
    check: ({ certificate, issuers }) => {
      const own = certificate.authorityKeyIdentifier?.keyId;
      // a root need not name itself
      if (certificate.selfIssued && own === undefined) return undefined;
      const above = issuers[0]!.subjectKeyIdentifier;
      if (own === undefined) return 'The authority key identifier is missing';
      return above !== undefined && !equalBytes(own, above)
        ? 'The authority key identifier is not that of the issuer'
        : undefined;
    },
  },
  {
    rule: 'subject-key-identifier',
    clause: 'RFC 5280 4.2.1.2',
    check: ({ certificate }) =>
      certificate.subjectKeyIdentifier === undefined ? 'The subject key identifier is missing' : undefined,
  },
  {
    rule: 'key-usage',
    clause: 'RFC 5280 4.2.1.3',
    check: ({ certificate }) => {
      if (certificate.keyUsage === undefined) return 'The key usage is missing';
      return isCritical(certificate, '2.5.29.15') ? undefined : 'The key usage is not critical';
    },
  },
  {
    rule: 'key-usage-of-key',
    clause: 'RFC 5480 3, RFC 8410 5, RFC 9881 5',
    check: ({ certificate }) => {
      const encrypts = ['keyEncipherment' as const, 'dataEncipherment' as const].some((bit) =>
        certificate.keyUsage?.has(bit),
      );
      return encrypts && certificate.publicKey.algorithm !== 'rsa'
        ? `A key of the kind ${certificate.publicKey.algorithm} encrypts nothing`
        : undefined;
    },
  },
  {
    rule: 'leaf-key-usage',
    clause: 'RFC 5280 4.2.1.3',
    check: ({ certificate }) => {
      const signs = ['keyCertSign' as const, 'cRLSign' as const].some((bit) => certificate.keyUsage?.has(bit));
      return signs && certificate.basicConstraints?.ca !== true
        ? 'A certificate that is no CA may not sign certificates or CRLs'
        : undefined;
    },
  },
  {
    rule: 'leaf-basic-constraints',
    clause: 'RFC 5280 4.2.1.9',
    check: ({ certificate }) =>
      certificate.basicConstraints?.pathLength !== undefined && !certificate.basicConstraints.ca
        ? 'A certificate that is no CA has no path length'
        : undefined,
  },
  {
    rule: 'extended-key-usage',
    clause: 'BR 7.1.2.7',
    check: ({ certificate }) => {
      if (certificate.basicConstraints?.ca) return undefined;
      const usages = certificate.extendedKeyUsage;
      if (usages === undefined || usages.length === 0) return 'The extended key usage is missing';
      if (usages.includes(anyExtendedKeyUsage)) return 'anyExtendedKeyUsage lets the certificate be used for anything';
      return usages.includes(ocspSigning) && usages.length > 1 ? 'A responder of OCSP is nothing else' : undefined;
    },
  },
  {
    rule: 'responder-no-check',
    clause: 'RFC 6960 4.2.2.2.1',
    check: ({ certificate }) =>
      certificate.extendedKeyUsage?.includes(ocspSigning) && !certificate.ocspNoCheck
        ? 'A responder cannot be asked about its own certificate: ocsp-nocheck is missing'
        : undefined,
  },
  {
    rule: 'http-urls',
    clause: 'RFC 5280 4.2.1.13, 4.2.2.1',
    check: ({ certificate }) => {
      const wrong = urlsOf(certificate).find((url) => !/^http:\/\/[^/\s]+\//.test(url));
      return wrong === undefined ? undefined : `${wrong} is not an address of plain HTTP`;
    },
  },
  {
    rule: 'not-critical',
    clause: 'RFC 5280 4.2.1.1, 4.2.1.2, 4.2.2.1',
    check: ({ certificate }) => {
      const wrong = certificate.criticalExtensions.find((oid) => neverCritical.has(oid));
      return wrong === undefined ? undefined : `The extension ${wrong} may not be critical`;
    },
  },
  {
    rule: 'unknown-critical',
    clause: 'RFC 5280 4.2',
    check: ({ certificate }) => {
      const [unknown] = certificate.unknownCriticalExtensions;
      return unknown === undefined ? undefined : `Nobody understands the critical extension ${unknown}`;
    },
  },
];

/** authorityKeyIdentifier, subjectKeyIdentifier, authorityInfoAccess. */
const neverCritical: ReadonlySet<string> = new Set(['2.5.29.35', '2.5.29.14', '1.3.6.1.5.5.7.1.1']);

function isCritical(certificate: Certificate, oid: string): boolean {
  return certificate.criticalExtensions.includes(oid);
}

function urlsOf(certificate: Certificate): string[] {
  const points = (certificate.crlDistributionPoints ?? []).flatMap(({ name }) => name?.fullName ?? []);
  const access = (certificate.authorityInfoAccess ?? []).map(({ location }) => location);
  return [...points, ...access].flatMap((name) => (name.kind === 'uri' ? [name.value] : []));
}
