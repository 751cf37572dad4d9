/** The other end of an edge's control socket: used by the supervisor and by the administration process. */
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  controlSocketName,
  type EdgeAnswer,
  type EdgeCommand,
  type EdgeStatus,
  encodeLine,
  type Hello,
  lineReader,
  type StartedSibling,
} from './protocol.ts';

export interface EdgeControl {
  readonly hello: Hello;
  /** The edge's answer. Throws when the edge refuses, goes away or says nothing for `timeoutMs` (10 s unless told). */
  send(command: EdgeCommand, timeoutMs?: number): Promise<EdgeStatus | StartedSibling>;
  /** Settles when the connection is gone; with a running edge that means that the process ended. */
  readonly closed: Promise<void>;
  close(): void;
}

/** An edge on a machine with too much to do is late, and serves all the same. */
const patienceMs = 10_000;

/** The edge ended before it answered. */
export class EdgeGone extends Error {
  constructor() {
    super('the edge process ended');
    this.name = 'EdgeGone';
  }
}

/** Connects and waits for the hello. Throws the socket's error, EdgeGone, or an Error when no hello comes in time. */
export function connectEdge(path: string, timeoutMs = patienceMs): Promise<EdgeControl> {
  const { promise, resolve, reject } = Promise.withResolvers<EdgeControl>();
  const gone = Promise.withResolvers<void>();
  const waiting = new Map<number, (answer: EdgeAnswer | undefined) => void>();
  const socket = connect(path);
  socket.setEncoding('utf8');
  let nextId = 1;

  const timer = setTimeout(() => socket.destroy(new Error('no hello from the edge in time')), timeoutMs);
  const control = (hello: Hello): EdgeControl => ({
    hello,
    closed: gone.promise,
    close: () => socket.destroy(),
    send: (command, ms = patienceMs) =>
      new Promise((done, fail) => {
        const id = nextId++;
        const late = setTimeout(() => finish({ id, ok: false, message: `no answer within ${ms} ms` }), ms);
        const finish = (answer: EdgeAnswer | undefined) => {
          clearTimeout(late);
          waiting.delete(id);
          if (answer === undefined) fail(new EdgeGone());
          else if (answer.ok) done(answer.result);
          else fail(new Error(answer.message));
        };
        waiting.set(id, finish);
        if (socket.destroyed) finish(undefined);
        else socket.write(encodeLine({ id, ...command }));
      }),
  });
  const read = lineReader((message) => {
    if (isHello(message)) {
      clearTimeout(timer);
      resolve(control(message));
    } else {
      const answer = message as EdgeAnswer;
      waiting.get(answer.id)?.(answer);
    }
  });
  socket.on('data', (chunk: string) => {
    try {
      read(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : undefined);
    }
  });
  socket.on('error', reject);
  socket.on('close', () => {
    clearTimeout(timer);
    reject(new EdgeGone());
    for (const finish of waiting.values()) finish(undefined);
    gone.resolve();
  });
  return promise;
}

/** Paths of the control sockets in a data folder; some may be left over from edges that are gone. */
export async function controlSockets(folder: string): Promise<readonly string[]> {
  const run = join(folder, 'run');
  const names = await readdir(run).catch(() => []);
  return names.filter((name) => controlSocketName.test(name)).map((name) => join(run, name));
}

/** Whether connecting failed because nobody listens there any more, or ended just then. */
export function isLeftOver(error: unknown): boolean {
  if (error instanceof EdgeGone) return true;
  return error instanceof Error && 'code' in error && leftOver.has(error.code);
}

const leftOver: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE']);

function isHello(message: unknown): message is Hello {
  return typeof message === 'object' && message !== null && 'hello' in message && message.hello === 'tollgate-edge';
}
