/** GZIP (RFC 1952): one layer, members one after the other counted together, nothing after the last one. */
import { crc32 } from 'node:zlib';
import { inflate } from './inflate.ts';
import { allowedOutput, type UnpackLimits, UnpackRefusal, unpackLimits } from './unpack-error.ts';

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The content. Throws `UnpackRefusal`. */
export function gunzip(file: Uint8Array, limits: UnpackLimits = unpackLimits): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  const allowed = allowedOutput(file.length, limits.bytes, limits);
  while (at < file.length) {
    if (parts.length >= limits.members) throw forbidden(`more than ${limits.members} members`);
    const start = endOfHeader(file, at);
    const { bytes, used } = inflate(file.subarray(start), allowed - total);
    const trailer = start + used;
    if (trailer + 8 > file.length) throw malformed('a member has no end');
    const view = new DataView(file.buffer, file.byteOffset + trailer, 8);
    if (view.getUint32(0, true) !== crc32(bytes)) throw malformed('the checksum is wrong');
    if (view.getUint32(4, true) !== bytes.length) throw malformed('the length is wrong');
    parts.push(bytes);
    total += bytes.length;
    at = trailer + 8;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** RFC 1952 2.3. */
function endOfHeader(file: Uint8Array, start: number): number {
  if (file[start] !== 0x1f || file[start + 1] !== 0x8b) throw malformed('something follows the compressed data');
  const flags = file[start + 3] ?? 0xff;
  if (file[start + 2] !== 8 || (flags & 0xe0) !== 0) throw malformed('the header is not one of RFC 1952');
  let at = start + 10;
  if ((flags & 4) !== 0) at += 2 + (file[at] ?? 0) + ((file[at + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = file.indexOf(0, at);
    if (end < 0 || end - at > 4_096) throw malformed('a text in the header has no end');
    at = end + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  if (at >= file.length) throw malformed('the header is cut off');
  return at;
}

function malformed(why: string): UnpackRefusal {
  return new UnpackRefusal('revocation.archive-malformed', `the GZIP file is damaged: ${why}`);
}

function forbidden(why: string): UnpackRefusal {
  return new UnpackRefusal('revocation.archive-forbidden', `the GZIP file has ${why}`);
}
