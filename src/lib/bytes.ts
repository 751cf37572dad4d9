/** Byte helpers without a copy where none is needed. */

/** Lower-case hexadecimal, without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Upper-case hexadecimal pairs joined by colons, as `openssl x509 -fingerprint` prints them. */
export function toColonHex(bytes: Uint8Array): string {
  return toHex(bytes)
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:');
}

/** Base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Whether both hold the same bytes. Not constant in time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  // keys, names and digests that differ nearly always differ in their last byte
  return a.length === b.length && a[a.length - 1] === b[b.length - 1] && Buffer.compare(a, b) === 0;
}
