/** Port 80 as the administration sees it: it tells the supervisor what shall be served, and waits until it is. */
import { Problem } from '../lib/problem.ts';
import type { HttpPortWish } from './http-port.ts';

/** To the supervisor, and its answer. */
export interface HttpPortMessage extends HttpPortWish {
  readonly type: 'http-port';
  readonly serial: number;
}

export interface HttpPortAnswer {
  readonly type: 'http-port';
  readonly serial: number;
  /** Why it is not served. */
  readonly error: string | null;
}

export interface HttpPortClient {
  /** Adds tokens with their answers, or removes them. Resolves when that is served; rejects with the reason. */
  serve(answers: Readonly<Record<string, string>>, how: 'add' | 'remove'): Promise<void>;
  /** Whether the port is open all the time, and whether what is no token is sent to HTTPS. */
  configure(settings: Pick<HttpPortWish, 'always' | 'redirect'>): Promise<void>;
  /** An answer of the supervisor. */
  take(answer: HttpPortAnswer): void;
}

/** `tell` sends a message to the supervisor. */
export function createHttpPortClient(tell: (message: HttpPortMessage) => void): HttpPortClient {
  const answers = new Map<string, string>();
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let settings: Pick<HttpPortWish, 'always' | 'redirect'> = { always: false, redirect: null };
  let serial = 0;
  const send = async (): Promise<void> => {
    const mine = ++serial;
    const served = Promise.withResolvers<void>();
    waiting.set(mine, served);
    const late = setTimeout(() => served.reject(notOpened('The supervisor does not answer.')), 10_000);
    tell({ type: 'http-port', serial: mine, answers: Object.fromEntries(answers), ...settings });
    await served.promise.finally(() => {
      clearTimeout(late);
      waiting.delete(mine);
    });
  };
  return {
    serve: (some, how) => {
      for (const [token, answer] of Object.entries(some)) {
        if (how === 'add') answers.set(token, answer);
        else answers.delete(token);
      }
      return send();
    },
    configure: (next) => {
      settings = next;
      return send();
    },
    take: ({ serial: told, error }) => {
      const served = waiting.get(told);
      if (error === null) served?.resolve();
      else served?.reject(notOpened(error));
    },
  };
}

function notOpened(detail: string): Problem {
  return new Problem({
    code: 'serve.http-port',
    status: 503,
    title: 'The port of HTTP-01 challenges cannot be opened.',
    detail,
    hint: 'Find out who listens there with ss -ltnp, or choose another port with --http-port.',
  });
}
