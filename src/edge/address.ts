/** Addresses as they arrive on a socket. */
import { isIPv6 } from 'node:net';

/** An IPv4 address that arrived on an IPv6 socket, as IPv4. */
export function plainAddress(address: string): string {
  return isIPv6(address) && /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}
