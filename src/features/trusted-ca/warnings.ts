/** What a person should know about a member of the list: none of it keeps a certificate out. */
import { printable, printableList } from '../../lib/printable.ts';
import { isoDate } from '../../lib/time-text.ts';
import type { Certificate, CertificateFinding } from '../../pki/certificate/certificate.ts';
import { commonNames } from '../../pki/name/distinguished-name.ts';
import { unsupportedAttributes } from '../../pki/name/supported-attributes.ts';
import { isSelfSigned } from './judge.ts';
import type { CaWarning, Validity } from './trusted-ca.ts';

/** How long before the end of a CA the gateway speaks up. */
const noticeBeforeExpiry = 21 * 24 * 3_600_000;

/** Where in its life a certificate or CRL stands; `notAfter` is good through its second. */
export function validityAt(
  notBefore: number,
  notAfter: number | undefined,
  now: number,
  notice = noticeBeforeExpiry,
): Validity {
  if (now < notBefore) return 'not-yet-valid';
  if (notAfter === undefined) return 'valid';
  if (now >= notAfter + 1000) return 'expired';
  return now >= notAfter - notice ? 'expires-soon' : 'valid';
}

/** Every warning about one certificate by itself at the time `now`. */
export function certificateWarnings(certificate: Certificate, now: number): readonly CaWarning[] {
  return [...timeWarnings(certificate, now), ...lasting(certificate)];
}

/**
 * Members that share a common name, by the index in `certificates`; `quiet` tells which of them are bundled: a group
 * of bundled roots alone is nobody's mistake.
 */
export function commonNameWarnings(
  certificates: readonly Certificate[],
  quiet: (index: number) => boolean,
): ReadonlyMap<number, CaWarning> {
  const groups = new Map<string, number[]>();
  certificates.forEach((certificate, index) => {
    for (const name of new Set(commonNames(certificate.subject).map((cn) => cn.toLowerCase()))) {
      groups.set(name, [...(groups.get(name) ?? []), index]);
    }
  });
  const warnings = new Map<number, CaWarning>();
  for (const group of groups.values()) {
    if (group.length < 2 || group.every(quiet)) continue;
    for (const index of group) {
      const [name = ''] = commonNames(certificates[index]?.subject ?? { der: new Uint8Array(), rdns: [] });
      warnings.set(index, sameCommonName(name, group.length));
    }
  }
  return warnings;
}

/** Tells that a newer certificate of the same issuer and subject is on the list. */
export function newerExists(): CaWarning {
  return {
    code: 'trusted-ca.newer-exists',
    message: 'A newer certificate with the same issuer and subject is on the list; both are trusted.',
    hint: 'Delete this one when nothing uses it any more.',
  };
}

const lastingKnown = new WeakMap<Certificate, readonly CaWarning[]>();

function lasting(certificate: Certificate): readonly CaWarning[] {
  const known = lastingKnown.get(certificate);
  if (known !== undefined) return known;
  const found = [...weakness(certificate), ...formWarnings(certificate)];
  lastingKnown.set(certificate, found);
  return found;
}

function timeWarnings({ notBefore, notAfter }: Certificate, now: number): CaWarning[] {
  const warnings: CaWarning[] = [];
  const validity = validityAt(notBefore, notAfter, now);
  if (validity === 'expired') {
    warnings.push({
      code: 'trusted-ca.expired',
      message: `It expired on ${isoDate(notAfter)}; chains that end at it are refused.`,
      hint: 'Append the CA’s new certificate and delete this one.',
    });
  }
  if (validity === 'expires-soon') {
    warnings.push({
      code: 'trusted-ca.expires-soon',
      message: `It expires on ${isoDate(notAfter)}.`,
      hint: 'Ask the CA for its new certificate and append it before that day.',
    });
  }
  if (validity === 'not-yet-valid') {
    warnings.push({
      code: 'trusted-ca.not-yet-valid',
      message: `It is valid only from ${isoDate(notBefore)}.`,
      hint: 'Compare the clock of this gateway with the date; before it, chains that end here are refused.',
    });
  }
  // Dates from 2050 are GeneralizedTime (RFC 5280 4.1.2.5), which some systems do not read.
  if (notAfter >= Date.UTC(2050, 0)) {
    warnings.push({
      code: 'trusted-ca.ends-2050',
      message: `It ends in ${new Date(notAfter).getUTCFullYear()}; dates from 2050 can cause faults in other systems.`,
      hint: 'Prefer a CA certificate that ends before 2050.',
    });
  }
  return warnings;
}

