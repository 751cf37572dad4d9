/** GeneralNames in OpenSSL's two forms: joined in a list (subjectAltName) and on lines of their own (distribution points). */
import { oidLongName } from '../der/oid.ts';
import { type DistinguishedName, parseName, toOneLine } from '../name/distinguished-name.ts';
import { type Asn1Node, members, nodeOid, Unprintable } from './asn1-node.ts';
import { dottedText, utf8Text } from './octets-text.ts';

/** The form used where names are joined by commas: `DNS:a`, `DirName:/C=GB/CN=a`. */
export function generalNameItem(node: Asn1Node): string {
  switch (node.tag) {
    case 0xa0:
      return otherNameItem(node);
    case 0xa4:
      return `DirName:${slashedName(nameOf(node))}`;
    case 0x88:
      return `Registered ID:${oidLongName(nodeOid(node))}`;
    default:
      // OpenSSL gives up on a list that holds a zero octet and shows the whole extension as octets.
      if (stringTags.has(node.tag) && node.content.includes(0)) throw new Unprintable('a zero octet in a name');
      return plainName(node, utf8Text);
  }
}

/** The form used on a line of its own: `DNS:a`, `DirName:C = GB, CN = a`. */
export function generalNameLine(node: Asn1Node): string {
  switch (node.tag) {
    case 0xa0:
      return otherNameLine(node);
    case 0xa4:
      return `DirName:${toOneLine(nameOf(node))}`;
    case 0x88:
      return `Registered ID:${oidLongName(nodeOid(node))}`;
    default:
      return plainName(node, dottedText);
  }
}

/** An address, or address and mask, as OpenSSL writes them: no shortening of IPv6. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16).toUpperCase());
  return groups.join(':');
}

/** The old slash form, `/C=GB/O=x`, with `\xHH` for octets that are no visible ASCII. */
export function slashedName(name: DistinguishedName): string {
  return name.rdns
    .map((rdn) => rdn.map((attribute) => `${attribute.type}=${escapedOctets(attribute.raw)}`).join('+'))
    .map((rdn) => (rdn === '' ? '' : `/${rdn}`))
    .join('');
}

/** Name inside the explicit tag of directoryName. */
function nameOf(node: Asn1Node): DistinguishedName {
  const name = parseName(node.content);
  if (!name.ok) throw new Unprintable('not a name');
  return name.value;
}

/** email, DNS and URI. */
const stringTags: ReadonlySet<number> = new Set([0x81, 0x82, 0x86]);

function plainName(node: Asn1Node, text: (octets: Uint8Array) => string): string {
  switch (node.tag) {
    case 0x81:
      return `email:${text(node.content)}`;
    case 0x82:
      return `DNS:${text(node.content)}`;
    case 0x86:
      return `URI:${text(node.content)}`;
    case 0x87:
      return `IP Address:${node.content.length === 4 || node.content.length === 16 ? ipText(node.content) : '<invalid>'}`;
    case 0xa3:
      return 'X400Name:<unsupported>';
    case 0xa5:
      return 'EdiPartyName:<unsupported>';
    default:
      throw new Unprintable('not a name');
  }
}

/** Types of otherName that OpenSSL names, and the string type it expects of them. */
const otherNames: Readonly<Record<string, { readonly name: string; readonly tag: number }>> = {
  '1.3.6.1.5.5.7.8.5': { name: 'XmppAddr', tag: 0x0c },
  '1.3.6.1.5.5.7.8.7': { name: 'SRVName', tag: 0x16 },
  '1.3.6.1.5.5.7.8.8': { name: 'NAIRealm', tag: 0x0c },
  '1.3.6.1.5.5.7.8.9': { name: 'SmtpUTF8Mailbox', tag: 0x0c },
  '1.3.6.1.4.1.311.20.2.3': { name: 'UPN', tag: 0x0c },
};

function otherNameItem(node: Asn1Node): string {
  const [type, wrapped] = node.children;
  const oid = nodeOid(type);
  const [value] = members(wrapped, 0xa0);
  const known = otherNames[oid];
  if (known !== undefined) {
    if (value?.tag !== known.tag) throw new Unprintable('another string type');
    return `othername: ${known.name}::${utf8Text(value.content)}`;
  }
  const isText = value?.tag === 0x0c || value?.tag === 0x16;
  return `othername: ${oidLongName(oid)}::${isText ? utf8Text(value.content) : '<unsupported>'}`;
}

function otherNameLine(node: Asn1Node): string {
  const [type, wrapped] = node.children;
  const known = otherNames[nodeOid(type)];
  const [value] = members(wrapped, 0xa0);
  if (known === undefined || value?.tag !== known.tag) return 'othername:<unsupported>';
  return `othername:${known.name}:${utf8Text(value.content)}`;
}

function escapedOctets(raw: Uint8Array): string {
  let text = '';
  for (const octet of raw) {
    if (octet === 0x2b || octet === 0x2f) text += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet <= 0x7e) text += String.fromCharCode(octet);
    else text += `\\x${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
