/** Which names a certificate holds, and which of the required ones it lacks. */

import { toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import type { ExtensionSet } from '../../pki/certificate/extension/extension-set.ts';
import { srvNameOid, xmppAddressOid } from '../../pki/name/build-general-name.ts';
import { toOneLine } from '../../pki/name/distinguished-name.ts';
import type { GeneralName } from '../../pki/name/general-name.ts';
import { nameKey, type RequiredName } from './required-names.ts';
import type { Name } from './schemas.ts';

/**
 * The required names that `certificate` lacks. Only the subjectAltName counts: clients of today ignore the common
 * name (RFC 9525 2). Wildcards never cover a name, they are refused everywhere.
 */
export function missingNames(certificate: ExtensionSet, required: readonly RequiredName[]): RequiredName[] {
  const held = new Set((certificate.subjectAltName ?? []).flatMap(heldKey));
  return required.filter((name) => !held.has(nameKey(name)));
}

/** The alternative names as people read them, in the notation of OpenSSL; unsafe characters escaped. */
export function namesOf(certificate: ExtensionSet): Name[] {
  return (certificate.subjectAltName ?? []).map((general) => {
    const name = shown(general);
    return { ...name, value: printable(name.value, 300), text: printable(name.text, 320) };
  });
}

/** Where the next handshake's name selection looks: the DNS names in lower case. */
export function dnsNamesOf(certificate: ExtensionSet): string[] {
  return (certificate.subjectAltName ?? []).flatMap((n) => (n.kind === 'dns' ? [n.value.toLowerCase()] : []));
}

function heldKey(name: GeneralName): string[] {
  if (name.kind === 'dns') return [nameKey(name)];
  if (name.kind !== 'other' || name.text === undefined) return [];
  if (name.oid === srvNameOid) return [nameKey({ kind: 'srv', value: name.text })];
  if (name.oid === xmppAddressOid) return [nameKey({ kind: 'xmpp', value: name.text })];
  return [];
}

function shown(name: GeneralName): Name {
  switch (name.kind) {
    case 'dns':
      return { kind: 'dns', value: name.value, text: `DNS:${name.value}` };
    case 'email':
      return { kind: 'email', value: name.value, text: `email:${name.value}` };
    case 'uri':
      return { kind: 'uri', value: name.value, text: `URI:${name.value}` };
    case 'ip':
      return { kind: 'ip', value: name.text, text: `IP Address:${name.text}` };
    case 'directory': {
      const line = toOneLine(name.name);
      return { kind: 'directory', value: line, text: `DirName:${line}` };
    }
    case 'registered-id':
      return { kind: 'registered-id', value: name.oid, text: `Registered ID:${name.oid}` };
    case 'other':
      return otherName(name);
    default:
      return { kind: name.kind, value: toHex(name.der), text: `${name.kind}:<unsupported>` };
  }
}

function otherName(name: Extract<GeneralName, { kind: 'other' }>): Name {
  const value = name.text ?? toHex(name.value);
  if (name.oid === srvNameOid) return { kind: 'srv', value, text: `othername: SRVName::${value}` };
  if (name.oid === xmppAddressOid) return { kind: 'xmpp', value, text: `othername: XmppAddr::${value}` };
  return { kind: 'other', value, text: `othername: ${name.oid}::${value}` };
}
