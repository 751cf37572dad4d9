/** Binds the gateway's ports without accepting on them: the edges do that. */
import { type BoundSocket, isIP } from 'node:net';
import { bindPort, type UnboundPort } from '../edge/bind-port.ts';
import type { EdgePort } from '../edge/launch.ts';
import { Problem } from '../lib/problem.ts';
import {
  bindFurther,
  closeUnused,
  type FurtherPorts,
  noFurtherPorts,
  portsIn,
  type WantedPort,
} from './further-ports.ts';

export interface PortWish {
  /** A numeric address; `::` takes IPv4 too. */
  readonly address: string;
  /** 0 for any free port. */
  readonly httpsPort: number;
  readonly sipPort: number;
  /** SIP mutual TLS and relays. */
  readonly furtherPorts: readonly WantedPort[];
}

export interface BoundPorts {
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  readonly furtherPorts: readonly EdgePort[];
  /** Optional ports that could not be bound. */
  readonly unbound: readonly UnboundPort[];
  /** Of the bound sockets, in the order HTTPS, SIP TLS, further ports; they stay owned here. */
  readonly descriptors: readonly number[];
  /** The same with other further ports; `letGo` closes those that are no longer among them. Never throws. */
  withFurther(wanted: readonly WantedPort[]): { readonly ports: BoundPorts; letGo(): void };
  close(): void;
}

/** Takes all ports, but for optional ones, or none. Throws a Problem that names the port and says what to do. */
export function bindPorts(wish: PortWish): BoundPorts {
  if (isIP(wish.address) === 0) {
    throw problem('serve.address', 'The address to listen on is not an IP address.', `${wish.address} was given.`, {
      hint: 'Give a numeric address, :: for every address of this machine, or 127.0.0.1 for this machine alone.',
    });
  }
  const taken = new Map<number, string>();
  const wishes = [
    { flag: '--https-port', port: wish.httpsPort },
    { flag: '--sip-port', port: wish.sipPort },
    ...wish.furtherPorts
      .filter(({ optional }) => optional !== true)
      .map((one) => ({ flag: flagOf(one), port: one.port })),
  ];
  for (const { flag, port } of wishes) {
    const other = port === 0 ? undefined : taken.get(port);
    if (other !== undefined) {
      throw problem('serve.same-port', 'Two listeners cannot share a port.', `${other} and ${flag} are both ${port}.`, {
        hint: `Change ${other} or ${flag}.`,
      });
    }
    taken.set(port, flag);
  }
  const bound: Bound[] = [];
  try {
    for (const { flag, port } of wishes.slice(0, 2)) bound.push(bind(bound[0]?.address ?? wish.address, port, flag));
    const [https, sip] = bound as [Bound, Bound];
    return assemble(https, sip, furtherOf(https.address, wish.furtherPorts));
  } catch (error) {
    for (const { socket } of bound) socket.close();
    throw error;
  }
}

interface Bound {
  readonly socket: BoundSocket;
  readonly address: string;
  readonly port: number;
}

function assemble(https: Bound, sip: Bound, further: FurtherPorts): BoundPorts {
  return {
    address: https.address,
    httpsPort: https.port,
    sipPort: sip.port,
    furtherPorts: portsIn(further),
    unbound: further.unbound,
    descriptors: [https, sip, ...further.bound].map(({ socket }) => socket.fd()),
    withFurther(wanted) {
      const next = bindFurther(
        https.address,
        wanted.map((one) => ({ ...one, optional: true })),
        further,
      );
      return { ports: assemble(https, sip, next), letGo: () => closeUnused(further, next) };
    },
    close() {
      for (const { socket } of [https, sip]) socket.close();
      closeUnused(further, noFurtherPorts);
    },
  };
}

function furtherOf(host: string, wanted: readonly WantedPort[]): FurtherPorts {
  let current: WantedPort | undefined;
  try {
    // one at a time, so that the one that fails is known
    return wanted.reduce<FurtherPorts>((bound, one) => {
      current = one;
      const next = bindFurther(host, [one]);
      return { bound: [...bound.bound, ...next.bound], unbound: [...bound.unbound, ...next.unbound] };
    }, noFurtherPorts);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw explain(error, code, host, current?.port ?? 0, current === undefined ? '' : flagOf(current));
  }
}

function flagOf({ kind }: EdgePort): string {
  return kind === 'relay' ? '--relays' : '--sip-mutual-port';
}

function bind(host: string, port: number, flag: string): Bound {
  try {
    return { ...bindPort(host, port), address: host };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // a machine without IPv6
    if (host === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return bind('0.0.0.0', port, flag);
    throw explain(error, String(code), host, port, flag);
  }
}
function explain(error: unknown, code: string, host: string, port: number, flag: string): unknown {
  if (code === 'EADDRINUSE') {
    return problem(
      'serve.port-in-use',
      `Port ${port} is in use.`,
      `Another program listens on port ${port} (${host}).`,
      {
        hint: `Find it with: ss -ltnp 'sport = :${port}'. Stop it, or choose another port with ${flag}.`,
        cause: error,
      },
    );
  }
  if (code === 'EACCES') {
    return problem('serve.port-forbidden', `Port ${port} may not be opened.`, `Ports below 1024 need a right.`, {
      hint: `Choose a port above 1023 with ${flag}, or grant the service CAP_NET_BIND_SERVICE.`,
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL') {
    return problem('serve.address', 'The address to listen on is not of this machine.', `${host} was given.`, {
      hint: 'List the addresses of this machine with: ip address.',
      cause: error,
    });
  }
  return error;
}

function problem(code: string, title: string, detail: string, more: { hint: string; cause?: unknown }): Problem {
  return new Problem({ code, status: 500, title, detail, hint: more.hint }, more.cause);
}
