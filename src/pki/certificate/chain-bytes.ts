/** A chain as one blob: certificates one after the other, each a DER element that carries its own length (X.690 8.1.3). */
import { type Certificate, parseCertificate } from './certificate.ts';

/** The certificates one after the other. */
export function joinDer(certificates: readonly { readonly der: Uint8Array }[]): Uint8Array {
  return Buffer.concat(certificates.map(({ der }) => der));
}

/** The certificates of a stored chain. Throws an Error when the blob is not what `joinDer` made. */
export function splitChain(blob: Uint8Array): Certificate[] {
  const certificates: Certificate[] = [];
  let offset = 0;
  while (offset < blob.length) {
    const end = offset + elementLength(blob, offset);
    const parsed = parseCertificate(blob.subarray(offset, end));
    if (!parsed.ok) throw new Error(`the stored chain cannot be read at octet ${offset}: ${parsed.error.message}`);
    certificates.push(parsed.value);
    offset = end;
  }
  return certificates;
}

function elementLength(blob: Uint8Array, offset: number): number {
  const first = blob[offset + 1] ?? 0;
  if (first < 0x80) return 2 + first;
  let length = 0;
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (blob[offset + 2 + i] ?? 0);
  return 2 + (first & 0x7f) + length;
}
