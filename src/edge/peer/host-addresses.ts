/** The addresses that host names of zones have at present: looked up when a snapshot names them, then once a minute. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

export interface HostAddresses {
  of(host: string): readonly string[];
  /** These names and no others; settles when each was looked up once or four seconds are over. */
  follow(hosts: readonly string[]): Promise<void>;
  close(): void;
}

const everyMs = 60_000;
const patienceMs = 4_000;

/** What cannot be looked up keeps its last addresses. */
export function createHostAddresses(): HostAddresses {
  const known = new Map<string, readonly string[]>();
  let names: readonly string[] = [];
  const refresh = async () => {
    await Promise.all(
      names.map(async (name) => {
        const found = await lookup(name, { all: true }).catch(() => undefined);
        if (found !== undefined && names.includes(name))
          known.set(
            name,
            found.map(({ address }) => address),
          );
      }),
    );
  };
  const timer = setInterval(() => void refresh(), everyMs);
  timer.unref();
  return {
    of: (host) => known.get(host) ?? [],
    async follow(hosts) {
      names = [...new Set(hosts.filter((host) => isIP(host) === 0))];
      for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
      if (names.length === 0) return;
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, patienceMs).unref();
      });
      await Promise.race([refresh(), patience]);
    },
    close: () => clearInterval(timer),
  };
}
