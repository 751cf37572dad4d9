/** DNS as validations use it: c-ares with short time-outs, servers of the operator's choice, CNAMEs followed. */
import { type LookupAddress, promises } from 'node:dns';
import type { CaaRecord } from '../../../pki/caa/caa-rules.ts';
import { caaRecordOf } from '../../../pki/caa/relevant-records.ts';

export interface NameServer {
  /** Every address of the name. Rejects as node:dns does. */
  addresses(host: string): Promise<readonly LookupAddress[]>;
  /** Every TXT record of the name, its strings joined. */
  texts(name: string): Promise<readonly string[]>;
  /** The name that it is an alias of; undefined when it is none. */
  alias(name: string): Promise<string | undefined>;
  /** Every CAA record of the name itself, or of the one that it is an alias of. */
  caa(name: string): Promise<readonly CaaRecord[]>;
}

const timeout = 1_500;
const longest = 4_000;
const mostAnswers = 64;

/** `servers`: `address` or `address:port`; those of this machine when empty. */
export function createNameServer(servers: readonly string[]): NameServer {
  const ask = async <T>(question: (resolver: promises.Resolver) => Promise<T>): Promise<T> => {
    // one resolver for each question: no answer waits behind another, and each can be given up
    const resolver = new promises.Resolver({ timeout, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const timer = setTimeout(() => resolver.cancel(), longest);
    try {
      return await question(resolver);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    async addresses(host) {
      const [four, six] = await Promise.allSettled([
        ask((resolver) => resolver.resolve4(host)),
        ask((resolver) => resolver.resolve6(host)),
      ]);
      const found = [
        ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
        ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
      ].slice(0, mostAnswers);
      if (found.length === 0 && four.status === 'rejected') throw four.reason;
      return found;
    },
    texts: async (name) =>
      (await ask((resolver) => resolver.resolveTxt(name))).slice(0, mostAnswers).map((strings) => strings.join('')),
    async alias(name) {
      try {
        return (await ask((resolver) => resolver.resolveCname(name)))[0];
      } catch {
        return undefined;
      }
    },
    caa: async (name) => (await ask((resolver) => resolver.resolveCaa(name))).map(caaRecordOf),
  };
}
