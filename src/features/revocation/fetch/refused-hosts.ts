/**
 * Hosts that URLs of certificates or distribution points led to and that were not asked because of their address alone:
 * what an operator may want to allow. Kept in memory; a host that is asked again and refused again is back.
 */
import type { Clock } from '../../../lib/clock.ts';
import type { Result } from '../../../lib/result.ts';
import type { FetchError } from './fetch-error.ts';
import type { FetchRequest, OutboundHttp } from './outbound-http.ts';

export interface RefusedHost {
  readonly host: string;
  /** The URL that led there last. */
  readonly url: string;
  /** Why it was not asked, in words. */
  readonly message: string;
  readonly times: number;
  /** Of the last time, milliseconds since 1970. */
  readonly at: number;
}

const mostHosts = 100;

export class RefusedHosts {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, RefusedHost>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same client, watched. */
  watch(http: OutboundHttp): OutboundHttp {
    return {
      get running() {
        return http.running;
      },
      fetch: async (request) => {
        const result = await http.fetch(request);
        this.#note(request, result);
        return result;
      },
    };
  }

  /** Newest first. */
  list(): readonly RefusedHost[] {
    return [...this.#hosts.values()].reverse();
  }

  /** After a change of what is allowed; who is still refused comes back by itself. */
  forget(): void {
    this.#hosts.clear();
  }

  #note({ url }: FetchRequest, result: Result<unknown, FetchError>): void {
    const host = result.ok ? undefined : result.error.allowHost;
    if (result.ok || host === undefined) return;
    const times = (this.#hosts.get(host)?.times ?? 0) + 1;
    this.#hosts.delete(host);
    this.#hosts.set(host, { host, url, message: result.error.message, times, at: this.#clock.now() });
    const oldest = this.#hosts.keys().next().value;
    if (this.#hosts.size > mostHosts && oldest !== undefined) this.#hosts.delete(oldest);
  }
}
