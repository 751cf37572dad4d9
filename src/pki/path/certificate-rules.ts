/** Rules that look at one certificate of a path alone: what RFC 5280 section 4 and the Baseline Requirements demand. */

import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { isSelfIssued } from '../certificate/certificate.ts';
import { isEmptyName } from '../name/distinguished-name.ts';
import { isDottedQuad, isHostName } from '../name/host-name.ts';
import { extensionNames } from './extension-names.ts';
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
  '2.5.29.46',
  id.inhibitAnyPolicy,
  id.subjectKeyIdentifier,
  id.authorityInfoAccess,
  '1.3.6.1.5.5.7.1.24',
  '1.3.6.1.5.5.7.48.1.5',
]);

/** RFC 5280 4.2.1.1, 4.2.1.2, 4.2.2.1, 4.2.2.2. */
const neverCritical: ReadonlySet<string> = new Set([
  id.authorityKeyIdentifier,
  id.subjectKeyIdentifier,
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
    (profile.browserForum ? checkBrowserForum(certificate, position, profile) : undefined)
  );
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
const serialFaults = {
  'serial-zero': 'zero',
  'serial-negative': 'negative',
  'serial-too-long': 'longer than 20 octets',
} as const;

function checkConforming(c: Certificate, position: Position, profile: Profile): Rejection | undefined {
  const selfIssued = position === 'anchor' && isSelfIssued(c);
  const constraints = c.basicConstraints;
  const critical = c.criticalExtensions;
  const ca = constraints?.ca === true;
  const serial = position === 'anchor' ? undefined : c.serialFinding;
  if (serial !== undefined) return reject('path.serial-number', `the serial number is ${serialFaults[serial]}`, c);
  // RFC 5280 4.1.2.4, 4.1.2.6
  if (isEmptyName(c.issuer)) return reject('path.issuer-empty', 'the certificate names no issuer', c);
  if (ca && isEmptyName(c.subject)) return reject('path.subject-empty', 'the CA certificate names no subject', c);
  if (c.version === 3) {
    const aki = c.authorityKeyIdentifier;
    // RFC 5280 4.2.1.1: all certificates but self-signed ones
    if (aki?.keyId === undefined && !selfIssued) return missing(c, 'authority key identifier', 'RFC 5280 4.2.1.1');
    // RFC 5280 4.2.1.2: every CA certificate
    if (ca && c.subjectKeyIdentifier === undefined) return missing(c, 'subject key identifier', 'RFC 5280 4.2.1.2');
  }
  // RFC 5280 4.2.1.9: critical in CA certificates that sign certificates; only the anchor's own issuer can mend it
  if (position === 'anchor' && ca && !critical.includes(id.basicConstraints))
    return notCritical(c, 'basic constraints', 'RFC 5280 4.2.1.9');
  const signs = c.keyUsage?.has('keyCertSign') === true;
  if (position === 'anchor' && ca && c.keyUsage !== undefined && !signs)
    return reject(
      'path.issuer-key-usage',
      'the CA may not sign certificates: its key usage lacks keyCertSign',
      c,
      'RFC 5280 4.2.1.3',
    );
  // RFC 5280 4.2.1.9: a path length belongs to a CA
  if (constraints?.pathLength !== undefined && !ca)
    return reject(
      'path.extension-misplaced',
      'a path length stands in a certificate that is no CA',
      c,
      'RFC 5280 4.2.1.9',
    );
  if (position === 'intermediate' && constraints?.pathLength !== undefined && c.keyUsage !== undefined && !signs) {
    return reject(
      'path.issuer-key-usage',
      'a path length stands beside a key usage without keyCertSign',
      c,
      'RFC 5280 4.2.1.9',
    );
  }
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
  if (wrong !== undefined) return reject('path.criticality', `${extensionNames.get(wrong)} must not be critical`, c);
  return checkAlternativeNames(c, position);
}

/** RFC 5280 4.2.1.6: names are well formed, and critical where the subject is empty. */
function checkAlternativeNames(c: Certificate, position: Position): Rejection | undefined {
  const names = c.subjectAltName;
  if (names === undefined) return undefined;
  if (names.length === 0) return reject('path.subject-alternative-name', 'the subject alternative name is empty', c);
  if (isEmptyName(c.subject) && !c.criticalExtensions.includes(id.subjectAltName))
    return notCritical(c, 'subject alternative name of a certificate without subject', 'RFC 5280 4.2.1.6');
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
    if (name.kind === 'email' && !/^[^@\s]+@[^@\s]+$/.test(name.value)) {
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

/** CA/Browser Forum Baseline Requirements, as far as a relying party can see them broken. */
function checkBrowserForum(c: Certificate, position: Position, profile: Profile): Rejection | undefined {
  if (position === 'anchor') {
    const aki = c.authorityKeyIdentifier;
    if (aki?.serial !== undefined || aki?.issuer !== undefined)
      return misplaced(c, 'issuer and serial number in the authority key identifier of a root', 'BR 7.1.2.1.3');
    if (isSelfIssued(c) && !keyIdentifiersAgree(c))
      return reject(
        'path.extension-misplaced',
        'the authority key identifier of the root is not its own',
        c,
        'BR 7.1.2.1.3',
      );
    if (c.extendedKeyUsage !== undefined) return misplaced(c, 'extended key usage in a root', 'BR 7.1.2.1.2');
  }
  const constraints = c.nameConstraints;
  if (constraints !== undefined && constraints.permitted.length + constraints.excluded.length === 0) {
    return reject('path.name-constraint-malformed', 'the name constraints are empty', c, 'BR 7.1.2.5.2');
  }
  if (position !== 'leaf') return undefined;
  if (c.basicConstraints?.ca === true || c.keyUsage?.has('keyCertSign') === true)
    return reject('path.leaf-is-ca', 'the certificate is a CA certificate', c);
  const usage = c.extension(id.extendedKeyUsage);
  if (usage === undefined) return missing(c, 'extended key usage', 'BR 7.1.2.7.6');
  if (usage.critical) return reject('path.criticality', 'extended key usage must not be critical', c, 'BR 7.1.2.7.6');
  return checkSubscriberNames(c, profile);
}

function checkSubscriberNames(c: Certificate, profile: Profile): Rejection | undefined {
  const names = c.subjectAltName;
  if (names === undefined) return missing(c, 'subject alternative name', 'BR 7.1.2.7.12');
  const texts = new Set<string>();
  for (const name of names) {
    if (name.kind === 'ip') texts.add(name.text);
    if (name.kind !== 'dns') continue;
    texts.add(name.value);
    const below = name.value.startsWith('*.') ? name.value.slice(2).toLowerCase() : undefined;
    if (below !== undefined && (!below.includes('.') || profile.isPublicSuffix?.(below) === true)) {
      return reject(
        'path.wildcard',
        `${printable(name.value)} stands for every name below a public suffix`,
        c,
        'BR 3.2.2.6',
      );
    }
  }
  for (const { oid, value } of c.subject.rdns.flat()) {
    // the name above a wildcard is in common use and, like any common name, looked at by nobody
    if (oid !== '2.5.4.3' || texts.has(value) || texts.has(`*.${value}`)) continue;
    return reject(
      'path.common-name',
      `the common name ${printable(value)} is none of the subject alternative names`,
      c,
    );
  }
  return undefined;
}

function keyIdentifiersAgree(c: Certificate): boolean {
  const authority = c.authorityKeyIdentifier?.keyId;
  const own = c.subjectKeyIdentifier;
  return authority === undefined || (own !== undefined && equalBytes(authority, own));
}

function missing(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.extension-missing', `the extension ${what} is missing`, c, clause);
}

function misplaced(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.extension-misplaced', `the certificate holds ${what}`, c, clause);
}

function notCritical(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.criticality', `the extension ${what} must be critical`, c, clause);
}
