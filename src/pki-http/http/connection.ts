/**
 * One connection: requests read and answered one after the other, nothing kept that a client could make grow, every
 * wait with an end.
 */
import type { Socket } from 'node:net';
import { type HttpAnswer, headOf, nothingHere } from './answer.ts';
import { type HttpRequest, maxBody, maxHead, readRequest } from './read-request.ts';
import { sendFile } from './send-file.ts';

/** Answers a request; a Buffer is a whole answer, head included, as `wire` of the OCSP cache keeps it. */
export type Answerer = (request: HttpRequest) => HttpAnswer | Buffer;

export interface ConnectionTimes {
  /** From the first octet of a request, or from accept, to its end; milliseconds. */
  readonly request: number;
  /** Between two requests. */
  readonly idle: number;
  /** Without the client taking a piece of the answer. */
  readonly stall: number;
}

export const connectionTimes: ConnectionTimes = { request: 10_000, idle: 15_000, stall: 20_000 };
/** So that nobody keeps a place for ever; milliseconds. */
const longestLife = 300_000;

export class Connection {
  /** When it is closed unless something happens, by the monotonic clock in milliseconds. */
  deadline: number;
  readonly #socket: Socket;
  readonly #answer: Answerer;
  readonly #times: ConnectionTimes;
  #input: Buffer | undefined;
  #busy = false;
  #ended = false;
  #requests = 0;
  readonly #endsAt: number;

  constructor(socket: Socket, answer: Answerer, times: ConnectionTimes) {
    this.#socket = socket;
    this.#answer = answer;
    this.#times = times;
    this.deadline = performance.now() + times.request;
    this.#endsAt = performance.now() + longestLife;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    // a client that has closed its own direction still gets the answer
    socket.on('end', () => {
      this.#ended = true;
      if (!this.#busy) socket.end();
    });
    socket.on('error', () => socket.destroy());
  }

  /** The deadline passed. A client in the middle of a request is told so (RFC 9110 15.5.9). */
  expire(): void {
    if (this.#input !== undefined && !this.#busy) this.#refuse(408);
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#input === undefined) {
      this.#input = chunk;
      if (this.#requests > 0) this.deadline = performance.now() + this.#times.request;
    } else this.#input = Buffer.concat([this.#input, chunk]);
    // what goes beyond one request and the next one's beginning waits in the kernel
    if (this.#input.length > maxHead + maxBody) this.#socket.pause();
    if (!this.#busy) this.#work();
  }

  #work(): void {
    while (this.#input !== undefined) {
      const step = readRequest(this.#input);
      if (step.kind === 'more') break;
      if (step.kind === 'refused') {
        this.#refuse(step.status);
        return;
      }
      this.#input = step.length === this.#input.length ? undefined : this.#input.subarray(step.length);
      this.#requests++;
      const { request } = step;
      const last = !request.keepAlive || performance.now() > this.#endsAt || (this.#ended && this.#input === undefined);
      const answer = this.#answered(last && request.keepAlive ? { ...request, keepAlive: false } : request);
      if (answer === undefined) {
        this.#refuse(500);
        return;
      }
      if (this.#send(answer, request, last)) return;
    }
    if (this.#input === undefined) this.deadline = performance.now() + this.#times.idle;
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#ended) this.#socket.end();
  }

  /** A fault concerns this one client; undefined then. */
  #answered(request: HttpRequest): HttpAnswer | Buffer | undefined {
    try {
      return this.#answer(request);
    } catch {
      return undefined;
    }
  }

  /** True when the next request has to wait, or there is none. */
  #send(answer: HttpAnswer | Buffer, request: HttpRequest, last: boolean): boolean {
    const socket = this.#socket;
    if (Buffer.isBuffer(answer)) {
      // all that came was read: closing at once loses nothing and spares waiting for the client (RFC 9112 9.6)
      if (last && this.#input === undefined) socket.write(answer, () => process.nextTick(() => socket.destroy()));
      else if (last) socket.end(answer);
      else if (!socket.write(answer)) this.#pauseUntilDrained();
      this.deadline = performance.now() + this.#times.stall;
      return last || this.#busy;
    }
    const { status, lines, body } = answer;
    const bodyless = request.method === 'HEAD' || status === 304;
    const head = headOf(status, lines, status === 304 ? undefined : body.length, !last);
    if (body instanceof Uint8Array || bodyless) {
      return this.#send(bodyless ? Buffer.from(head, 'latin1') : joined(head, body as Uint8Array), request, last);
    }
    this.#busy = true;
    this.deadline = performance.now() + this.#times.stall;
    const moved = (): void => {
      this.deadline = performance.now() + this.#times.stall;
    };
    sendFile(socket, head, body, moved).then(
      () => this.#go(last),
      // a length was promised: only the end of the connection can take it back
      () => socket.destroy(),
    );
    return true;
  }

  #pauseUntilDrained(): void {
    this.#busy = true;
    this.#socket.once('drain', () => this.#go(false));
  }

  #go(last: boolean): void {
    this.#busy = false;
    if (last) this.#socket.end();
    else this.#work();
  }

  #refuse(status: number): void {
    const { lines, body } = nothingHere(status);
    this.#input = undefined;
    this.#busy = true;
    const head = headOf(status, lines, body.length, false);
    this.#socket.end(joined(head, body as Uint8Array));
    this.deadline = performance.now() + 1_000;
  }
}

function joined(head: string, body: Uint8Array): Buffer {
  const all = Buffer.allocUnsafe(head.length + body.length);
  all.write(head, 'latin1');
  all.set(body, head.length);
  return all;
}
