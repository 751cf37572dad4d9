/** Whom to count as one: who has an IPv6 address has the other 2^64 of its network too. */
import { isIPv6 } from 'node:net';

/** The /64 of an IPv6 address as its first four groups; undefined for IPv4, also inside of IPv6 (RFC 4291 2.5.5.2). */
export function networkOf(address: string): string | undefined {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return undefined;
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  if (tail === undefined) return front.slice(0, 4).join(':');
  const back = tail === '' ? [] : tail.split(':');
  // a dotted quad at the end stands for two groups
  const missing = 8 - front.length - back.length - (tail.includes('.') ? 1 : 0);
  return [...front, ...Array<string>(Math.max(0, missing)).fill('0'), ...back].slice(0, 4).join(':');
}
