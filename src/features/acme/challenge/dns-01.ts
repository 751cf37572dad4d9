/**
 * DNS-01 (RFC 8555 8.4) by dynamic updates (RFC 2136) that a shared key signs (RFC 8945). A CNAME at the challenge's
 * name is followed, so that another zone can be made for challenges alone. The CA is told once every name server of
 * the zone has the record.
 */
import { randomInt } from 'node:crypto';
import type { Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressRefusal } from '../../../lib/address-filter.ts';
import type { Clock } from '../../../lib/clock.ts';
import { printable } from '../../../lib/printable.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import type { Identifier } from '../client/resource/identifier.ts';
import { addressRulesFor } from '../client/wire/address-rules.ts';
import type { ChallengeSolver } from './challenge-solver.ts';
import { askServer, type DnsServer } from './dns/dns-exchange.ts';
import {
  addedTxt,
  type DnsRecord,
  encodeDnsMessage,
  questionFor,
  recordTypes,
  removedTxt,
  responseCodeText,
  txtText,
  updateOf,
} from './dns/dns-message.ts';
import { DnsFault } from './dns/dns-name.ts';
import { addressesOf, cancelledBy, createDnsResolver, type FoundZone, findZone } from './dns/find-zone.ts';
import { signTsig, type TsigKey, verifyTsig } from './dns/tsig.ts';
import { dns01Name, dns01Value } from './key-authorization.ts';

export interface Dns01Options {
  readonly clock: Clock;
  /** Host or address that takes updates; the primary of the zone's SOA record unless given. */
  readonly server?: string;
  /** Where `server` is asked, for whatever; 53 unless given. Other name servers are asked at 53. */
  readonly port?: number;
  /** The zone that updates name; found by its SOA record unless given. */
  readonly zone?: string;
  readonly key: TsigKey;
  /** Seconds; 60 unless given. */
  readonly ttl?: number;
  /** Milliseconds until every name server must have the record; three minutes unless given. */
  readonly within?: number;
  /** Instead of the system's resolvers, as `address` or `address:port`. */
  readonly resolvers?: readonly string[];
  /** Instead of those that the zone names, as `address` or `address:port`. */
  readonly nameServers?: readonly string[];
  /** Addresses or CIDR blocks that may be this machine itself. */
  readonly allowed?: readonly string[];
}

export function createDns01Solver(options: Dns01Options): ChallengeSolver {
  const resolver = createDnsResolver(options.resolvers);
  const found = async ({ value }: Identifier): Promise<FoundZone> => findZone(resolver, dns01Name(value), options.zone);
  return {
    type: 'dns-01',
    // RFC 8738 7: not for addresses
    covers: ({ type }) => type === 'dns',
    present: (identifier, _token, proof, signal) =>
      cancelledBy(signal, resolver, async () => {
        const zone = await found(identifier);
        const record = addedTxt(zone.name, dns01Value(proof), options.ttl ?? 60);
        await update(resolver, zone, record, options, signal);
      }),
    ready: (identifier, _token, proof, signal) =>
      cancelledBy(signal, resolver, async () =>
        seenEverywhere(resolver, await found(identifier), dns01Value(proof), signal, options),
      ),
    remove: async (identifier, _token, proof) => {
      const zone = await found(identifier);
      await update(resolver, zone, removedTxt(zone.name, dns01Value(proof)), options);
    },
  };
}

async function update(
  resolver: Resolver,
  { zone, primary }: FoundZone,
  change: DnsRecord,
  options: Dns01Options,
  signal?: AbortSignal,
): Promise<void> {
  const { key, clock, server = primary, port = 53 } = options;
  const faults: string[] = [];
  for (const address of await addressesOf(resolver, server)) {
    signal?.throwIfAborted();
    checkAddress(address, options.server === address ? [address] : options.allowed);
    try {
      const signed = signTsig(updateOf(randomInt(65_536), zone, [change]), key, clock.now());
      const { bytes, message } = await askServer({ address, port }, signed.bytes, atMost(15_000, signal));
      verifyTsig(bytes, message, key, signed.mac, clock.now());
      if (message.code === 0) return;
      faults.push(`${address}: ${responseCodeText(message.code)}`);
    } catch (error) {
      if (!(error instanceof DnsFault) && (error as Error).name !== 'TimeoutError') throw error;
      faults.push(`${address}: ${(error as Error).message}`);
    }
  }
  throw new AcmeProblem('acme.dns-server', `The update of the zone ${printable(zone)} failed: ${faults.join('; ')}.`);
}

