/** Accepts connections within caps and closes those whose time is over. */
import { createServer, type Server } from 'node:net';
import { type Answerer, Connection, type ConnectionTimes, connectionTimes } from './connection.ts';

export interface ConnectionCaps {
  readonly connections: number;
  /** Per IPv4 address, or per IPv6 /64. */
  readonly connectionsPerAddress: number;
}

export interface PublicListener {
  /** On a descriptor that was inherited, or on a port of 127.0.0.1; answers the port. */
  listen(on: { readonly fd: number } | { readonly port: number }): Promise<number>;
  readonly open: number;
  /** Connections that were reset because a cap was reached. */
  readonly refused: number;
  close(): void;
}

/** `caps` is asked at each connection. */
export function createPublicListener(
  answer: Answerer,
  caps: () => ConnectionCaps,
  times: ConnectionTimes = connectionTimes,
): PublicListener {
  const connections = new Set<Connection>();
  const perAddress = new Map<string, number>();
  let refused = 0;
  const server: Server = createServer({ allowHalfOpen: true });
  server.on('connection', (socket) => {
    const address = addressKey(socket.remoteAddress ?? '');
    const there = perAddress.get(address) ?? 0;
    const { connections: most, connectionsPerAddress } = caps();
    if (connections.size >= most || there >= connectionsPerAddress) {
      refused++;
      socket.on('error', ignore);
      socket.resetAndDestroy();
      return;
    }
    perAddress.set(address, there + 1);
    const connection = new Connection(socket, answer, times);
    connections.add(connection);
    socket.once('close', () => {
      connections.delete(connection);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  });
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) if (connection.deadline < now) connection.expire();
  }, 500);
  return {
    listen: (on) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen('fd' in on ? { fd: on.fd } : { host: '127.0.0.1', port: on.port }, () => {
          server.off('error', reject);
          server.on('error', ignore);
          const bound = server.address();
          resolve(bound !== null && typeof bound === 'object' ? bound.port : 0);
        });
      }),
    get open() {
      return connections.size;
    },
    get refused() {
      return refused;
    },
    close: () => {
      clearInterval(sweep);
      server.close();
      for (const connection of connections) connection.expire();
    },
  };
}

/** The address, of IPv6 its first half: one customer has a whole /64. */
function addressKey(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (!plain.includes(':')) return plain;
  const [left = '', right] = plain.split('::');
  const groups = left === '' ? [] : left.split(':');
  if (right !== undefined) {
    const tail = right === '' ? [] : right.split(':');
    while (groups.length + tail.length < 8) groups.push('0');
  }
  return groups.slice(0, 4).join(':');
}

/** A connection that breaks while it is accepted concerns nobody else. */
function ignore(): void {}
