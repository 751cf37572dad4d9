/** An edge's control socket: mode 0600 from its first moment, one line of JSON per message. */
import { unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Log } from '../../lib/log.ts';
import {
  type EdgeAnswer,
  type EdgeCommand,
  type EdgeRequest,
  type EdgeStatus,
  encodeLine,
  type Hello,
  lineReader,
  type StartedSibling,
} from './protocol.ts';

export interface ControlServer {
  /** Stops listening and removes the socket file. */
  close(): void;
}

/** Listens on `path`, taking it over from a process that is gone. `run` answers commands; what it throws is told. */
export async function serveControl(
  path: string,
  hello: Hello,
  run: (command: EdgeCommand) => Promise<EdgeStatus | StartedSibling>,
  log: Log,
): Promise<ControlServer> {
  removeFile(path);
  const server = createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.write(encodeLine(hello));
    const answer = async (request: EdgeRequest) => {
      const message = await run(request).then(
        (result): EdgeAnswer => ({ id: request.id, ok: true, result }),
        (error: unknown): EdgeAnswer => ({ id: request.id, ok: false, message: messageOf(error) }),
      );
      if (socket.writable) socket.write(encodeLine(message));
    };
    const read = lineReader((message) => void answer(message as EdgeRequest));
    socket.on('data', (chunk: string) => {
      try {
        read(chunk);
      } catch (error) {
        log.warn('control connection closed', { error });
        socket.destroy();
      }
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  // the file is born with the mode it keeps; binding a path happens within this call
  const umask = process.umask(0o177);
  server.listen(path, resolve);
  process.umask(umask);
  await promise;
  return {
    close: () => {
      server.close();
      removeFile(path);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // nothing was there
  }
}
