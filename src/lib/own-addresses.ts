/** The addresses of this machine: what names of the gateway resolve to, and what it must not be made to call. */
import { networkInterfaces } from 'node:os';

/** Addresses of every interface now, as text, loopback included. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
}
