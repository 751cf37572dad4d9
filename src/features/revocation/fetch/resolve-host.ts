/** Names to addresses by c-ares with short time-outs: no thread of the process waits for a slow DNS server. */
import { Resolver } from 'node:dns';
import type { Resolve } from '../../../lib/address-filter.ts';

const timeout = 2_000;

/** `servers`: other DNS servers than the system's, as `address` or `address:port`; for tests. */
export function createResolve(servers?: readonly string[]): Resolve {
  return (host, { family = 0 }, done) => {
    // a resolver for each name: the answers of one never wait behind those of another, and all of it can be cancelled
    const resolver = new Resolver({ timeout, tries: 1 });
    if (servers !== undefined) resolver.setServers(servers);
    const timer = setTimeout(() => resolver.cancel(), timeout);
    const ask = (kind: 4 | 6): Promise<readonly { address: string; family: 4 | 6 }[] | NodeJS.ErrnoException> =>
      new Promise((resolve) => {
        const answer = (error: NodeJS.ErrnoException | null, addresses: string[] = []): void =>
          resolve(error ?? addresses.map((address) => ({ address, family: kind })));
        if (family !== 0 && family !== kind) resolve([]);
        else if (kind === 4) resolver.resolve4(host, answer);
        else resolver.resolve6(host, answer);
      });
    void Promise.all([ask(4), ask(6)]).then(([four, six]) => {
      clearTimeout(timer);
      const found = [four, six].flatMap((one) => (one instanceof Error ? [] : one));
      const error = [four, six].find((one) => one instanceof Error);
      done(found.length === 0 ? (error ?? null) : null, found);
    });
  };
}
