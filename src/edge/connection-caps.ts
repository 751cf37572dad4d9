/** Counts the connections of one listener: in all, per address, per IPv6 /64, and handshakes in progress. */
import { BlockList, isIPv6 } from 'node:net';
import { networkOf } from '../pki/name/network-of.ts';
import type { ListenerLimits } from './snapshot.ts';

export type CapReason = 'cap-total' | 'cap-address' | 'cap-network' | 'cap-handshakes' | 'cap-address-handshakes';

export interface ConnectionCaps {
  readonly open: number;
  readonly handshaking: number;
  /** Counts a connection in, in its handshake, or says which cap refuses it. */
  take(address: string): CapReason | undefined;
  /** The handshake of one connection that was taken is over, well or not. */
  handshakeDone(address: string): void;
  /** Counts out what `take` counted in. */
  give(address: string): void;
  /** New limits bind new connections only. */
  setLimits(limits: ListenerLimits, handshakes: number): void;
}

/** An accountant that knows no connections yet. */
export function createConnectionCaps(initial: ListenerLimits, initialHandshakes: number): ConnectionCaps {
  let limits = initial;
  let handshakes = initialHandshakes;
  let exempt = toBlockList(initial.exempt);
  let open = 0;
  let handshaking = 0;
  const handshakingPerAddress = new Map<string, number>();
  const perAddress = new Map<string, number>();
  const perNetwork = new Map<string, number>();

  return {
    get open() {
      return open;
    },
    get handshaking() {
      return handshaking;
    },
    take(address) {
      if (open >= limits.total) return 'cap-total';
      if (handshaking >= handshakes) return 'cap-handshakes';
      const network = networkOf(address);
      if (!exempt.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) {
        if ((perAddress.get(address) ?? 0) >= limits.perAddress) return 'cap-address';
        // silent connections of one address never take every place
        if ((handshakingPerAddress.get(address) ?? 0) >= handshakes / 2) return 'cap-address-handshakes';
        if (network !== undefined && (perNetwork.get(network) ?? 0) >= limits.perNetwork) return 'cap-network';
      }
      open += 1;
      handshaking += 1;
      add(handshakingPerAddress, address, 1);
      add(perAddress, address, 1);
      if (network !== undefined) add(perNetwork, network, 1);
      return undefined;
    },
    handshakeDone(address) {
      handshaking -= 1;
      add(handshakingPerAddress, address, -1);
    },
    give(address) {
      open -= 1;
      add(perAddress, address, -1);
      const network = networkOf(address);
      if (network !== undefined) add(perNetwork, network, -1);
    },
    setLimits(next, nextHandshakes) {
      limits = next;
      handshakes = nextHandshakes;
      exempt = toBlockList(next.exempt);
    },
  };
}

function add(map: Map<string, number>, key: string, by: number): void {
  const next = (map.get(key) ?? 0) + by;
  if (next > 0) map.set(key, next);
  else map.delete(key);
}

function toBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
