/** Certificates in the layout of `openssl x509 -text -noout` (OpenSSL 3.0). */
import type { Certificate } from '../certificate/certificate.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { extensionsText } from './extension-text.ts';
import { hexLines, serialText, timeText } from './octets-text.ts';
import { subjectPublicKeyText } from './public-key-text.ts';
import { signatureAlgorithmText, signatureText } from './signature-text.ts';

/** The decoded view of a certificate. `nameText` writes issuer and subject, OpenSSL's one-line form unless told. */
export function certificateText(
  certificate: Certificate,
  nameText: (name: DistinguishedName) => string = toOneLine,
): string {
  const c = certificate;
  return [
    'Certificate:\n    Data:\n',
    `        Version: ${c.version} (0x${c.version - 1})\n`,
    `        Serial Number:${serialText(c.serial)}\n`,
    signatureAlgorithmText(c.tbsSignatureAlgorithm),
    `        Issuer: ${nameText(c.issuer)}\n`,
    '        Validity\n',
    `            Not Before: ${timeText(c.notBefore)}\n`,
    `            Not After : ${timeText(c.notAfter)}\n`,
    `        Subject: ${nameText(c.subject)}\n`,
    subjectPublicKeyText(c.publicKey),
    uniqueIdText('Issuer', c.issuerUniqueId),
    uniqueIdText('Subject', c.subjectUniqueId),
    extensionsText('X509v3 extensions', c.extensions, 8),
    signatureText(c.signatureAlgorithm, c.signature),
  ].join('');
}

function uniqueIdText(whose: string, id: Uint8Array | undefined): string {
  return id === undefined ? '' : `        ${whose} Unique ID: ${hexLines(id, 12, 18)}\n`;
}
