/**
 * Ends connections that take too long or only pretend to talk: one sweep over all of them twice a second instead of
 * timers per socket. Deadlines use the monotonic clock.
 */
import type { Socket } from 'node:net';

export type WatchReason = 'handshake-timeout' | 'first-byte-timeout' | 'idle-timeout' | 'ciphertext-flood';

export interface Watched {
  readonly address: string;
  /** How to end it; replaced once there is a TLS socket. */
  end: (reason: string) => void;
}

export interface WatchTimes {
  readonly handshakeMs: number;
  /** 0 for none. */
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface Watch {
  /** `handshakeDone` is called once, whichever way the handshake ends. */
  add(raw: Socket, address: string, handshakeDone: () => void): Watched;
  /** The handshake is done; `reader` tells whether bytes wait unread above TLS. */
  established(entry: Watched, reader: { readonly readableLength: number; isPaused(): boolean }): void;
  /** Application bytes moved. */
  touch(entry: Watched): void;
  remove(entry: Watched): void;
  setTimes(times: WatchTimes): void;
}

/** Bytes of ciphertext that may arrive without one application byte: KeyUpdates and empty records end here. */
const ciphertextAllowance = 65_536;

/** A watch that calls `overdue` once per entry that has to end; ending removes it through the socket's close. */
export function createWatch(overdue: (entry: Watched, reason: WatchReason) => void): Watch {
  let times: WatchTimes = { handshakeMs: 10_000, firstByteMs: 30_000, idleMs: 120_000 };
  const entries = new Set<Entry>();

  const sweep = () => {
    const now = performance.now();
    for (const entry of entries) {
      const reason = judge(entry, now, times);
      if (reason === undefined) continue;
      entry.ended = true;
      overdue(entry, reason);
    }
  };
  let timer: NodeJS.Timeout | undefined;

  return {
    add(raw, address, handshakeDone) {
      const now = performance.now();
      const entry: Entry = {
        raw,
        address,
        handshakeDone,
        since: now,
        seen: 0,
        moved: 0,
        phase: 'handshake',
        ended: false,
        end: () => raw.destroy(),
      };
      entries.add(entry);
      timer ??= setInterval(sweep, 500);
      return entry;
    },
    established(watched, reader) {
      const entry = watched as Entry;
      if (entry.phase === 'handshake' && entries.has(entry)) entry.handshakeDone();
      entry.phase = 'first-byte';
      entry.reader = reader;
      entry.since = performance.now();
      entry.seen = entry.raw.bytesRead;
    },
    touch(watched) {
      const entry = watched as Entry;
      entry.phase = 'open';
      entry.moved += 1;
    },
    remove(watched) {
      const entry = watched as Entry;
      if (!entries.delete(entry)) return;
      if (entry.phase === 'handshake') entry.handshakeDone();
      if (entries.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
    setTimes(next) {
      times = next;
    },
  };
}

interface Entry extends Watched {
  readonly raw: Socket;
  readonly handshakeDone: () => void;
  reader?: { readonly readableLength: number; isPaused(): boolean };
  phase: 'handshake' | 'first-byte' | 'open';
  /** Start of the phase, or of the present silence. */
  since: number;
  /** Ciphertext at the last application byte. */
  seen: number;
  /** Touches since the last sweep: a counter, so that moving bytes cost no look at the clock. */
  moved: number;
  ended: boolean;
}

function judge(entry: Entry, now: number, times: WatchTimes): WatchReason | undefined {
  if (entry.ended) return undefined;
  if (entry.phase === 'handshake') return now - entry.since > times.handshakeMs ? 'handshake-timeout' : undefined;
  if (entry.moved > 0) {
    entry.moved = 0;
    entry.since = now;
    entry.seen = entry.raw.bytesRead;
    return undefined;
  }
  // bytes that wait above TLS are application bytes that have not been asked for yet
  const waiting = entry.reader !== undefined && (entry.reader.readableLength > 0 || entry.reader.isPaused());
  if (!waiting && entry.raw.bytesRead - entry.seen > ciphertextAllowance) return 'ciphertext-flood';
  const silent = now - entry.since;
  if (entry.phase === 'first-byte' && times.firstByteMs > 0) {
    return silent > times.firstByteMs ? 'first-byte-timeout' : undefined;
  }
  return silent > times.idleMs ? 'idle-timeout' : undefined;
}
