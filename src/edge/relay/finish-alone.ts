/** What a client said before it went away still goes to the server behind the gateway. */
import type { Socket } from 'node:net';

/** How long a server may take nothing of the rest, and how long the rest may take in all; milliseconds. */
const idleMs = 30_000;
const longestMs = 300_000;

/** Lets a connection end by itself that was told to; any other is broken off. True: it goes on for a while. */
export function finishAlone(server: Socket): boolean {
  if (!server.writableEnded || server.destroyed) {
    server.destroy();
    return false;
  }
  server.setTimeout(idleMs, () => server.destroy());
  const late = setTimeout(() => server.destroy(), longestMs);
  late.unref();
  server.once('close', () => clearTimeout(late));
  return true;
}
