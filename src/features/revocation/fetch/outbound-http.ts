/**
 * The one way out for URLs that operators typed or certificates name: the address is checked when the connection is
 * made, redirects are followed for operators only, every answer has a limit in bytes and in time, nothing is decoded.
 */

import type { Resolve } from '../../../lib/address-filter.ts';
import type { Clock } from '../../../lib/clock.ts';
import { err, type Result } from '../../../lib/result.ts';
import { openConnection, type VerifyServer } from './connection.ts';
import { exchange } from './exchange.ts';
import { type FetchError, fetchError } from './fetch-error.ts';
import { defaultFetchLimits, type FetchLimits, LoadLimits } from './load-limits.ts';
import { createResolve } from './resolve-host.ts';
import { checkUrl, type UrlOrigin } from './url-rules.ts';

/** What the operator allows beyond the rules; asked anew for each request. */
export interface FetchPolicy {
  /** Hosts, addresses or CIDR blocks that are let through although their addresses are not public. */
  readonly allowedHosts: readonly string[];
  readonly allowedPorts: readonly number[];
}

export interface FetchRequest {
  readonly url: string;
  readonly origin: UrlOrigin;
  readonly method: 'GET' | 'POST';
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** The most octets that the answer's body may have. */
  readonly maxBytes: number;
  /** Milliseconds for everything, waiting for a place included. */
  readonly within: number;
  /** A new file of mode 0600 that the body is written to; in memory unless given. Left behind also when it fails. */
  readonly file?: string;
  /** Media types of which the answer must have one; any unless given. */
  readonly mediaTypes?: readonly string[];
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

export interface FetchAnswer {
  /** 304 only when a condition was sent. */
  readonly status: 200 | 304;
  /** Empty when it went to a file. */
  readonly body: Uint8Array;
  readonly bytes: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export interface OutboundHttpDeps {
  readonly clock: Clock;
  readonly policy: () => FetchPolicy;
  /** Judges the certificates of HTTPS servers; without it HTTPS is refused. */
  readonly verifyServer?: VerifyServer;
  readonly limits?: FetchLimits;
  /** For tests: how names are resolved, and what is let through whatever the rules say. */
  readonly resolve?: Resolve;
  readonly testAllow?: readonly string[];
}

export interface OutboundHttp {
  fetch(request: FetchRequest): Promise<Result<FetchAnswer, FetchError>>;
  /** Connections open or being opened. */
  readonly running: number;
}

const redirects = 3;
const longestConnect = 2_000;

/** A client of its own: its limits count what goes through it. */
export function createOutboundHttp(deps: OutboundHttpDeps): OutboundHttp {
  const limits = new LoadLimits(deps.clock, deps.limits ?? defaultFetchLimits);
  const resolve = deps.resolve ?? createResolve();
  return {
    get running() {
      return limits.running;
    },
    async fetch(request) {
      const deadline = AbortSignal.timeout(Math.max(0, Math.min(Math.ceil(request.within), 0x7fffffff)));
      const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
      let url = request.url;
      for (let hop = 0; ; hop++) {
        const one = await fetchOne({ ...request, url }, signal, deps, limits, resolve);
        if (!('location' in one)) return one;
        const next = URL.parse(one.location, url);
        const problem =
          request.origin === 'certificate'
            ? 'the server redirects, which is not followed for URLs in certificates'
            : hop >= redirects
              ? `the server redirects more than ${redirects} times`
              : next === null || (url.startsWith('https:') && next.protocol !== 'https:')
                ? 'the server redirects to a place that is not asked'
                : undefined;
        if (problem !== undefined || next === null)
          return err(fetchError('revocation.redirect', `${url}: ${problem}.`, 'Enter the URL of the CRL itself.'));
        url = next.href;
      }
    },
  };
}

async function fetchOne(
  request: FetchRequest,
  signal: AbortSignal,
  deps: OutboundHttpDeps,
  limits: LoadLimits,
  resolve: Resolve,
): Promise<Result<FetchAnswer, FetchError> | { readonly location: string }> {
  const policy = deps.policy();
  const url = checkUrl(request.url, request.origin, policy.allowedPorts);
  if (!url.ok) return url;
  const place = await limits.enter(url.value.host, signal);
  if (place === 'busy')
    return err(fetchError('revocation.busy', 'Too many requests wait already.', 'It is tried again by itself.'));
  if (place === 'aborted') return err(tookTooLong(request));
  try {
    const connection = await openConnection(url.value, {
      origin: request.origin,
      allowed: policy.allowedHosts,
      testAllow: deps.testAllow ?? [],
      resolve,
      verifyServer: deps.verifyServer,
      within: longestConnect,
      signal,
    });
    if (!connection.ok) return signal.aborted ? err(tookTooLong(request)) : connection;
    try {
      const answer = await exchange(connection.value, url.value, request, signal);
      return 'ok' in answer && !answer.ok && signal.aborted ? err(tookTooLong(request)) : answer;
    } finally {
      connection.value.destroy();
    }
  } finally {
    place();
  }
}

function tookTooLong({ url, within }: FetchRequest): FetchError {
  return fetchError(
    'revocation.timeout',
    `${url}: no complete answer within ${Math.round(within / 100) / 10} s.`,
    'Ask who runs the server, or see whether a firewall is in the way.',
  );
}
