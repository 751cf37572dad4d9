/** Base64url without padding (RFC 4648 5), as JOSE writes bytes (RFC 7515 2). One text for one value. */

/** Undefined for padding, blanks, other characters, and for texts whose unused bits are not zero. */
export function fromBase64url(text: string): Buffer | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
