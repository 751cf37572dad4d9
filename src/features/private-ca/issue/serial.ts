/** Serial numbers: 128 random bits (RFC 5280 4.1.2.2), and their text. */
import { randomFillSync } from 'node:crypto';
import { toHex } from '../../../lib/bytes.ts';

const octets = 16;
const pool = Buffer.alloc(256 * octets);
let used = pool.length;

/** 16 octets that were never given out; unsigned. */
export function newSerial(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const serial = Uint8Array.prototype.slice.call(pool, used, used + octets);
  used += octets;
  // positive (4.1.2.2): zero is as unlikely as any other value, and the only one that is forbidden
  return serial.every((octet) => octet === 0) ? newSerial() : serial;
}

/** Lower-case hexadecimal, two digits an octet, without leading zero octets: how a serial number is named everywhere. */
export function serialText(serial: Uint8Array): string {
  let start = 0;
  while (start < serial.length - 1 && serial[start] === 0) start++;
  return toHex(start === 0 ? serial : serial.subarray(start));
}

/** As people give it: capitals, colons, spaces and `0x` do not matter. Undefined when it is no serial number. */
export function canonicalSerial(text: string): string | undefined {
  const digits = text.replace(/^0x/i, '').replaceAll(/[:\s]/g, '').toLowerCase();
  if (!/^[0-9a-f]{1,40}$/.test(digits)) return undefined;
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return even.replace(/^(00)+(?=..)/, '');
}
