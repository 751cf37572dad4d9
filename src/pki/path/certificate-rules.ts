/** Rules that look at one certificate of a path alone: what RFC 5280 section 4 demands of it. */

import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { isEmptyName } from '../name/distinguished-name.ts';
import { isDottedQuad, isHostName } from '../name/host-name.ts';
import { checkBaselineRequirements } from './baseline-requirements.ts';
import { misplaced, missing, critical as mustNotBeCritical, notCritical } from './extension-faults.ts';
import { extensionNames } from './extension-names.ts';
import { mailboxText } from './name-constraints.ts';
import type { Profile } from './profile.ts';
import { type Rejection, reject } from './rejection.ts';

/** Where in the path a certificate stands. */
export type Position = 'leaf' | 'intermediate' | 'anchor';

const id = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  subjectKeyIdentifier: '2.5.29.14',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  applicationPolicies: '1.3.6.1.4.1.311.21.10',
} as const;

/** Critical extensions that are dealt with by path validation, names or revocation; any other refuses the path. */
const processed: ReadonlySet<string> = new Set([
  id.keyUsage,
  id.subjectAltName,
  '2.5.29.18',
  id.basicConstraints,
  id.nameConstraints,
  '2.5.29.31',
  id.certificatePolicies,
  id.policyMappings,
  id.authorityKeyIdentifier,
  id.policyConstraints,
  id.extendedKeyUsage,
  id.freshestCrl,
  id.inhibitAnyPolicy,
  id.subjectKeyIdentifier,
  id.authorityInfoAccess,
  '1.3.6.1.5.5.7.1.24',
  '1.3.6.1.5.5.7.48.1.5',
]);

/** RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.15, 4.2.2.1, 4.2.2.2. */
const neverCritical: ReadonlySet<string> = new Set([
  id.authorityKeyIdentifier,
  id.subjectKeyIdentifier,
  id.freshestCrl,
  id.authorityInfoAccess,
  id.subjectInfoAccess,
]);

/** Policy qualifiers whose meaning is known: CPS pointer and user notice. */
const knownQualifiers: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);

/** RFC 5280 6.1.4 (o), 6.1.5 (f): an unknown critical extension refuses the path. */
export function checkCriticalExtensions(certificate: Certificate): Rejection | undefined {
  for (const oid of certificate.criticalExtensions) {
    if (oid === id.certificatePolicies) {
      // RFC 5280 4.2.1.4: when critical, the qualifiers too must be understood
      const unknown = certificate.certificatePolicies
        ?.flatMap((policy) => policy.qualifiers)
        .find((q) => !knownQualifiers.has(q.oid));
      if (unknown !== undefined)
        return reject(
          'path.unknown-critical-extension',
          `the critical certificate policies hold a qualifier that is not known here: ${unknown.oid}`,
          certificate,
        );
    }
    if (processed.has(oid)) continue;
    // Microsoft's application policies say the same as extended key usage, which is checked
    if (oid === id.applicationPolicies && certificate.extension(id.extendedKeyUsage) !== undefined) continue;
    return reject(
      'path.unknown-critical-extension',
      `the certificate holds a critical extension that is not known here: ${extensionNames.get(oid) ?? oid}`,
      certificate,
    );
  }
  return undefined;
}

