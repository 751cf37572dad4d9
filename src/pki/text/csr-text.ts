/** Requests in the layout of `openssl req -text -noout` (OpenSSL 3.0). */
import type { CertificationRequest, CsrAttribute } from '../csr/csr.ts';
import { oidLongName } from '../der/oid.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { readNode } from './asn1-node.ts';
import { extensionsText } from './extension-text.ts';
import { utf8Text } from './octets-text.ts';
import { subjectPublicKeyText } from './public-key-text.ts';
import { signatureText } from './signature-text.ts';

/** The decoded view of a request; the challenge password, a secret, is shown as `********`. */
export function csrText(csr: CertificationRequest): string {
  return [
    'Certificate Request:\n    Data:\n',
    `        Version: ${csr.version} (0x${csr.version - 1})\n`,
    `        Subject: ${toOneLine(csr.subject)}\n`,
    subjectPublicKeyText(csr.publicKey),
    '        Attributes:\n',
    csr.attributes.length === 0 ? '            (none)\n' : csr.attributes.map(attributeText).join(''),
    // OpenSSL prints this title even when nothing was requested.
    extensionsText('Requested Extensions', csr.extensions, 12) || '            Requested Extensions:\n',
    signatureText(csr.signatureAlgorithm, csr.signature),
  ].join('');
}

const challengePassword = '1.2.840.113549.1.9.7';
/** extensionRequest in its two spellings: shown as extensions, not among the attributes. */
const extensionRequests = new Set(['1.2.840.113549.1.9.14', '1.3.6.1.4.1.311.2.1.14']);
/** Identifier octets of the strings that are shown; anything else is too odd to print. */
const printableTags = new Set([0x0c, 0x12, 0x13, 0x14, 0x16]);

function attributeText(attribute: CsrAttribute): string {
  if (extensionRequests.has(attribute.oid)) return '';
  const name = oidLongName(attribute.oid);
  return attribute.values
    .map((value, i) => {
      const label = i === 0 ? `            ${name.padEnd(25)}` : ' '.repeat(25 - name.length);
      return `${label}:${valueText(attribute.oid, value)}\n`;
    })
    .join('');
}

function valueText(oid: string, der: Uint8Array): string {
  if (oid === challengePassword) return '********';
  const value = readNode(der);
  return printableTags.has(value.tag) ? utf8Text(value.content) : 'unable to print attribute';
}
