/**
 * A connection to a server behind the gateway. Node destroys a socket whose write fails, with all that was not read
 * yet: a server that answers early and closes while a client still talks would not be heard. Here bytes that the server
 * does not want are dropped, and what it said is read to its end.
 */
import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/** A failed write alone ends nothing: `end` or `error` does, as the server left, then comes `close`. */
export class ServerSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, () => done());
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, () => done());
  }
}
