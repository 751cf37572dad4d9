/** What a certificate is ordered for: a DNS name (RFC 8555 9.7.7) or an IP address (RFC 8738 3). */
import { isHostName } from '../../../../pki/name/host-name.ts';
import { ipBytes } from '../../../../pki/name/ip-bytes.ts';
import { isObject, member } from './json-value.ts';

export interface Identifier {
  readonly type: 'dns' | 'ip';
  /** A DNS name in lower case and A-labels, a wildcard with its `*.`; or an address in the text form of RFC 5952. */
  readonly value: string;
}

/** The identifier that text stands for; undefined when it is neither a DNS name nor an address. */
export function parseIdentifier(text: string): Identifier | undefined {
  const bytes = ipBytes(text);
  if (bytes !== undefined) return { type: 'ip', value: addressText(text) };
  const value = text.toLowerCase();
  const name = value.startsWith('*.') ? value.slice(2) : value;
  return isHostName(name) && name.includes('.') && !/(^|\.)\d+$/.test(name) ? { type: 'dns', value } : undefined;
}

/** An identifier out of a server's JSON; undefined when it is none. */
export function readIdentifier(value: unknown): Identifier | undefined {
  if (!isObject(value)) return undefined;
  const type = member(value, 'type');
  const text = member(value, 'value');
  if (typeof text !== 'string' || text.length > 255) return undefined;
  const found = parseIdentifier(text);
  // a host name without a dot is what test servers and private CAs order too
  if (found === undefined && type === 'dns' && isHostName(text)) return { type: 'dns', value: text.toLowerCase() };
  return found?.type === type ? found : undefined;
}

/** Capitals do not count: what people typed is compared with what servers send. */
export function sameIdentifier(a: Identifier, b: Identifier): boolean {
  return a.type === b.type && a.value.toLowerCase() === b.value.toLowerCase();
}

function addressText(text: string): string {
  if (!text.includes(':')) return text;
  // the URL parser writes RFC 5952
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