/** Everything the profile demands of this certificate where it stands. */
export function checkCertificate(
  certificate: Certificate,
  position: Position,
  profile: Profile,
): Rejection | undefined {
  return (
    (profile.conformingIssuer ? checkConforming(certificate, position, profile) : undefined) ??
    (profile.browserForum ? checkBaselineRequirements(certificate, position, profile) : undefined)
  );
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
const serialFaults = {
  'serial-zero': 'zero',
  'serial-negative': 'negative',
  'serial-too-long': 'longer than 20 octets',
} as const;

function checkConforming(c: Certificate, position: Position, profile: Profile): Rejection | undefined {
  const constraints = c.basicConstraints;
  const critical = c.criticalExtensions;
  // public roots older than some of the rules are in every trust store
  const old = position === 'anchor' && profile.browserForum;
  const ca = constraints?.ca === true;
  const serial = position === 'anchor' ? undefined : c.serialFinding;
  if (serial !== undefined) return reject('path.serial-number', `the serial number is ${serialFaults[serial]}`, c);
  // RFC 5280 4.1.2.4, 4.1.2.6
  if (isEmptyName(c.issuer)) return reject('path.issuer-empty', 'the certificate names no issuer', c);
  if (ca && isEmptyName(c.subject)) return reject('path.subject-empty', 'the CA certificate names no subject', c);
  if (c.version === 3) {
    const aki = c.authorityKeyIdentifier;
    // RFC 5280 4.2.1.1: all certificates but self-signed ones, which stand at one end of a path
    if (aki?.keyId === undefined && !(c.selfIssued && position !== 'intermediate'))
      return missing(c, 'authority key identifier', 'RFC 5280 4.2.1.1');
    // RFC 5280 4.2.1.2: every CA certificate
    if (ca && !old && c.subjectKeyIdentifier === undefined)
      return missing(c, 'subject key identifier', 'RFC 5280 4.2.1.2');
  }
  if (position !== 'leaf') {
    // RFC 5280 4.2.1.9: critical in every certificate whose key signs certificates
    if (ca && !critical.includes(id.basicConstraints)) return notCritical(c, 'basic constraints', 'RFC 5280 4.2.1.9');
    // RFC 5280 4.2.1.3: every CA certificate; many roots lack it, as "openssl req -x509" leaves it out
    if (position === 'intermediate' && c.keyUsage === undefined) return missing(c, 'key usage', 'RFC 5280 4.2.1.3');
  }
  const signs = c.keyUsage?.has('keyCertSign');
  // RFC 5280 4.2.1.9: both belong to a CA, and a path length to one that signs certificates
  if (signs === true && !ca)
    return misplaced(c, 'the key usage keyCertSign, and is no CA certificate', 'RFC 5280 4.2.1.9');
  if (constraints?.pathLength !== undefined && (!ca || signs === false))
    return misplaced(c, 'a path length, and is not for signing certificates', 'RFC 5280 4.2.1.9');
  // RFC 5280 4.2.1.10, 4.2.1.11: critical, and name constraints in CA certificates only
  const limitsNames = c.nameConstraints !== undefined;
  if (limitsNames && !ca) return misplaced(c, 'name constraints in an end entity certificate', 'RFC 5280 4.2.1.10');
  if (limitsNames && !critical.includes(id.nameConstraints) && !profile.browserForum)
    return notCritical(c, 'name constraints', 'RFC 5280 4.2.1.10');
  if (c.policyConstraints !== undefined && !critical.includes(id.policyConstraints))
    return notCritical(c, 'policy constraints', 'RFC 5280 4.2.1.11');
  if (c.inhibitAnyPolicy !== undefined && !critical.includes(id.inhibitAnyPolicy))
    return notCritical(c, 'inhibit anyPolicy', 'RFC 5280 4.2.1.14');
  const wrong = critical.find((oid) => neverCritical.has(oid));
  if (wrong !== undefined) return mustNotBeCritical(c, `the extension ${extensionNames.get(wrong)}`);
  return checkAlternativeNames(c, position);
}

/** RFC 5280 4.2.1.6: names are well formed, and critical where the subject is empty. */
function checkAlternativeNames(c: Certificate, position: Position): Rejection | undefined {
  const names = c.subjectAltName;
  const alone = 'subject alternative name of a certificate without subject';
  if (names === undefined) return isEmptyName(c.subject) ? missing(c, alone, 'RFC 5280 4.1.2.6') : undefined;
  if (isEmptyName(c.subject) && !c.criticalExtensions.includes(id.subjectAltName))
    return notCritical(c, alone, 'RFC 5280 4.2.1.6');
  if (position !== 'leaf') return undefined;
  for (const name of names) {
    if (name.kind === 'dns') {
      const host = name.value.startsWith('*.') ? name.value.slice(2) : name.value;
      if (isHostName(host) && !isDottedQuad(host)) continue;
      return reject(
        'path.subject-alternative-name',
        `the DNS name ${printable(JSON.stringify(name.value))} is not a host name`,
        c,
      );
    }
    if (name.kind === 'ip' && name.bytes.length !== 4 && name.bytes.length !== 16) {
      return reject('path.subject-alternative-name', `an IP address has ${name.bytes.length} octets`, c);
    }
    if (name.kind === 'email' && mailboxText(name.value) === undefined) {
      return reject(
        'path.subject-alternative-name',
        `the e-mail address ${printable(name.value)} is not one mailbox`,
        c,
      );
    }
    if (name.kind === 'uri' && !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(name.value)) {
      return reject('path.subject-alternative-name', `the URI ${printable(name.value)} has no scheme`, c);
    }
  }
  return undefined;
}
