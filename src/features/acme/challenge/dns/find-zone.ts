/** Where a record has to be put: aliases are followed, then the zone and its servers are looked up (RFC 1034 4.2.1, 3.6.2). */

import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { printable } from '../../../../lib/printable.ts';
import { AcmeProblem } from '../../client/acme-problem.ts';
import { normalDnsName } from './dns-name.ts';

export interface FoundZone {
  /** The name at the end of all aliases, and the zone that it is in. */
  readonly name: string;
  readonly zone: string;
  /** The primary server by the SOA record. */
  readonly primary: string;
  /** Host names of the zone's name servers. */
  readonly servers: readonly string[];
}

/** What recursive look-ups need; the resolvers of the system unless others are named, as `address` or `address:port`. */
export function createDnsResolver(resolvers?: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (resolvers !== undefined) resolver.setServers([...resolvers]);
  return resolver;
}

/** What `work` comes to; look-ups of the resolver end, and reject, as soon as `signal` is aborted. */
export async function cancelledBy<T>(
  signal: AbortSignal | undefined,
  resolver: Resolver,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const cancel = (): void => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** Throws `acme.dns-server`. `zone`: when the operator named it. */
export async function findZone(resolver: Resolver, name: string, zone?: string): Promise<FoundZone> {
  const target = await followAliases(resolver, normalDnsName(name));
  const labels = target.split('.');
  const candidates = zone === undefined ? labels.map((_, i) => labels.slice(i).join('.')) : [normalDnsName(zone)];
  if (zone !== undefined && target !== candidates[0] && !target.endsWith(`.${candidates[0]}`))
    throw new AcmeProblem('acme.dns-server', `${printable(target)} is not in the zone ${printable(zone)}.`);
  for (const candidate of candidates) {
    // an alias begins no zone, yet what is asked of it is answered with the records of its target (RFC 1034 3.6.2)
    if (candidate !== target && (await aliasOf(resolver, candidate)) !== undefined) continue;
    const soa = await answerOf(() => resolver.resolveSoa(candidate), candidate);
    if (soa === undefined) continue;
    const servers = (await answerOf(() => resolver.resolveNs(candidate), candidate)) ?? [];
    const primary = normalDnsName(soa.nsname);
    return { name: target, zone: candidate, primary, servers: servers.map((one) => normalDnsName(one)).slice(0, 16) };
  }
  throw new AcmeProblem('acme.dns-server', `No zone is found that ${printable(target)} is in.`);
}

/** Addresses of a host; itself when it is one. Throws `acme.dns-server` when there are none. */
export async function addressesOf(resolver: Resolver, host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const [four, six] = await Promise.all([
    answerOf(() => resolver.resolve4(host), host),
    answerOf(() => resolver.resolve6(host), host),
  ]);
  const found = [...(four ?? []), ...(six ?? [])];
  if (found.length === 0) throw new AcmeProblem('acme.dns-server', `${printable(host)} has no address.`);
  return found.slice(0, 16);
}

/** More aliases than that go in circles. */
const mostAliases = 8;

async function followAliases(resolver: Resolver, name: string): Promise<string> {
  let at = name;
  for (let i = 0; i < mostAliases; i++) {
    const alias = await aliasOf(resolver, at);
    if (alias === undefined) return at;
    at = normalDnsName(alias);
    if (!/^[a-z0-9_.-]{1,253}$/.test(at))
      throw new AcmeProblem('acme.dns-server', `${printable(name)} is an alias of something that is no name.`);
  }
  throw new AcmeProblem('acme.dns-server', `The aliases of ${printable(name)} do not end.`);
}

async function aliasOf(resolver: Resolver, name: string): Promise<string | undefined> {
  return (await answerOf(() => resolver.resolveCname(name), name))?.[0];
}

/** Undefined when there is no such record; any other fault is thrown. */
async function answerOf<T>(ask: () => Promise<T>, name: string): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return undefined;
    throw new AcmeProblem('acme.dns-server', `The look-up of ${printable(name)} failed (${printable(code, 40)}).`);
  }
}
