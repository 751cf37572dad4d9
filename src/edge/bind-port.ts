/** Binds one port without accepting on it, and says in words why one cannot be bound. */
import { BoundSocket } from 'node:net';
import type { EdgePort } from './launch.ts';

export interface BoundPort {
  readonly socket: BoundSocket;
  /** The real one, also where 0 was asked for. */
  readonly port: number;
}

/** A port that is wanted and not listened on. */
export interface UnboundPort extends EdgePort {
  readonly words: string;
}

/** Throws what the system says. */
export function bindPort(host: string, port: number): BoundPort {
  const socket = new BoundSocket({ host, port });
  const bound = socket.address();
  return { socket, port: typeof bound === 'string' ? port : bound.port };
}

/** Whether the port could be bound at this moment. */
export function canBind(host: string, port: number): boolean {
  try {
    bindPort(host, port).socket.close();
    return true;
  } catch {
    return false;
  }
}

/** One sentence for people, and what to do. */
export function bindFailure(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'EADDRINUSE')
    return `Another program listens on port ${port}. Stop it (find it with: ss -ltnp 'sport = :${port}'), or choose another port.`;
  if (code === 'EACCES')
    return `Port ${port} may not be opened. Choose one above 1023, or grant the service CAP_NET_BIND_SERVICE.`;
  return `Port ${port} cannot be opened: ${code}.`;
}

/** Whether two ports are the same listener; 0 stands for any port. */
export function sameListener(wanted: EdgePort, there: EdgePort): boolean {
  return wanted.kind === there.kind && wanted.name === there.name && (wanted.port === 0 || wanted.port === there.port);
}
