/** Whom to count as one: who has an IPv6 address has the other 2^64 of its network too. */
import { toHex } from '../../lib/bytes.ts';
import { ipBytes } from './ip-bytes.ts';

/** The /64 of an IPv6 address in hexadecimal; undefined for IPv4, also inside of IPv6 (RFC 4291 2.5.5.2). */
export function networkOf(address: string): string | undefined {
  const bytes = ipBytes(address.split('%', 1)[0] ?? '');
  if (bytes?.length !== 16 || toHex(bytes.subarray(0, 12)) === mapped) return undefined;
  return toHex(bytes.subarray(0, 8));
}

const mapped = '00000000000000000000ffff';
