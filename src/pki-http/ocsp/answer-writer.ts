/**
 * Writes OCSP answers about one certificate (RFC 6960 4.2.1) into one piece of memory: what `buildOcspResponse` of pki
 * writes, octet for octet, for the responder whose every answer to a nonce must be made anew.
 */
import { reasonCodes } from '../../pki/crl/build-entries.ts';
import { header as longHeader, oid } from '../../pki/der/writer.ts';
import { signatureOver } from '../../pki/key/sign.ts';
import type { OcspResponder, OcspSingle } from '../../pki/ocsp/build.ts';

/** DER of a successful OCSPResponse. The nonce has 1 to 128 octets. */
export function writeOcspResponse(
  responder: OcspResponder,
  producedAt: number,
  single: OcspSingle,
  nonce?: Uint8Array,
): Buffer {
  const data = responseData(responder, producedAt, single, nonce);
  const signature = signatureOver(data, responder.key, responder.digest);
  const { algorithm, certificates } = responder;
  const bits = header(0x03, signature.length + 1);
  const basicLength = data.length + algorithm.length + bits.length + 1 + signature.length + certificates.length;
  const basicHeader = header(0x30, basicLength);
  const octets = header(0x04, basicHeader.length + basicLength);
  const bytesLength = basicType.length + octets.length + basicHeader.length + basicLength;
  const bytesHeader = header(0x30, bytesLength);
  const tagged = header(0xa0, bytesHeader.length + bytesLength);
  const length = successful.length + tagged.length + bytesHeader.length + bytesLength;
  const outer = header(0x30, length);
  const out = Buffer.allocUnsafe(outer.length + length);
  let at = 0;
  for (const part of [outer, successful, tagged, bytesHeader, basicType, octets, basicHeader, data, algorithm, bits]) {
    out.set(part, at);
    at += part.length;
  }
  out[at++] = 0;
  out.set(signature, at);
  out.set(certificates, at + signature.length);
  return out;
}

function header(tag: number, length: number): Uint8Array {
  return length < 0x80 ? Uint8Array.of(tag, length) : longHeader(tag, length);
}

const successful = Uint8Array.of(0x0a, 1, 0);
const basicType = oid('1.3.6.1.5.5.7.48.1.1');
const nonceType = oid('1.3.6.1.5.5.7.48.1.2');

/** ResponseData, written from its end to its beginning: every length is known when its header is due. */
function responseData(
  { id }: OcspResponder,
  producedAt: number,
  single: OcspSingle,
  nonce: Uint8Array | undefined,
): Buffer {
  const scratch = Buffer.allocUnsafe(id.length + single.certId.length + longestRest);
  let at = scratch.length;
  const put = (octets: Uint8Array): void => {
    at -= octets.length;
    scratch.set(octets, at);
  };
  const wrap = (tag: number, end: number): void => put(header(tag, end - at));
  const end = at;
  if (nonce !== undefined) {
    put(nonce);
    wrap(0x04, end);
    wrap(0x04, end);
    put(nonceType);
    wrap(0x30, end);
    wrap(0x30, end);
    wrap(0xa1, end);
  }
  const singleEnd = at;
  if (single.nextUpdate !== undefined) {
    put(generalizedTime(single.nextUpdate));
    wrap(0xa0, singleEnd);
  }
  put(generalizedTime(single.thisUpdate));
  if (single.status === 'revoked') {
    const statusEnd = at;
    const { reason = 'unspecified' } = single;
    if (reason !== 'unspecified') put(Uint8Array.of(0xa0, 3, 0x0a, 1, reasonCodes[reason]));
    put(generalizedTime(single.revokedAt));
    wrap(0xa1, statusEnd);
  } else put(single.status === 'good' ? good : unknown);
  put(single.certId);
  wrap(0x30, singleEnd);
  wrap(0x30, singleEnd);
  put(generalizedTime(producedAt));
  put(id);
  wrap(0x30, end);
  return scratch.subarray(at);
}

const good = Uint8Array.of(0x80, 0);
const unknown = Uint8Array.of(0x82, 0);
/** Three times, a nonce of 128 octets, status and headers. */
const longestRest = 320;

/** The times of answers made in the same second are the same. */
function generalizedTime(milliseconds: number): Uint8Array {
  const second = Math.floor(milliseconds / 1000);
  let octets = times.get(second);
  if (octets === undefined) {
    const digits = new Date(second * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
    octets = Buffer.concat([Uint8Array.of(0x18, digits.length), Buffer.from(digits, 'latin1')]);
    if (times.size >= 64) times.clear();
    times.set(second, octets);
  }
  return octets;
}

const times = new Map<number, Uint8Array>();
