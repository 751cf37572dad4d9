/** Rules about certificates of authorities (RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.10). */
import type { LintRule } from '../lint.ts';

export const authorityRules: readonly LintRule[] = [
  {
    rule: 'ca-basic-constraints',
    clause: 'RFC 5280 4.2.1.9',
    check: ({ certificate }) => {
      if (!certificate.basicConstraints?.ca) return undefined;
      return certificate.criticalExtensions.includes('2.5.29.19')
        ? undefined
        : 'The basic constraints of an authority are critical';
    },
  },
  {
    rule: 'ca-key-usage',
    clause: 'RFC 5280 4.2.1.3',
    check: ({ certificate: { basicConstraints, keyUsage } }) => {
      if (!basicConstraints?.ca) return undefined;
      return keyUsage?.has('keyCertSign') && keyUsage.has('cRLSign')
        ? undefined
        : 'An authority signs certificates and CRLs: the key usage must say so';
    },
  },
  {
    rule: 'ca-subject',
    clause: 'RFC 5280 4.1.2.6',
    check: ({ certificate }) =>
      certificate.basicConstraints?.ca && certificate.subject.der.length === 2
        ? 'An authority has a subject'
        : undefined,
  },
  {
    rule: 'ca-own-name',
    clause: 'RFC 5280 3.2',
    check: ({ certificate, issuers }) =>
      certificate.basicConstraints?.ca && certificate.selfIssued && issuers[0] !== certificate
        ? 'An authority below another has a name of its own'
        : undefined,
  },
  {
    rule: 'ca-path-length',
    clause: 'RFC 5280 4.2.1.9',
    check: ({ certificate, issuers }) => {
      if (!certificate.basicConstraints?.ca || certificate.selfIssued) return undefined;
      const above = issuers[0]!.basicConstraints?.pathLength;
      if (above === 0) return 'The issuer may not have an authority below it';
      return certificate.basicConstraints.pathLength === undefined ? 'The path length is missing' : undefined;
    },
  },
  {
    rule: 'ca-issuer',
    clause: 'RFC 5280 4.2.1.9',
    check: ({ issuers }) =>
      issuers[0]!.basicConstraints?.ca && issuers[0]!.keyUsage?.has('keyCertSign') !== false
        ? undefined
        : 'The issuer is no authority',
  },
];
