/**
 * One TLS port of an edge: accepts on a socket that the supervisor bound, keeps the caps, ends what takes too long,
 * selects the identity by SNI, swaps identities without closing anything.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Log } from '../lib/log.ts';
import { acmeProtocol, challengeContexts, chooseProtocol } from './acme-tls.ts';
import { plainAddress } from './address.ts';
import { createConnectionCaps } from './connection-caps.ts';
import { buildContexts, type ListenerContexts } from './contexts.ts';
import type { ListenerStatus } from './control/protocol.ts';
import type { EdgeSettings, EdgeSnapshot, ListenerLimits } from './snapshot.ts';
import { answerStatusRequests } from './staples.ts';
import { createWatch, type Watched } from './watch.ts';

/** What becomes of a connection whose handshake is done. */
export type Opening =
  /** Takes it over. `touch` is to be called whenever application bytes move. */
  | { readonly serve: (touch: () => void) => void }
  /** Not one byte of it is read. */
  | { readonly refused: string };

export interface ListenerKind {
  readonly name: string;
  /** Asked for in the handshake, never demanded there: `open` judges the chain, by our own engine. */
  asksClientCertificate(snapshot: EdgeSnapshot): boolean;
  readonly alpn?: readonly string[];
  /** Whether CAs look here for TLS-ALPN-01 challenges. */
  readonly answersAcme?: boolean;
  /** Whether answers still go to a client that has closed its own direction. */
  readonly halfOpen: boolean;
  limits(settings: EdgeSettings): ListenerLimits;
  /** Time from handshake to first byte; 0 for none. */
  firstByteMs(settings: EdgeSettings): number;
  /** Decides about an established connection; a promise counts as part of the handshake and its time. */
  open(socket: TLSSocket, address: string): Opening | Promise<Opening>;
}

export interface Listener {
  /** Builds everything for the snapshot; `commit` of the result cannot fail. Throws when an identity is unusable. */
  prepare(snapshot: EdgeSnapshot): { commit(): void };
  /** Begins to accept on the inherited descriptor. */
  listen(descriptor: number): Promise<void>;
  /** Stops accepting; open connections go on. */
  stopAccepting(): void;
  /** Ends open connections, politely. */
  endAll(): void;
  destroyAll(): void;
  readonly open: number;
  status(): ListenerStatus;
}