interface NameServer {
  readonly host: string;
  readonly servers: readonly DnsServer[];
}

/** Asks again and again until every name server answers with the value. */
async function seenEverywhere(
  resolver: Resolver,
  { name, servers, primary }: FoundZone,
  value: string,
  signal: AbortSignal,
  options: Dns01Options,
): Promise<void> {
  const { clock, within = 180_000, nameServers, server = primary, port = 53, allowed = [] } = options;
  const updated = { addresses: await addressesOf(resolver, server), port, allowed };
  const all =
    nameServers?.map(literalServer) ?? (await Promise.all(servers.map((host) => serverOf(resolver, host, updated))));
  if (all.length === 0)
    throw new AcmeProblem('acme.dns-server', `The zone of ${printable(name)} names no name servers.`);
  const until = clock.monotonic() + within;
  let waiting: readonly NameServer[] = all;
  for (let pause = 250; ; pause = Math.min(pause * 2, 10_000)) {
    const seen = await Promise.all(waiting.map((server) => hasValue(server, name, value, signal)));
    signal.throwIfAborted();
    waiting = waiting.filter((_, i) => !seen[i]);
    if (waiting.length === 0) return;
    if (clock.monotonic() + pause > until) break;
    await sleep(pause, undefined, { signal });
  }
  const late = waiting.map(({ host }) => printable(host)).join(', ');
  throw new AcmeProblem(
    'acme.dns-not-seen',
    `After ${Math.round(within / 1_000)} s the record ${printable(name)} is still not seen at ${late}.`,
  );
}

/** One address with the value and none without; addresses of the same server that do not answer do not count. */
async function hasValue({ servers }: NameServer, name: string, value: string, signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(
    servers.map(async (server) => {
      try {
        const question = encodeDnsMessage(questionFor(randomInt(65_536), name, recordTypes.TXT));
        const { message } = await askServer(server, question, atMost(10_000, signal));
        return message.answer.some(
          (one) => one.type === recordTypes.TXT && one.name === name && txtText(one.data) === value,
        );
      } catch {
        return undefined;
      }
    }),
  );
  return answers.includes(true) && !answers.includes(false);
}

function atMost(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(milliseconds);
  return signal === undefined ? late : AbortSignal.any([late, signal]);
}

/** Where updates went: the one server that may listen at another port. */
interface UpdatedServer {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly allowed: readonly string[];
}

async function serverOf(resolver: Resolver, host: string, updated: UpdatedServer): Promise<NameServer> {
  const addresses = await addressesOf(resolver, host);
  for (const address of addresses) checkAddress(address, updated.allowed);
  const portOf = (address: string): number => (updated.addresses.includes(address) ? updated.port : 53);
  return { host, servers: addresses.map((address) => ({ address, port: portOf(address) })) };
}

/** `address`, `address:port`, `[address]:port`. */
function literalServer(text: string): NameServer {
  const [, inBrackets, bare, port = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: text, servers: [{ address: inBrackets ?? bare ?? text, port: Number(port) }] };
}

/** Private networks have name servers; this machine is asked only when the operator named its address. */
function checkAddress(address: string, allowed: readonly string[] = []): void {
  const refused = addressRefusal(address, addressRulesFor(address, allowed));
  if (refused !== undefined)
    throw new AcmeProblem('acme.address-refused', `No DNS server is asked there: ${refused.words}.`);
}
