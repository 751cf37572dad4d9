/**
 * What is spoken on an edge's control socket: lines of JSON. The edge says hello first; each request carries an id,
 * each answer the same id. `drain`, `sibling` and `stop` keep their meaning in every version of the protocol, so that
 * a newer gateway can replace an older edge.
 */
import type { UnboundPort } from '../bind-port.ts';
import type { EdgePort } from '../launch.ts';

/** Grows when a command changes its meaning. Edges that speak another one are replaced, not adopted. */
export const controlProtocol = 2;

/** The first line, sent by the edge. */
export interface Hello {
  readonly hello: 'tollgate-edge';
  readonly protocol: number;
  /** Of the package the edge was started from. */
  readonly version: string;
  readonly pid: number;
  readonly address: string;
  readonly httpsPort: number;
  readonly sipPort: number;
  /** Missing in an edge of protocol 1. */
  readonly furtherPorts?: readonly EdgePort[];
}

export type EdgeCommand =
  | { readonly command: 'status' }
  /** Serves the snapshot on disk; refused when its serial is below `serial`. Answered once new handshakes use it. */
  | { readonly command: 'load'; readonly serial?: number }
  /** Stops accepting; ends by itself when the last connection is gone, at the latest after `ms`. */
  | { readonly command: 'drain'; readonly ms: number }
  /**
   * Starts another edge process on the same listening sockets, from the given entry file. With `furtherPorts` it listens
   * on these beside HTTPS and SIP TLS: sockets that are there are shared, others bound.
   */
  | { readonly command: 'sibling'; readonly entry: string; readonly furtherPorts?: readonly EdgePort[] }
  /** Stops accepting, lets running HTTPS requests finish for a moment, then ends. */
  | { readonly command: 'stop' };

export type EdgeRequest = EdgeCommand & { readonly id: number };

export type EdgeAnswer =
  | { readonly id: number; readonly ok: true; readonly result: EdgeStatus | StartedSibling }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface StartedSibling {
  readonly pid: number;
  /** Ports that were asked for and could not be bound. */
  readonly unbound?: readonly UnboundPort[];
}

export interface EdgeStatus {
  readonly pid: number;
  /** `waiting`: there is no snapshot that could be served, and nothing is accepted. */
  readonly state: 'waiting' | 'serving' | 'draining';
  /** Of the snapshot that new handshakes get; 0 while waiting. */
  readonly serial: number;
  /** Bytes in heap and buffers. */
  readonly memory: number;
  /** The longest the process took to look at its sockets again, since it was asked last; milliseconds. */
  readonly longestPause: number;
  /** Why the last load failed, in words. */
  readonly problem?: string;
  readonly https: ListenerStatus;
  readonly sip: ListenerStatus;
  /** The other listeners, by name. */
  readonly further: Readonly<Record<string, ListenerStatus>>;
  /** CRLs that the snapshot names and that cannot be used, and why. */
  readonly crlProblems: readonly string[];
}

export interface ListenerStatus {
  readonly open: number;
  readonly handshaking: number;
  readonly accepted: number;
  readonly established: number;
  /** Connections that were refused or closed by the edge, by reason. */
  readonly closed: Readonly<Record<string, number>>;
}

/** Where edges have their control sockets, below the data folder. */
export const controlSocketName = /^edge-(\d+)\.sock$/;

/** One message as its line. */
export function encodeLine(message: Hello | EdgeRequest | EdgeAnswer): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a stream of text into lines and hands each, parsed, to `take`. Throws when a line is too long or not JSON. */
export function lineReader(take: (message: unknown) => void, maxLength = 65_536): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      take(JSON.parse(line));
    }
    if (rest.length > maxLength) throw new Error(`a line longer than ${maxLength} characters`);
  };
}
