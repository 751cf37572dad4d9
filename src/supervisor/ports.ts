/** Binds the gateway's ports without accepting on them: the edges do that. */
import { BoundSocket, isIP } from 'node:net';
import type { EdgePort } from '../edge/launch.ts';
import { Problem } from '../lib/problem.ts';

export interface PortWish {
  /** A numeric address; `::` takes IPv4 too. */
  readonly address: string;
  /** 0 for any free port. */
  readonly httpsPort: number;
  readonly sipPort: number;
  /** SIP mutual TLS and relays. */
  readonly furtherPorts: readonly EdgePort[];
}

export interface BoundPorts {
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  readonly furtherPorts: readonly EdgePort[];
  /** Of the bound sockets, in the order HTTPS, SIP TLS, further ports; they stay owned here. */
  readonly descriptors: readonly number[];
  close(): void;
}

/** Takes all ports or none. Throws a Problem that names the port and says what to do. */
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
    ...wish.furtherPorts.map(({ kind, port }) => ({ flag: kind === 'relay' ? '--relays' : '--sip-mutual-port', port })),
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
  const bound: ReturnType<typeof bind>[] = [];
  const close = () => {
    for (const { socket } of bound) socket.close();
  };
  try {
    for (const { flag, port } of wishes) bound.push(bind(bound[0]?.address ?? wish.address, port, flag));
  } catch (error) {
    close();
    throw error;
  }
  const [https, sip, ...further] = bound;
  return {
    address: https!.address,
    httpsPort: https!.port,
    sipPort: sip!.port,
    furtherPorts: wish.furtherPorts.map((port, i) => ({ ...port, port: further[i]!.port })),
    descriptors: bound.map(({ socket }) => socket.fd()),
    close,
  };
}

function bind(host: string, port: number, flag: string): { socket: BoundSocket; address: string; port: number } {
  try {
    const socket = new BoundSocket({ host, port });
    const bound = socket.address();
    return { socket, address: host, port: typeof bound === 'string' ? port : bound.port };
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
