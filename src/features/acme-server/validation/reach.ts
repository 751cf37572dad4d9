/**
 * Connections to the servers that are validated. Whoever orders a name chooses where they lead, so every address is
 * checked first and the connection is made to the checked ones: private and public addresses, or only the operator's
 * networks; never this machine itself, unless the operator named its address.
 */
import { connect, type Socket } from 'node:net';
import { type AddressRefusal, AddressRefused, addressRefusal, checkedLookup } from '../../../lib/address-filter.ts';
import { ownAddresses } from '../../../lib/own-addresses.ts';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import { coveredBy } from '../orders/name-policy.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import type { NameServer } from './name-server.ts';

export interface ReachOptions {
  readonly names: NameServer;
  /** Ranges let through beside; for tests and demonstrations. */
  readonly allow?: readonly string[];
  /** CIDR; empty: every private and public address. */
  readonly networks: readonly string[];
  readonly signal: AbortSignal;
}

/** Connects to a name or an address. The caller destroys the socket. */
export type Reach = (host: string, port: number) => Promise<Result<Socket, AcmeProblem>>;

/** Finding the addresses takes its part of it. */
const connectWithin = 8_000;

export function createReach({ names, networks, signal, allow = [] }: ReachOptions): Reach {
  return async (host, port) => {
    const literal = ipBytes(host) !== undefined;
    const refused = literal ? refusal(host, networks, allow) : undefined;
    if (refused !== undefined) return err(addressProblem(host, refused));
    const lookup = checkedLookup(
      (name, _options, done) => {
        names.addresses(name).then(
          (found) => {
            const bad = found.map(({ address }) => refusal(address, networks, allow)).find((one) => one !== undefined);
            if (bad === undefined) done(null, [...found]);
            else done(new AddressRefused(bad), []);
          },
          (error: NodeJS.ErrnoException) => done(error, []),
        );
      },
      // what may be called was decided above
      { allow: ['0.0.0.0/0', '::/0'] },
    );
    const socket = connect({ host, port, lookup, autoSelectFamily: true, signal });
    const failure = await connected(socket);
    if (failure === undefined) return ok(socket);
    socket.destroy();
    return err(wordsFor(failure, host, port));
  };
}

/** Why names that lead to this address are not validated; undefined when they may be. */
export function refusal(
  address: string,
  networks: readonly string[],
  allow: readonly string[] = [],
): AddressRefusal | undefined {
  if (coveredBy({ type: 'ip', value: address }, allow)) return undefined;
  if (networks.length === 0) return addressRefusal(address, { kinds: ['private', 'shared'], own: ownAddresses() });
  if (coveredBy({ type: 'ip', value: address }, networks)) return undefined;
  return { kind: 'reserved', address, words: `${address} is outside of the networks in which names are validated` };
}

function connected(socket: Socket): Promise<(Error & { readonly code?: string }) | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), connectWithin);
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      resolve(error);
    };
    socket.on('error', finish);
    socket.once('close', () => finish(new Error('closed')));
    socket.once('connect', () => finish());
  });
}

function wordsFor(error: Error & { readonly code?: string }, host: string, port: number): AcmeProblem {
  if (error instanceof AddressRefused) return addressProblem(host, error.refusal);
  const name = printable(host);
  const { code = '', syscall = '' } = innermost(error);
  if (/^query/.test(syscall) || code === 'ENOTFOUND') {
    const none = code === 'ENOTFOUND' || code === 'ENODATA';
    return none
      ? { type: 'dns', reason: 'dns-no-address', detail: `${name} has no address in DNS. Add an A or AAAA record.` }
      : { type: 'dns', reason: 'dns-failure', detail: `No DNS server told the addresses of ${name}: ${code}.` };
  }
  const words: Readonly<Record<string, readonly [reason: string, detail: string]>> = {
    ECONNREFUSED: ['connection-refused', 'Nothing listens there. Start the client’s server, or open the port.'],
    ETIMEDOUT: ['connection-timeout', 'There was no answer. See whether a firewall is in the way.'],
    ABORT_ERR: ['connection-timeout', 'There was no answer in time. See whether a firewall is in the way.'],
    ECONNRESET: ['connection-reset', 'The connection was reset.'],
    EHOSTUNREACH: ['unreachable', 'There is no route to it from here.'],
    ENETUNREACH: ['unreachable', 'There is no route to it from here.'],
  };
  const [reason, detail] = words[code] ?? ['connection-failed', `${printable(error.message, 120)}.`];
  return { type: 'connection', reason, detail: `${name}, port ${port}: ${detail}` };
}

/** Several addresses that all failed come as one error that holds the others. */
function innermost(error: Error): NodeJS.ErrnoException {
  const inner = error instanceof AggregateError ? (error.errors as Error[])[0] : undefined;
  return inner ?? error;
}

function addressProblem(host: string, refused: AddressRefusal): AcmeProblem {
  return {
    type: 'connection',
    reason: 'address-not-allowed',
    detail: `${printable(host)} is not validated: ${refused.words}. The operator of this CA may allow its network.`,
  };
}
