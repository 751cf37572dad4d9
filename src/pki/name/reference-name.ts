/** The name that a peer is expected to prove: read from a setting, a dialled address or a command line. */

import { printable } from '../../lib/printable.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { ipBytes } from './ip-bytes.ts';

export type ReferenceName =
  | { readonly kind: 'dns'; readonly host: string }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array; readonly text: string }
  /** A SIP domain (RFC 5922): proved by `URI:sip:domain`, or by `DNS:domain` where there is no such URI. */
  | { readonly kind: 'sip'; readonly domain: string }
  /** A service of a domain (RFC 4985): `_sip._tls.example.com`. */
  | { readonly kind: 'srv'; readonly service: string; readonly domain: string }
  /** An XMPP address or domain (RFC 6120 13.7). */
  | { readonly kind: 'xmpp'; readonly address: string }
  | { readonly kind: 'email'; readonly mailbox: string };

/**
 * Reads `host.example.com`, `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, `sip:example.com`, `_service.example.com`,
 * `xmpp:example.com`, `mailto:a@example.com`. Internationalised names are given as A-labels. The error says what is wrong.
 */
export function parseReferenceName(text: string): Result<ReferenceName, string> {
  const value = text.trim();
  if (/[\u3002\uff0e\uff61]/.test(value)) return err('the name holds a full stop that is not the ASCII one');
  const scheme = /^(sips?|xmpp|mailto):(.*)$/i.exec(value);
  if (scheme !== null) return parseWithScheme(scheme[1]!.toLowerCase(), scheme[2]!);
  const bytes = ipBytes(value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value);
  if (bytes !== undefined) return ok({ kind: 'ip', bytes, text: value });
  if (value.startsWith('_')) return parseService(value);
  const host = normalHost(value);
  return host === undefined
    ? err(`“${printable(value)}” is no host name, IP address or SIP domain`)
    : ok({ kind: 'dns', host });
}

/** Lower case, without one trailing dot; undefined when it is no name a certificate can hold. */
export function normalHost(text: string): string | undefined {
  const host = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  return isComparableHost(host) && !/^[0-9.]+$/.test(host) ? host : undefined;
}

/** Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all. */
export function isComparableHost(host: string): boolean {
  if (host.length === 0 || host.length > 253) return false;
  let label = 0;
  for (let i = 0; i < host.length; i++) {
    const c = host.charCodeAt(i);
    if (c === 46) {
      if (label === 0) return false;
      label = 0;
      continue;
    }
    const letter = (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 95 || (c >= 65 && c <= 90);
    if (!letter || ++label > 63) return false;
  }
  return label > 0;
}

function parseWithScheme(scheme: string, rest: string): Result<ReferenceName, string> {
  if (scheme === 'mailto') {
    return /^[^@\s]+@[^@\s]+$/.test(rest)
      ? ok({ kind: 'email', mailbox: rest })
      : err('an e-mail address has the form name@host');
  }
  if (scheme === 'xmpp') return ok({ kind: 'xmpp', address: rest.toLowerCase() });
  // RFC 5922 7.1: an identity is a domain; a user part proves nothing about the domain
  if (rest.includes('@')) return err('a SIP identity is a domain: leave out the user part');
  const domain = normalHost(rest.replace(/[;?].*$/, '').replace(/:\d+$/, ''));
  return domain === undefined ? err(`“${printable(rest)}” is no SIP domain`) : ok({ kind: 'sip', domain });
}

function parseService(value: string): Result<ReferenceName, string> {
  const match = /^(_[a-z0-9-]+(?:\._(?:tcp|udp|tls|sctp))?)\.(.+)$/i.exec(value);
  const domain = match === null ? undefined : normalHost(match[2]!);
  return match === null || domain === undefined
    ? err(`“${printable(value)}” is no service name such as _sip.example.com`)
    : ok({ kind: 'srv', service: match[1]!.toLowerCase(), domain });
}
