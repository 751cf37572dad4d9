/** Rules about the fields of a certificate (RFC 5280 4.1). */
import { equalBytes } from '../../../../lib/bytes.ts';
import { serverAuth } from '../../../../pki/certificate/extended-key-usages.ts';
import type { LintRule } from '../lint.ts';

const day = 86_400_000;

export const fieldRules: readonly LintRule[] = [
  {
    rule: 'version',
    clause: 'RFC 5280 4.1.2.1',
    check: ({ certificate }) =>
      certificate.version === 3 ? undefined : 'A certificate with extensions is of version 3',
  },
  {
    rule: 'serial',
    clause: 'RFC 5280 4.1.2.2',
    check: ({ certificate }) =>
      certificate.serialFinding === undefined ? undefined : 'The serial number is not positive or over 20 octets long',
  },
  {
    rule: 'serial-entropy',
    clause: 'BR 7.1.2.7',
    check: ({ certificate }) =>
      certificate.serial.length > 8 ? undefined : 'The serial number is too short to be random',
  },
  {
    rule: 'signature-algorithm',
    clause: 'RFC 5280 4.1.1.2',
    check: ({ certificate }) =>
      certificate.signatureAlgorithmsAgree ? undefined : 'The two signature algorithms differ',
  },
  {
    rule: 'issuer',
    clause: 'RFC 5280 4.1.2.4',
    check: ({ certificate, issuers }) =>
      equalBytes(certificate.issuer.der, issuers[0]!.subject.der) && certificate.issuer.der.length > 2
        ? undefined
        : 'The issuer is not the subject of the issuing certificate, byte for byte',
  },
  {
    rule: 'validity-order',
    clause: 'RFC 5280 4.1.2.5',
    check: ({ certificate: { notBefore, notAfter } }) =>
      notBefore < notAfter ? undefined : 'The certificate ends before it begins',
  },
  {
    rule: 'validity-nested',
    clause: 'RFC 5280 6.1.3',
    check: ({ certificate, issuers }) =>
      issuers.every(({ notAfter }) => certificate.notAfter <= notAfter)
        ? undefined
        : 'The certificate outlives its issuer',
  },
  {
    rule: 'time-form',
    clause: 'RFC 5280 4.1.2.5',
    check: ({ certificate }) =>
      certificate.findings.includes('generalized-time-before-2050')
        ? 'Dates through 2049 are written as UTCTime'
        : undefined,
  },
  {
    rule: 'server-validity',
    clause: 'BR 6.3.2',
    severity: 'warning',
    check: ({ certificate }) => {
      if (!certificate.extendedKeyUsage?.includes(serverAuth)) return undefined;
      return certificate.notAfter - certificate.notBefore > 825 * day
        ? 'Some clients refuse server certificates that hold for more than 825 days'
        : undefined;
    },
  },
  {
    rule: 'issuer-key',
    clause: 'RFC 5280 4.2.1.1',
    check: ({ certificate, issuers }) =>
      issuers.some(
        (issuer) => issuer.der !== certificate.der && equalBytes(issuer.publicKeyInfo, certificate.publicKeyInfo),
      )
        ? 'The key is that of an authority above it'
        : undefined,
  },
];
