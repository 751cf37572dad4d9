/**
 * Reading a socket into a buffer that is used again and again. Node allocates a buffer outside its heap for every read
 * else, and a relay at full speed then spends a third of its time on collecting them. `net.connect` offers this as
 * `onread`; for a TLS socket of a server Node 24 has the same inside and no way to ask for it.
 */
import type { TLSSocket } from 'node:tls';

/** Bytes are only good until `take` returns; false stops the reading until `resume`. */
export type Take = (bytes: Uint8Array) => boolean;

/** False where this Node does not have what is needed: then nothing was changed. Call it before the stream flows. */
export function readInto(socket: TLSSocket, buffer: Uint8Array, take: Take): boolean {
  const handle: unknown = Reflect.get(socket, '_handle');
  const symbols = Object.getOwnPropertySymbols(socket);
  const [buffers, callback] = ['kBuffer', 'kBufferCb'].map((name) =>
    symbols.find(({ description }) => description === name),
  );
  if (buffers === undefined || callback === undefined || !isHandle(handle)) return false;
  Reflect.set(socket, callback, (length: number) => take(buffer.subarray(0, length)));
  Reflect.set(socket, buffers, buffer);
  handle.useUserBuffer(buffer);
  return true;
}

function isHandle(value: unknown): value is { useUserBuffer(buffer: Uint8Array): void } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'useUserBuffer') === 'function';
}
