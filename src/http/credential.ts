/** Finds what a request shows to say who it is: a token, the session cookie, or the local socket. */
import type { IncomingMessage } from 'node:http';
import type { Credential } from '../features/access/access.ts';
import { Problem } from '../lib/problem.ts';
import { readSessionCookie } from './headers.ts';
import type { Peer } from './preamble.ts';

/** A token counts before a cookie. The local socket is open to the owner of the data folder only. */
export function credentialOf(request: IncomingMessage, peer: Peer): Credential {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    return { kind: 'token', token: /^Bearer ([\w-]+)$/i.exec(authorization)?.[1] ?? '' };
  }
  const session = readSessionCookie(request.headers.cookie);
  if (session !== undefined) return { kind: 'session', token: session };
  return peer.kind === 'local' ? { kind: 'local' } : { kind: 'none' };
}

/** Throws `http.token-in-url` (400): addresses stand in histories and logs, where a secret must not. */
export function refuseTokenInUrl(url: string): void {
  const query = url.indexOf('?');
  if (query === -1 || !/tg_|[?&](access_)?token=|[?&](api_?key|password)=/i.test(url.slice(query))) return;
  throw new Problem({
    code: 'http.token-in-url',
    status: 400,
    title: 'A secret does not belong in the address',
    detail: 'The request has a token or a password in its query.',
    hint: 'Send Authorization: Bearer tg_… instead, and revoke this token: it may stand in a log by now.',
  });
}
