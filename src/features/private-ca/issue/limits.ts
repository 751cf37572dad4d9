/** What the name constraints of an authority and of those above it leave to issue for (RFC 5280 4.2.1.10). */
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { SanName } from '../../../pki/name/build-general-name.ts';
import type { GeneralName } from '../../../pki/name/general-name.ts';
import { ipBytes, isInRange } from '../../../pki/name/ip-bytes.ts';

/** Whether a name lies inside; every certificate of the path has its say. */
export type Limits = (name: SanName) => boolean;

/** The limits of a path, the issuer first. */
export function limitsOf(issuers: readonly Certificate[]): Limits {
  const layers = issuers.flatMap(({ nameConstraints }) => nameConstraints ?? []);
  if (layers.length === 0) return () => true;
  return (name) =>
    layers.every(({ permitted, excluded }) => {
      const limitsUris = [...permitted, ...excluded].some(({ base }) => base.kind === 'uri');
      const same = (kind: GeneralName['kind']) => kind === kindOf(name, limitsUris);
      if (excluded.some(({ base }) => same(base.kind) && lies(name, base))) return false;
      const allowed = permitted.filter(({ base }) => same(base.kind));
      return allowed.length === 0 || allowed.some(({ base }) => lies(name, base));
    });
}

/** The domain a name belongs to: what DNS limits are compared with. Undefined where it has none. */
export function domainOf(name: SanName): string | undefined {
  switch (name.kind) {
    case 'dns':
      return name.value.toLowerCase();
    case 'srv':
      return name.value.toLowerCase().replace(/^(_[^.]+\.)+/, '');
    case 'email':
    case 'xmpp':
    case 'upn':
      return name.value.slice(name.value.lastIndexOf('@') + 1).toLowerCase();
    case 'uri':
      return /^[a-z][a-z0-9+.-]*:(?:\/\/)?(?:[^@/?#]*@)?([^:/?#;]*)/i.exec(name.value)?.[1]?.toLowerCase();
    default:
      return undefined;
  }
}

/** Whether a domain is this one or below it. */
export function isBelow(domain: string, base: string): boolean {
  return base === '' || domain === base || domain.endsWith(`.${base}`);
}

/**
 * Services and XMPP domains have no constraints of their own: they are held to those of DNS names. So is the host of a
 * URI where none are limited: a SIP URI proves a domain as a DNS name does (RFC 5922 7.1).
 */
function kindOf(name: SanName, limitsUris: boolean): GeneralName['kind'] {
  switch (name.kind) {
    case 'uri':
      return limitsUris ? 'uri' : 'dns';
    case 'srv':
    case 'xmpp':
    case 'upn':
      return 'dns';
    default:
      return name.kind;
  }
}

function lies(name: SanName, base: GeneralName): boolean {
  const domain = domainOf(name) ?? '';
  switch (base.kind) {
    case 'dns':
      return isBelow(domain, base.value.toLowerCase());
    case 'email':
      if (base.value.includes('@')) return name.kind === 'email' && name.value === base.value;
      return hostLies(domain, base.value.toLowerCase());
    case 'uri':
      return hostLies(domain, base.value.toLowerCase());
    case 'ip':
      return name.kind === 'ip' && isInRange(ipBytes(name.value), base.bytes);
    default:
      // what cannot be compared lies nowhere
      return false;
  }
}

/** Mailboxes and URIs: `.example.com` means hosts below it, `example.com` that host alone. */
function hostLies(host: string, base: string): boolean {
  return base.startsWith('.') ? host.endsWith(base) : base === '' || host === base;
}
