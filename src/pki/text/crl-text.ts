/** CRLs in the layout of `openssl crl -text -noout` (OpenSSL 3.0). */
import type { Crl, CrlEntry } from '../crl/crl.ts';
import { toOneLine } from '../name/distinguished-name.ts';
import { extensionsText } from './extension-text.ts';
import { hexSerialText, timeText } from './octets-text.ts';
import { signatureAlgorithmText, signatureText } from './signature-text.ts';

/** The decoded view of a CRL. At most `maxEntries` entries are listed, 10,000 unless told; the rest is counted. */
export function crlText(crl: Crl, { maxEntries = 10_000 }: { readonly maxEntries?: number } = {}): string {
  return [
    'Certificate Revocation List (CRL):\n',
    `        Version ${crl.version} (0x${crl.version - 1})\n`,
    signatureAlgorithmText(crl.tbsSignatureAlgorithm),
    `        Issuer: ${toOneLine(crl.issuer)}\n`,
    `        Last Update: ${timeText(crl.thisUpdate)}\n`,
    `        Next Update: ${crl.nextUpdate === undefined ? 'NONE' : timeText(crl.nextUpdate)}\n`,
    extensionsText('CRL extensions', crl.extensions, 8),
    entriesText(crl, maxEntries),
    signatureText(crl.signatureAlgorithm, crl.signature),
  ].join('');
}

function entriesText(crl: Crl, maxEntries: number): string {
  if (crl.entryCount === 0) return 'No Revoked Certificates.\n';
  const texts = ['Revoked Certificates:\n'];
  for (const entry of crl.entries()) {
    if (texts.length > maxEntries) break;
    texts.push(entryText(entry));
  }
  if (crl.entryCount > maxEntries) texts.push(`    … and ${crl.entryCount - maxEntries} more\n`);
  return texts.join('');
}

function entryText(entry: CrlEntry): string {
  const head = `    Serial Number: ${hexSerialText(entry.serial)}\n        Revocation Date: ${timeText(entry.revokedAt)}\n`;
  return head + extensionsText('CRL entry extensions', entry.extensions, 8);
}