/** A listener that accepts nothing until a snapshot is committed and `listen` is called. */
export function createListener(kind: ListenerKind, settings: EdgeSettings, log: Log): Listener {
  const closed = new Map<string, number>();
  const caps = createConnectionCaps(kind.limits(settings), settings.handshakes);
  const watch = createWatch((entry, reason) => {
    count(reason);
    log.debug('connection closed', { listener: kind.name, reason, address: entry.address });
    entry.end(reason);
  });
  const connections = new Map<string, Watched & { socket?: TLSSocket }>();
  let contexts: ListenerContexts | undefined;
  let challenges: ReturnType<typeof challengeContexts> = new Map();
  let accepted = 0;
  let established = 0;
  const count = (reason: string) => closed.set(reason, (closed.get(reason) ?? 0) + 1);

  const tls: TlsServer = createTlsServer({
    requestCert: false,
    rejectUnauthorized: false,
    ...(kind.alpn !== undefined && {
      ALPNCallback(this: TLSSocket, offered: { servername: string; protocols: string[] }) {
        return chooseProtocol(this, offered, kind.alpn ?? [], challenges);
      },
    }),
    SNICallback: (name, done) => {
      try {
        // an unknown name gets the default identity; a map of our own, because addContext only ever grows
        done(null, contexts?.byName.get(name.toLowerCase()));
      } catch (error) {
        done(error instanceof Error ? error : new Error('name selection failed'));
      }
    },
  });
  answerStatusRequests(tls, () => contexts?.staples);
  const server: Server = createServer({ noDelay: true });

  server.on('connection', (raw) => {
    raw.on('error', ignore);
    const key = keyOf(raw);
    if (contexts === undefined || key === undefined) {
      raw.destroy();
      return;
    }
    const address = plainAddress(raw.remoteAddress ?? '');
    const refusal = caps.take(address);
    if (refusal !== undefined) {
      count(refusal);
      raw.resetAndDestroy();
      return;
    }
    accepted += 1;
    const entry = watch.add(raw, address, () => caps.handshakeDone(address));
    connections.set(key, entry);
    raw.once('close', () => {
      caps.give(address);
      watch.remove(entry);
      if (connections.get(key) === entry) connections.delete(key);
    });
    tls.emit('connection', raw);
  });
  server.on('error', (error) => log.error('accepting failed', { listener: kind.name, error }));

  tls.on('tlsClientError', (error: Error & { code?: string }, socket) => {
    count('handshake-failed');
    log.debug('handshake failed', { listener: kind.name, code: error.code, reason: error.message });
    // without this the socket of a failed or overdue handshake stays open for ever
    socket.destroy();
  });

  tls.on('secureConnection', (socket) => {
    socket.on('error', (error: Error & { code?: string }) => {
      count(error.code === 'ERR_TLS_RENEGOTIATION_DISABLED' ? 'renegotiation' : 'connection-error');
      socket.destroy();
    });
    const key = keyOf(socket);
    const entry = key === undefined ? undefined : connections.get(key);
    if (entry === undefined) {
      socket.destroy();
      return;
    }
    if (socket.alpnProtocol === acmeProtocol) {
      // RFC 8737 3: the handshake was all
      socket.destroySoon();
      return;
    }
    // only now: a client that goes away in the middle of its handshake is to be gone here too
    socket.allowHalfOpen = kind.halfOpen;
    socket.disableRenegotiation();
    established += 1;
    entry.socket = socket;
    entry.end = () => socket.destroy();
    const open = (opening: Opening) => {
      if (socket.destroyed) return;
      if ('refused' in opening) {
        count('refused');
        log.debug('connection refused', { listener: kind.name, reason: opening.refused, address: entry.address });
        socket.destroySoon();
        return;
      }
      watch.established(entry, socket);
      opening.serve(() => watch.touch(entry));
    };
    const failed = (error: unknown) => {
      log.error('connection handler failed', { listener: kind.name, error });
      socket.destroy();
    };
    try {
      const opening = kind.open(socket, entry.address);
      if (opening instanceof Promise) opening.then(open).catch(failed);
      else open(opening);
    } catch (error) {
      failed(error);
    }
  });

  const adopt = (next: ListenerContexts, own: EdgeSettings, asks: boolean) => {
    // read by Node when a connection arrives
    Object.assign(tls, { requestCert: asks });
    tls.setSecureContext(next.options);
    contexts = next;
    caps.setLimits(kind.limits(own), own.handshakes);
    watch.setTimes({
      handshakeMs: own.handshakeMs,
      firstByteMs: kind.firstByteMs(own),
      idleMs: kind.limits(own).idleMs,
    });
  };

  return {
    prepare(snapshot) {
      const asks = kind.asksClientCertificate(snapshot);
      const next = buildContexts(snapshot, { tickets: !asks }, contexts);
      const asked = challengeContexts(kind.answersAcme === true ? (snapshot.acmeTls ?? []) : []);
      return {
        commit: () => {
          adopt(next, snapshot.settings, asks);
          challenges = asked;
        },
      };
    },
    async listen(descriptor) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen({ fd: descriptor, backlog: 4096 }, resolve);
      await promise;
      server.off('error', reject);
    },
    stopAccepting: () => {
      if (server.listening) server.close();
    },
    endAll: () => {
      for (const entry of connections.values()) {
        if (entry.socket === undefined) entry.end('ended');
        else entry.socket.end();
      }
    },
    destroyAll: () => {
      for (const entry of connections.values()) entry.end('ended');
    },
    get open() {
      return caps.open;
    },
    status: () => ({
      open: caps.open,
      handshaking: caps.handshaking,
      accepted,
      established,
      closed: Object.fromEntries(closed),
    }),
  };
}

function ignore(): void {}

/** A connection's two ends; undefined once it is gone. */
function keyOf(socket: Socket): string | undefined {
  if (socket.remoteAddress === undefined || socket.remotePort === undefined) return undefined;
  return `${socket.remotePort} ${socket.remoteAddress} ${socket.localAddress}`;
}
