/** A person at the API: logs in through the set-up link, then calls as the page does. Trusts what the gateway serves. */
import { request } from 'node:https';
import type { TestGateway } from './gateway.ts';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: T;
  readonly text: string;
}

export class ApiClient {
  readonly #url: URL;
  #cookie = '';

  constructor(url: string) {
    this.#url = new URL(url);
  }

  get cookie(): string {
    return this.#cookie;
  }

  get<T = unknown>(path: string): Promise<Answer<T>> {
    return this.call<T>('GET', path);
  }

  post<T = unknown>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return this.call<T>('POST', path, body);
  }

  /** `path` is below /api/v1. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(`/api/v1${path}`, this.#url),
        {
          method,
          rejectUnauthorized: false,
          headers: {
            'sec-fetch-site': 'same-origin',
            'x-requested-by': 'tollgate',
            ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
            ...(this.#cookie !== '' && { cookie: this.#cookie }),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const set = incoming.headers['set-cookie']?.[0]?.split(';')[0];
            if (set !== undefined) this.#cookie = set;
            const text = Buffer.concat(chunks).toString('utf8');
            const json = /json/.test(incoming.headers['content-type'] ?? '');
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text,
              body: (json && text !== '' ? JSON.parse(text) : text) as T,
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  /** The same, and throws unless the answer is good. Whoever has been at it for minutes gives the password again. */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    let answer = await this.call<T>(method, path, body);
    if (answer.text.includes('"access.confirm-needed"')) {
      await this.call('POST', '/session/confirm', { password: administrator.password });
      answer = await this.call<T>(method, path, body);
    }
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }
}

export const administrator = { name: 'admin', password: 'plum orbit canvas 47 lantern' } as const;

/** Uses the set-up link of a new gateway; the client that comes back is logged in as administrator. */
export async function setUp(gateway: TestGateway): Promise<ApiClient> {
  const client = new ApiClient(gateway.url);
  await client.must('POST', '/setup', { token: gateway.setupToken, ...administrator });
  if (client.cookie === '') await client.must('POST', '/session', administrator);
  return client;
}
