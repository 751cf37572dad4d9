/** Addresses and ranges in CIDR notation (RFC 4632, RFC 4291 2.3), IPv4-mapped IPv6 addresses read as IPv4. */
import { ipBytes, ipRangeBytes, isInRange } from '../../pki/name/ip-bytes.ts';

/** Whether the text is a range such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  return ipRangeBytes(text) !== undefined;
}

/** Whether `address` lies in one of the ranges; false for what is no address. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const bytes = addressBytes(address);
  return ranges.some((range) => isInRange(bytes, ipRangeBytes(range)));
}

/** One key per IPv4 address or IPv6 /64: what one stranger can have without effort. */
export function addressKey(address: string): string {
  const bytes = addressBytes(address);
  if (bytes === undefined) return 'unknown';
  return Buffer.from(bytes.length === 16 ? bytes.subarray(0, 8) : bytes).toString('hex');
}

function addressBytes(address: string): Uint8Array | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return ipBytes(mapped ?? address);
}
