/** The names a peer is expected to prove: read, compared by the rules of the purpose, and explained when none matches. */
import { printable, printableList } from '../../lib/printable.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { commonNames } from '../../pki/name/distinguished-name.ts';
import { matchName, type NameMatch, presentedNames } from '../../pki/name/match-name.ts';
import { parseReferenceName, type ReferenceName } from '../../pki/name/reference-name.ts';
import { type Rejection, reject } from '../../pki/path/rejection.ts';
import type { PurposeRow } from './purposes.ts';

export interface NameCheck {
  readonly expected: readonly ReferenceName[];
  readonly given: readonly string[];
  readonly rules: PurposeRow['names'];
}

/** Reads the names as people write them; a host counts as a SIP domain where the purpose compares those. */
export function readExpectedNames(given: readonly string[], rules: PurposeRow['names']): Result<NameCheck, string> {
  const expected: ReferenceName[] = [];
  for (const text of given) {
    const read = parseReferenceName(text);
    if (!read.ok) return err(read.error);
    // RFC 5922 7.1: the identity of a SIP server is its domain
    expected.push(
      read.value.kind === 'dns' && rules.kind === 'sip' ? { kind: 'sip', domain: read.value.host } : read.value,
    );
  }
  return ok({ expected, given, rules });
}

/** The first of the expected names that the certificate proves. */
export function findMatch(leaf: Certificate, { expected, rules }: NameCheck): NameMatch | undefined {
  for (const reference of expected) {
    const match = matchName(leaf, reference, rules);
    if (match.matched !== undefined) return match;
  }
  return undefined;
}

/** A `checkLeaf` for the engine. */
export function checkNames(leaf: Certificate, check: NameCheck): Rejection | undefined {
  if (check.expected.length === 0 || findMatch(leaf, check) !== undefined) return undefined;
  const presented = presentedNames(leaf);
  const holds = presented.length === 0 ? 'it holds no name' : `it is for ${printableList(presented)}`;
  const sip = check.rules.kind === 'sip';
  return reject(
    'path.name-mismatch',
    `the certificate is not for ${printableList(check.given)}; ${holds}`,
    leaf,
    sip ? 'RFC 5922 7.1' : undefined,
  );
}

/** What a person should know who wonders why a name did not match. */
export function nameAdvice(leaf: Certificate, check: NameCheck): readonly string[] {
  if (check.expected.length === 0 || findMatch(leaf, check) !== undefined) return [];
  const advice: string[] = [];
  const names = presentedNames(leaf);
  const byIp = check.expected.filter((reference) => reference.kind === 'ip');
  const hosts = names.filter((name) => /^(sip:)?[a-z0-9*_-]+(\.[a-z0-9_-]+)+$/i.test(name) && /[a-z]/i.test(name));
  if (byIp.length > 0 && hosts.length > 0)
    advice.push(
      `The peer address is an IP address (${printableList(byIp.map(({ text }) => text))}) but the certificate names FQDNs: configure the peer address as ${printable(hosts[0] ?? '')}.`,
    );
  if (!check.rules.wildcards && matchedWith(leaf, check, { wildcards: true, commonName: false }))
    advice.push(
      'Only a wildcard of the certificate would match, and wildcards do not count for this purpose (RFC 5922 7.2): have the certificate issued for the full name.',
    );
  if (leaf.subjectAltName !== undefined && commonNameMatches(leaf, check))
    advice.push(
      'The common name is the expected one, but it does not count in a certificate that has subject alternative names: have the name added to those.',
    );
  if (leaf.subjectAltName === undefined && !check.rules.commonName && commonNameMatches(leaf, check))
    advice.push(
      'The certificate has no subject alternative name, and the common name does not count for this purpose: have it issued again with the name as subject alternative name.',
    );
  const ip = check.expected.find((reference) => reference.kind === 'ip');
  if (ip?.kind === 'ip' && (leaf.subjectAltName ?? []).some((name) => name.kind === 'dns' && name.value === ip.text))
    advice.push(
      'The IP address stands in the certificate as a DNS name, where it proves nothing: have it issued with the address as an IP address.',
    );
  return advice;
}

function matchedWith(leaf: Certificate, check: NameCheck, rules: { wildcards: boolean; commonName: boolean }): boolean {
  const asHosts = check.expected.map(
    (reference): ReferenceName => (reference.kind === 'sip' ? { kind: 'dns', host: reference.domain } : reference),
  );
  return asHosts.some((reference) => matchName(leaf, reference, rules).matched !== undefined);
}

function commonNameMatches(leaf: Certificate, check: NameCheck): boolean {
  const wanted = check.expected.flatMap((reference) =>
    reference.kind === 'dns' ? [reference.host] : reference.kind === 'sip' ? [reference.domain] : [],
  );
  return commonNames(leaf.subject).some((name) => wanted.includes(name.toLowerCase()));
}
