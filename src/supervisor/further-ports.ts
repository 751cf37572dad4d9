/** The ports beside HTTPS and SIP TLS: bound where possible, kept across changes, reported where not. */
import { type BoundPort, bindFailure, bindPort, sameListener, type UnboundPort } from '../edge/bind-port.ts';
import type { EdgePort } from '../edge/launch.ts';

export interface WantedPort extends EdgePort {
  /** Comes from the settings: the gateway starts without it too, and says so. */
  readonly optional?: boolean;
}

export interface FurtherPorts {
  readonly bound: readonly (EdgePort & BoundPort)[];
  readonly unbound: readonly UnboundPort[];
}

export const noFurtherPorts: FurtherPorts = { bound: [], unbound: [] };

/**
 * Binds what is wanted; sockets of `present` that are still wanted, be it under another name, are used again and the
 * others stay open: `closeUnused` is for later. Throws when a port that is not optional cannot be bound.
 */
export function bindFurther(
  host: string,
  wanted: readonly WantedPort[],
  present: FurtherPorts = noFurtherPorts,
): FurtherPorts {
  const fresh: BoundPort[] = [];
  const bound: (EdgePort & BoundPort)[] = [];
  const unbound: UnboundPort[] = [];
  for (const { optional = false, ...one } of wanted) {
    const kept =
      present.bound.find((other) => sameListener(one, other)) ??
      present.bound.find(({ port }) => one.port !== 0 && port === one.port);
    try {
      const socket = kept ?? bindPort(host, one.port);
      if (kept === undefined) fresh.push(socket);
      bound.push({ kind: one.kind, name: one.name, port: socket.port, socket: socket.socket });
    } catch (error) {
      if (optional) {
        unbound.push({ ...one, words: bindFailure(error, one.port) });
        continue;
      }
      for (const { socket } of fresh) socket.close();
      throw error;
    }
  }
  return { bound, unbound };
}

/** Closes the sockets of `former` that `now` does not have. */
export function closeUnused(former: FurtherPorts, now: FurtherPorts): void {
  for (const { socket } of former.bound) if (!now.bound.some((one) => one.socket === socket)) socket.close();
}

/** Without the sockets, for those that only need to know. */
export function portsIn({ bound }: FurtherPorts): readonly EdgePort[] {
  return bound.map(({ kind, name, port }) => ({ kind, name, port }));
}
