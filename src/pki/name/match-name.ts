/** The one matcher of names: RFC 9525 for hosts and services, RFC 5922 for SIP. Works on decoded DER, never on text of Node. */
import { equalBytes } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { srvNameOid, xmppAddressOid } from './build-general-name.ts';
import { commonNames } from './distinguished-name.ts';
import type { GeneralName } from './general-name.ts';
import { isComparableHost, type ReferenceName } from './reference-name.ts';

export interface NameRules {
  /** Whether `*.example.com` may stand for a host. Never for SIP (RFC 5922 7.2). */
  readonly wildcards: boolean;
  /** Whether the common name counts when the certificate has no subject alternative name at all (RFC 5922 7.1). */
  readonly commonName: boolean;
}

export interface NameMatch {
  /** Which name of the certificate matched, as it stands there. */
  readonly matched: string | undefined;
  /** True when only the common name matched: allowed by the rules, yet worth a warning. */
  readonly byCommonName: boolean;
}

const none: NameMatch = { matched: undefined, byCommonName: false };

/** Whether the certificate proves the name. */
export function matchName(certificate: Certificate, reference: ReferenceName, rules: NameRules): NameMatch {
  const names = certificate.subjectAltName;
  if (names === undefined) return rules.commonName ? matchCommonName(certificate, reference) : none;
  const proving = reference.kind === 'sip' ? sipNames(names) : names;
  for (const name of proving) {
    const matched = matchGeneralName(name, reference, rules.wildcards);
    if (matched !== undefined) return { matched, byCommonName: false };
  }
  return none;
}

/** The names by which a certificate can be known, for people: at most `max` of them. */
export function presentedNames(certificate: Certificate, max = 20): readonly string[] {
  const names = (certificate.subjectAltName ?? []).flatMap((name) => {
    if (name.kind === 'dns' || name.kind === 'uri' || name.kind === 'email') return [name.value];
    if (name.kind === 'ip') return [name.text];
    return name.kind === 'other' && name.text !== undefined ? [name.text] : [];
  });
  return (certificate.subjectAltName === undefined ? commonNames(certificate.subject) : names).slice(0, max);
}

function matchCommonName(certificate: Certificate, reference: ReferenceName): NameMatch {
  // an IP address is never looked for in the common name
  const wanted = reference.kind === 'dns' ? reference.host : reference.kind === 'sip' ? reference.domain : undefined;
  const matched =
    wanted === undefined ? undefined : commonNames(certificate.subject).find((name) => equalHosts(name, wanted));
  return { matched, byCommonName: matched !== undefined };
}

function matchGeneralName(name: GeneralName, reference: ReferenceName, wildcards: boolean): string | undefined {
  switch (reference.kind) {
    case 'dns':
      return name.kind === 'dns' && matchHost(name.value, reference.host, wildcards) ? name.value : undefined;
    case 'ip':
      return name.kind === 'ip' && equalBytes(name.bytes, reference.bytes) ? name.text : undefined;
    case 'sip':
      if (name.kind === 'dns') return equalHosts(name.value, reference.domain) ? name.value : undefined;
      return name.kind === 'uri' && equalHosts(sipDomain(name.value), reference.domain) ? name.value : undefined;
    case 'srv':
      return name.kind === 'other' &&
        name.oid === srvNameOid &&
        equalHosts(name.text, `${reference.service}.${reference.domain}`)
        ? name.text
        : undefined;
    case 'xmpp':
      return name.kind === 'other' && name.oid === xmppAddressOid && name.text?.toLowerCase() === reference.address
        ? name.text
        : undefined;
    case 'email':
      return name.kind === 'email' && equalMailboxes(name.value, reference.mailbox) ? name.value : undefined;
  }
}

/** RFC 5922 7.1: a DNS name stands for a SIP domain if and only if no SIP URI of the certificate names one. */
function sipNames(names: readonly GeneralName[]): readonly GeneralName[] {
  const uris = names.filter((name) => name.kind === 'uri' && sipDomain(name.value) !== undefined);
  return uris.length > 0 ? uris : names;
}

/** RFC 9525 6.3: the wildcard is the whole left-most label and stands for exactly one label that is no A-label. */
function matchHost(pattern: string, host: string, wildcards: boolean): boolean {
  if (!pattern.startsWith('*.')) return equalHosts(pattern, host);
  const rest = pattern.slice(2);
  const dot = host.indexOf('.');
  if (!wildcards || dot <= 0 || !rest.includes('.') || host.startsWith('xn--')) return false;
  return equalHosts(rest, host.slice(dot + 1));
}

/** ASCII without case; a name with any other octet in it never matches. `host` is in lower case already. */
function equalHosts(name: string | undefined, host: string): boolean {
  return name !== undefined && name.length === host.length && name.toLowerCase() === host && isComparableHost(name);
}

/** RFC 5922 7.1: `sip:domain` without a user part; any other scheme is ignored. */
function sipDomain(uri: string): string | undefined {
  const match = /^sip:([^@;?:]+)(?::\d+)?(?:;[^@?]*)?$/i.exec(uri);
  return match?.[1]?.toLowerCase();
}

function equalMailboxes(a: string, b: string): boolean {
  const at = a.lastIndexOf('@');
  return (
    at === b.lastIndexOf('@') &&
    a.slice(0, at) === b.slice(0, at) &&
    a.slice(at).toLowerCase() === b.slice(at).toLowerCase()
  );
}
