/** Signatures of DNS messages by a shared key (TSIG, RFC 8945): made for what is sent, demanded of what comes back. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  type DnsMessage,
  encodeDnsMessage,
  encodeRecord,
  type ReadMessage,
  recordClasses,
  recordTypes,
  responseCodeText,
} from './dns-message.ts';
import { DnsFault, encodeDnsName, normalDnsName, readDnsName } from './dns-name.ts';

export const tsigAlgorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;

export type TsigAlgorithm = (typeof tsigAlgorithms)[number];

export interface TsigKey {
  /** A domain name by which the server knows the key. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** Decoded. */
  readonly secret: Uint8Array;
}

export interface SignedMessage {
  readonly bytes: Uint8Array;
  /** Goes into the digest of the answer. */
  readonly mac: Uint8Array;
}

/** `now`: milliseconds since 1970. */
export function signTsig(message: DnsMessage, key: TsigKey, now: number): SignedMessage {
  const plain = encodeDnsMessage(message);
  const time = Math.floor(now / 1_000);
  const mac = digest(key, [plain, variables(key, { time, fudge, error: 0, other: new Uint8Array() })]);
  const data = Buffer.concat([
    encodeDnsName(key.algorithm),
    time48(time),
    uint16(fudge),
    uint16(mac.length),
    mac,
    uint16(message.id),
    uint16(0),
    uint16(0),
  ]);
  const record = encodeRecord({ name: key.name, type: recordTypes.TSIG, class: recordClasses.ANY, ttl: 0, data });
  const bytes = Buffer.concat([plain, record]);
  bytes.writeUInt16BE(message.additional.length + 1, 10);
  return { bytes, mac };
}

/** Throws a DnsFault with the reason when the answer is not signed by the key over our request (RFC 8945 5.3). */
export function verifyTsig(
  bytes: Uint8Array,
  answer: ReadMessage,
  key: TsigKey,
  requestMac: Uint8Array,
  now: number,
): void {
  const record = answer.additional.at(-1);
  if (record === undefined || record.type !== recordTypes.TSIG) throw new DnsFault(unsigned(answer.code));
  const tsig = readTsig(record.data);
  if (normalDnsName(record.name) !== normalDnsName(key.name) || tsig.algorithm !== key.algorithm)
    throw new DnsFault('the answer is signed by another key');
  // RFC 8945 5.3.2: a server that does not know the key, or whose clock is off, cannot sign
  if (tsig.error !== 0 && tsig.mac.length === 0) throw new DnsFault(responseCodeText(tsig.error));
  const stripped = Buffer.from(bytes.subarray(0, answer.lastRecordAt));
  stripped.writeUInt16BE(answer.additional.length - 1, 10);
  stripped.writeUInt16BE(tsig.originalId, 0);
  const expected = digest(key, [uint16(requestMac.length), requestMac, stripped, variables(key, tsig)]);
  if (tsig.mac.length !== expected.length || !timingSafeEqual(expected, tsig.mac))
    throw new DnsFault('the signature of the answer is wrong');
  if (tsig.error !== 0) throw new DnsFault(responseCodeText(tsig.error));
  if (Math.abs(tsig.time - now / 1_000) > tsig.fudge) throw new DnsFault('the clock of the server differs by minutes');
}

/** Seconds by which clocks may differ (RFC 8945 10). */
const fudge = 300;

function unsigned(code: number): string {
  return code === 0 ? 'the answer is not signed' : `${responseCodeText(code)}; the answer is not signed`;
}

function digest({ algorithm, secret }: TsigKey, parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac(algorithm.slice('hmac-'.length), secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** RFC 8945 4.3.3: names in canonical form. */
function variables(
  key: TsigKey,
  { time, fudge, error, other }: Pick<ReadTsig, 'time' | 'fudge' | 'error' | 'other'>,
): Uint8Array {
  return Buffer.concat([
    encodeDnsName(key.name),
    uint16(recordClasses.ANY),
    Buffer.alloc(4),
    encodeDnsName(key.algorithm),
    time48(time),
    uint16(fudge),
    uint16(error),
    uint16(other.length),
    other,
  ]);
}

interface ReadTsig {
  readonly algorithm: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** Seconds by which clocks may differ, by the word of the server. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

function readTsig(data: Uint8Array): ReadTsig {
  const buffer = Buffer.from(data);
  try {
    const { name: algorithm, end } = readDnsName(data, 0);
    const size = buffer.readUInt16BE(end + 8);
    const after = end + 10 + size;
    const mac = data.subarray(end + 10, after);
    const other = data.subarray(after + 6, after + 6 + buffer.readUInt16BE(after + 4));
    return {
      algorithm,
      time: buffer.readUIntBE(end, 6),
      fudge: buffer.readUInt16BE(end + 6),
      mac,
      originalId: buffer.readUInt16BE(after),
      error: buffer.readUInt16BE(after + 2),
      other,
    };
  } catch (error) {
    if (error instanceof RangeError) throw new DnsFault('the signature of the answer is cut off');
    throw error;
  }
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function time48(seconds: number): Uint8Array {
  const out = Buffer.alloc(6);
  out.writeUIntBE(seconds, 0, 6);
  return out;
}
