/** Raw deflate data (RFC 1951) with the limit counted on what really comes out. */
import { type InflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { UnpackRefusal } from './unpack-error.ts';

/** Unpacks the stream at the start of `packed`; says how many octets of it the stream takes up. */
export function inflate(packed: Uint8Array, maxBytes: number): { readonly bytes: Uint8Array; readonly used: number } {
  const options: ZlibOptions = { maxOutputLength: Math.max(1, maxBytes), chunkSize: 1 << 18, info: true };
  try {
    // with `info` the answer is not the buffer alone, which the declared type leaves out
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as { buffer: Buffer; engine: InflateRaw };
    if (buffer.length > maxBytes) throw tooLarge(maxBytes);
    return { bytes: buffer, used: engine.bytesWritten };
  } catch (error) {
    if (error instanceof UnpackRefusal) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new UnpackRefusal('revocation.archive-malformed', `the compressed data is damaged (${code})`);
  }
}

function tooLarge(maxBytes: number): UnpackRefusal {
  return new UnpackRefusal(
    'revocation.archive-too-large',
    `the archive unpacks to more than the ${maxBytes} octets that it may here`,
  );
}
