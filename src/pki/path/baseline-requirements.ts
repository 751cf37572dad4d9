/** The CA/Browser Forum's Baseline Requirements (BR), as far as a relying party can see them broken. */
import { equalBytes } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { anyExtendedKeyUsage, serverAuth, usageNames } from '../certificate/extended-key-usages.ts';
import type { Position } from './certificate-rules.ts';
import { critical, misplaced, missing } from './extension-faults.ts';
import type { Profile } from './profile.ts';
import { type Rejection, reject } from './rejection.ts';

/** BR 7.1.2.7.10: purposes that do not mix with that of a TLS server. */
const foreignUsages: ReadonlySet<string> = new Set([
  anyExtendedKeyUsage,
  ...['3', '4', '8', '9'].map((last) => `1.3.6.1.5.5.7.3.${last}`),
  '1.3.6.1.4.1.11129.2.4.4',
]);

/** The first requirement that this certificate breaks where it stands. */
export function checkBaselineRequirements(c: Certificate, position: Position, profile: Profile): Rejection | undefined {
  const { algorithm } = c.publicKey;
  if (algorithm !== 'rsa' && algorithm !== 'ec')
    return reject('path.key-refused', 'a public CA certifies RSA and ECDSA keys only', c, 'BR 7.1.3.1');
  const aki = c.authorityKeyIdentifier;
  if (aki?.serial !== undefined || aki?.issuer !== undefined)
    return misplaced(c, 'issuer and serial number in the authority key identifier', 'BR 7.1.2.11.1');
  if (position === 'anchor') return checkRoot(c);
  return position === 'leaf' ? checkSubscriber(c, profile) : undefined;
}

function checkRoot(c: Certificate): Rejection | undefined {
  const authority = c.authorityKeyIdentifier;
  const [named, own] = [authority?.keyId, c.subjectKeyIdentifier];
  const agree = named !== undefined && own !== undefined && equalBytes(named, own);
  if (c.selfIssued && authority !== undefined && !agree)
    return misplaced(c, 'an authority key identifier that is not its own', 'BR 7.1.2.1.3');
  return c.extendedKeyUsage && misplaced(c, 'extended key usage in a root', 'BR 7.1.2.1.2');
}

function checkSubscriber(c: Certificate, profile: Profile): Rejection | undefined {
  if (c.basicConstraints?.ca === true || c.keyUsage?.has('keyCertSign') === true)
    return reject('path.leaf-is-ca', 'the certificate is a CA certificate', c);
  if (c.keyUsage?.has('cRLSign') === true)
    return misplaced(c, 'the key usage cRLSign, which is for CAs', 'BR 7.1.2.7.11');
  const usages = c.extendedKeyUsage;
  if (usages === undefined) return missing(c, 'extended key usage', 'BR 7.1.2.7.6');
  if (c.criticalExtensions.includes('2.5.29.37')) return critical(c, 'extended key usage', 'BR 7.1.2.7.6');
  return usages.includes(serverAuth) ? checkServer(c, usages, profile) : undefined;
}

/** BR 1.1: they are about servers; the certificate of a client or a person may have other names and uses as well. */
function checkServer(c: Certificate, usages: readonly string[], profile: Profile): Rejection | undefined {
  const foreign = usageNames(usages.filter((usage) => foreignUsages.has(usage)))[0];
  if (foreign !== undefined)
    return misplaced(c, `the extended key usage ${foreign} beside that of a server`, 'BR 7.1.2.7.10');
  const strange = c.subjectAltName?.find(({ kind }) => kind !== 'dns' && kind !== 'ip');
  if (strange !== undefined) {
    const message = `a public CA certifies DNS names and IP addresses of servers, not names of the kind ${strange.kind}`;
    return reject('path.subject-alternative-name', message, c, 'BR 7.1.2.7.12');
  }
  if (c.subject.rdns.length > 0 && c.criticalExtensions.includes('2.5.29.17'))
    return critical(c, 'the subject alternative name beside a subject', 'BR 7.1.2.7.12');
  return checkServerNames(c, profile);
}

function checkServerNames(c: Certificate, profile: Profile): Rejection | undefined {
  const names = c.subjectAltName;
  if (names === undefined) return missing(c, 'subject alternative name', 'BR 7.1.2.7.12');
  const texts = new Set<string>();
  for (const name of names) {
    if (name.kind === 'ip') texts.add(name.text);
    if (name.kind !== 'dns') continue;
    texts.add(name.value);
    const below = name.value.startsWith('*.') ? name.value.slice(2).toLowerCase() : undefined;
    if (below === undefined || (below.includes('.') && profile.isPublicSuffix?.(below) !== true)) continue;
    const message = `${printable(name.value)} stands for every name below a public suffix`;
    return reject('path.wildcard', message, c, 'BR 3.2.2.6');
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
