/** Printer of the list of signed certificate timestamps (RFC 6962 3.3). */
import type { Asn1Node } from './asn1-node.ts';
import { Unprintable } from './asn1-node.ts';
import type { PrinterRow } from './extension-printer.ts';
import { timeText, upperHexLines } from './octets-text.ts';
import { typed } from './usage-text.ts';

export const sctPrinters: readonly PrinterRow[] = [
  ['1.3.6.1.4.1.11129.2.4.2', timestamps],
  ['1.3.6.1.4.1.11129.2.4.5', timestamps],
];

function timestamps(value: Asn1Node, indent: number): string {
  const list = vector(typed(value, 0x04).content, 0);
  const texts: string[] = [];
  for (let at = 0; at < list.length; ) {
    const one = vector(list, at);
    texts.push(timestampText(one, indent));
    at += 2 + one.length;
  }
  return texts.join('\n');
}

function timestampText(sct: Uint8Array, indent: number): string {
  const line = (label: string, text: string): string => `${' '.repeat(indent + 4)}${label}: ${text}`;
  const hex = (bytes: Uint8Array): string => upperHexLines(bytes, indent + 16, 16);
  const head = `${' '.repeat(indent)}Signed Certificate Timestamp:`;
  if (sct[0] !== 0) return [head, line('Version   ', `unknown\n${' '.repeat(indent + 16)}${hex(sct)}`)].join('\n');
  if (sct.length < 43) throw new Unprintable('cut off');
  const milliseconds = Buffer.from(sct).readBigUInt64BE(33);
  const extensions = vector(sct, 41);
  const at = 43 + extensions.length;
  const fraction = `.${String(milliseconds % 1000n).padStart(3, '0')}`;
  return [
    head,
    line('Version   ', 'v1 (0x0)'),
    line('Log ID    ', hex(sct.subarray(1, 33))),
    line('Timestamp ', timeText(Number(milliseconds), fraction)),
    line('Extensions', extensions.length === 0 ? 'none' : hex(extensions)),
    line('Signature ', algorithmText(sct[at], sct[at + 1])),
    `${' '.repeat(indent + 16)}${hex(vector(sct, at + 2))}`,
  ].join('\n');
}

/** RFC 6962 2.1.4 allows two, both with SHA-256; OpenSSL takes no list with another for one. */
function algorithmText(hash = 0, signature = 0): string {
  if (hash === 4 && signature === 3) return 'ecdsa-with-SHA256';
  if (hash === 4 && signature === 1) return 'sha256WithRSAEncryption';
  throw new Unprintable('another algorithm');
}

/** The octets after a two-octet length. */
function vector(bytes: Uint8Array, at: number): Uint8Array {
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  if (at + 2 > bytes.length || at + 2 + length > bytes.length) throw new Unprintable('cut off');
  return bytes.subarray(at + 2, at + 2 + length);
}
