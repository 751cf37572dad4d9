/** A connection to a checked address, TLS included; nothing is sent before both are good. */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import {
  type AddressRefusal,
  AddressRefused,
  type AddressRules,
  addressRefusal,
  checkedLookup,
  literalAddress,
  type Resolve,
} from '../../../lib/address-filter.ts';
import { allowListRules, mayBeAllowed } from '../../../lib/allow-list.ts';
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type FetchError, fetchError } from './fetch-error.ts';
import type { UrlOrigin } from './url-rules.ts';

/** Judges an HTTPS server by its chain, leaf first, and the host asked for; the reason when it is not accepted. */
export type VerifyServer = (chain: readonly Uint8Array[], host: string) => Promise<string | undefined>;

export interface ConnectionOptions {
  readonly origin: UrlOrigin;
  /** Hosts, addresses or CIDR blocks from the operator's allow-list. */
  readonly allowed: readonly string[];
  /** Let through whatever it is; for tests. */
  readonly testAllow: readonly string[];
  readonly resolve: Resolve;
  readonly verifyServer: VerifyServer | undefined;
  /** Milliseconds. */
  readonly within: number;
  readonly signal: AbortSignal;
}

/** Connects to one of the addresses of the URL's host, all of which must be allowed. The caller destroys the socket. */
export async function openConnection(url: URL, options: ConnectionOptions): Promise<Result<Socket, FetchError>> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { origin, allowed, testAllow } = options;
  const rules = allowListRules(host, { operator: origin === 'operator', allowed, testAllow });
  const literal = literalAddress(host);
  const refused = literal === undefined ? undefined : addressRefusal(literal, rules);
  if (refused !== undefined) return err(addressRefused(host, refused, origin));
  const secure = url.protocol === 'https:';
  if (secure && options.verifyServer === undefined)
    return err(fetchError('revocation.url-refused', 'HTTPS is not asked here.', 'Use an http URL.'));
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const lookup = checkedLookup(options.resolve, rules);
  const where = { host: literal ?? host, port, lookup, autoSelectFamily: true };
  const socket = secure
    ? tls.connect({
        ...where,
        servername: isIP(host) === 0 ? host : '',
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
      })
    : connectTcp(where);
  const failure = await connected(socket, secure ? 'secureConnect' : 'connect', options, rules);
  if (failure !== undefined) {
    socket.destroy();
    return err(wordsFor(failure, host, options.origin));
  }
  const fault = secure ? await options.verifyServer!(presentedChain(socket as tls.TLSSocket), host) : undefined;
  if (fault === undefined) return ok(socket);
  socket.destroy();
  return err(
    fetchError(
      'revocation.server-certificate',
      `The certificate of ${printable(host)} is not accepted: ${fault}`,
      'Append the CA of that server to the trusted CA list, or have its certificate mended.',
    ),
  );
}

/** Waits for the event; the reason when it does not come. The address connected to is looked at once more. */
function connected(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { within, signal }: ConnectionOptions,
  rules: AddressRules,
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(new Error('no connection within 2 s')), within);
    const aborted = (): void => finish(new Error('given up'));
    const finish = (error: Error | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      resolve(error);
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', finish);
    socket.once('close', () => finish(new Error('the server closed the connection')));
    socket.once(event, () => {
      const refused = socket.remoteAddress === undefined ? undefined : addressRefusal(socket.remoteAddress, rules);
      finish(refused === undefined ? undefined : new AddressRefused(refused));
    });
  });
}

function wordsFor(error: Error & { readonly code?: string }, host: string, origin: UrlOrigin): FetchError {
  if (error instanceof AddressRefused) return addressRefused(host, error.refusal, origin);
  const name = printable(host);
  if (/^(ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|ECANCELLED|EBADNAME|EBADRESP)$/.test(error.code ?? ''))
    return fetchError(
      'revocation.name-unknown',
      `The name ${name} could not be resolved (${error.code}).`,
      'Check the name and the DNS servers of this machine.',
    );
  return fetchError(
    'revocation.no-connection',
    `No connection to ${name}: ${printable(error.message)}.`,
    'See whether the server runs and whether a firewall is in the way.',
  );
}

function addressRefused(host: string, refusal: AddressRefusal, origin: UrlOrigin): FetchError {
  const mayAllow = mayBeAllowed(refusal.kind) ? host : undefined;
  return fetchError(
    'revocation.address-refused',
    `${printable(host)} is not asked: ${refusal.words}.`,
    mayAllow === undefined
      ? 'Such addresses are never asked. Use a name that leads to the server from here.'
      : origin === 'certificate'
        ? `If this is a server of your own, allow the host ${printable(host)} in the revocation settings.`
        : 'Enter a public or private address.',
    mayAllow,
  );
}

function presentedChain(socket: tls.TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let at = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && chain.length < 10) {
    chain.push(new Uint8Array(at.raw));
    if (at.issuerCertificate === undefined || at.issuerCertificate === at) break;
    at = at.issuerCertificate;
  }
  return chain;
}
