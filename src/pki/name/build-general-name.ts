/** Writes GeneralNames (RFC 5280 4.2.1.6), service names (RFC 4985) and XMPP addresses (RFC 6120 13.7.1.4) included. */
import { asciiOctets, element, explicit, ia5String, implicit, oid, utf8String } from '../der/writer.ts';
import { encodeName, type SubjectField } from './build-name.ts';
import { ipBytes } from './ip-bytes.ts';

/** A name as people give it. `srv` is `_service._proto.domain` or `_service.domain`, `ip` is IPv4 or IPv6 text. */
export type SanName =
  | { readonly kind: 'dns' | 'ip' | 'uri' | 'email' | 'srv' | 'xmpp' | 'upn'; readonly value: string }
  | { readonly kind: 'directory'; readonly fields: readonly SubjectField[] };

/** id-on-dnsSRV, RFC 4985. */
export const srvNameOid = '1.3.6.1.5.5.7.8.7';
/** id-on-xmppAddr, RFC 6120. */
export const xmppAddressOid = '1.3.6.1.5.5.7.8.5';
/** User principal name of Microsoft's directory. */
export const userPrincipalNameOid = '1.3.6.1.4.1.311.20.2.3';

/** Encodes one GeneralName. Throws a RangeError for text that does not fit: callers check what people type before. */
export function encodeGeneralName(name: SanName): Uint8Array {
  switch (name.kind) {
    case 'email':
      return implicit(1, asciiOctets(name.value));
    case 'dns':
      return implicit(2, asciiOctets(name.value));
    case 'directory':
      // Name is a CHOICE, so its tag stays inside (X.680 31.2.7).
      return explicit(4, encodeName(name.fields));
    case 'uri':
      return implicit(6, asciiOctets(name.value));
    case 'ip': {
      const bytes = ipBytes(name.value);
      if (bytes === undefined) throw new RangeError(`${name.value} is not an IP address`);
      return implicit(7, bytes);
    }
    case 'srv':
      return otherName(srvNameOid, ia5String(name.value));
    case 'xmpp':
      return otherName(xmppAddressOid, utf8String(name.value));
    case 'upn':
      return otherName(userPrincipalNameOid, utf8String(name.value));
  }
}

function otherName(type: string, value: Uint8Array): Uint8Array {
  return element(0xa0, oid(type), explicit(0, value));
}