function weakness(certificate: Certificate): CaWarning[] {
  const warn = (message: string): CaWarning => ({
    code: 'trusted-ca.weak',
    message,
    hint: 'Ask the CA for a certificate with a stronger key or signature.',
  });
  const { publicKey } = certificate;
  const warnings: CaWarning[] = [];
  if ((publicKey.algorithm === 'rsa' || publicKey.algorithm === 'rsa-pss') && (publicKey.bits ?? 0) < 2048) {
    warnings.push(warn(`Its RSA key has ${publicKey.bits} bits; less than 2048 is weak.`));
  }
  // Nobody relies on the signature of an anchor, only on its key (RFC 5280 6.1).
  const digest = weakDigests.get(certificate.signatureAlgorithm.oid);
  if (digest !== undefined && !isSelfSigned(certificate)) {
    warnings.push(warn(`It is signed with ${digest}, which can be forged.`));
  }
  return warnings;
}

const weakDigests: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2'],
  ['1.2.840.113549.1.1.4', 'MD5'],
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.2.840.10040.4.3', 'SHA-1'],
  ['1.2.840.10045.4.1', 'SHA-1'],
  ['1.3.14.3.2.29', 'SHA-1'],
]);

function formWarnings(certificate: Certificate): CaWarning[] {
  const warnings: CaWarning[] = [];
  const oids = [...new Set([certificate.subject, certificate.issuer].flatMap((name) => unsupportedAttributes(name)))];
  if (oids.length > 0) {
    warnings.push({
      code: 'trusted-ca.unsupported-oid',
      message: `Its subject or issuer holds attributes that are not supported: ${printableList(oids)}.`,
      hint: 'SSH tunnels to other gateways may fail; prefer a CA whose name uses common attributes only.',
    });
  }
  // RFC 5280 4.2.1.3: a CA that signs certificates asserts keyCertSign.
  if (certificate.basicConstraints?.ca && certificate.keyUsage?.has('keyCertSign') === false) {
    warnings.push({
      code: 'trusted-ca.no-certificate-signing',
      message: 'Its key usage does not allow signing certificates, so no chain can end at it.',
      hint: 'Check that this is the CA’s signing certificate.',
    });
  }
  const critical = certificate.unknownCriticalExtensions;
  if (critical.length > 0) {
    warnings.push({
      code: 'trusted-ca.critical-extension',
      message: `It has a critical extension this gateway does not know (${printableList(critical)}); chains through it are refused.`,
      hint: 'Ask the CA for a certificate without it.',
    });
  }
  if (certificate.findings.length > 0) {
    warnings.push({
      code: 'trusted-ca.irregular',
      message: `It breaks the rules for certificates (${certificate.findings.map((finding) => findingWords[finding]).join(', ')}) but can be used.`,
      hint: 'Other systems may refuse it; ask the CA for a correct certificate.',
    });
  }
  return warnings;
}

const findingWords: Readonly<Record<CertificateFinding, string>> = {
  'serial-negative': 'its serial number is negative',
  'serial-zero': 'its serial number is zero',
  'serial-too-long': 'its serial number is longer than 20 octets',
  'signature-algorithms-differ': 'it names two different signature algorithms',
  'generalized-time-before-2050': 'it writes a date before 2050 in the form for later ones',
  'empty-issuer': 'its issuer is empty',
  'empty-rdn': 'a part of its name is empty',
  'empty-extensions': 'its list of extensions is empty',
  'not-version-3': 'it has extensions but is not version 3',
};

function sameCommonName(name: string, count: number): CaWarning {
  return {
    code: 'trusted-ca.same-common-name',
    message: `${count} members of the list have the common name ${printable(name, 64)}. All are tried here, so each works; other systems, and log-in through an external identity provider, may still fail.`,
    hint: 'Usual pairs are CallManager with tomcat and cup-xmpp with tomcat: give self-signed certificates different common names, or have them signed by a CA.',
  };
}
