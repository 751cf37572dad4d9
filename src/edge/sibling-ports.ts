/** The listening sockets of an edge as another one on the same machine is to have them. */
import { type BoundPort, bindFailure, bindPort, sameListener, type UnboundPort } from './bind-port.ts';
import { type EdgeLaunch, type EdgePort, portsOf } from './launch.ts';

export interface SiblingPorts {
  readonly next: EdgeLaunch;
  readonly descriptors: readonly number[];
  readonly unbound: readonly UnboundPort[];
  /** Lets go of what was bound for it; to be called once it is started. */
  close(): void;
}

/** Without `wanted` the same ports. What cannot be bound is left out. */
export function siblingPorts(launch: EdgeLaunch, wanted?: readonly EdgePort[]): SiblingPorts {
  const [https, sip, ...present] = portsOf(launch);
  const base = [https!.descriptor, sip!.descriptor];
  const fresh: BoundPort[] = [];
  const unbound: UnboundPort[] = [];
  const further: (EdgePort & { readonly descriptor: number })[] = [];
  for (const one of wanted ?? present) {
    const kept =
      present.find((other) => sameListener(one, other)) ??
      present.find(({ port }) => one.port !== 0 && port === one.port);
    try {
      if (kept === undefined) fresh.push(bindPort(launch.address, one.port));
      const { port, descriptor } = kept ?? { port: fresh.at(-1)!.port, descriptor: fresh.at(-1)!.socket.fd() };
      further.push({ kind: one.kind, name: one.name, port, descriptor });
    } catch (error) {
      unbound.push({ kind: one.kind, name: one.name, port: one.port, words: bindFailure(error, one.port) });
    }
  }
  return {
    next: { ...launch, furtherPorts: further.map(({ kind, name, port }) => ({ kind, name, port })) },
    descriptors: [...base, ...further.map(({ descriptor }) => descriptor)],
    unbound,
    close() {
      for (const { socket } of fresh) socket.close();
    },
  };
}
