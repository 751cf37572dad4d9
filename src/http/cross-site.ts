/**
 * Refuses what another site makes a browser send: Fetch Metadata (W3C), else the Origin, and a header that no form can
 * set. GET and HEAD change nothing and are not looked at.
 */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../lib/problem.ts';

/** `ambient`: the request is not signed by a token or the local socket, so a browser may have sent it by itself. */
export function refuseCrossSite(request: IncomingMessage, ambient: boolean): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const own = `https://${request.headers.host ?? ''}`;
  if (site !== undefined && site !== 'same-origin' && (ambient || site !== 'none')) throw refused('Sec-Fetch-Site');
  if (origin !== undefined && origin.toLowerCase() !== own.toLowerCase()) throw refused('Origin');
  if (!ambient) return;
  if (site === undefined && origin === undefined) throw refused('Origin');
  if (request.headers['x-requested-by'] === undefined) throw refused('X-Requested-By');
}

function refused(header: string): Problem {
  return new Problem({
    code: 'http.cross-site',
    status: 403,
    title: 'Refused: the request may come from another site',
    detail: `The header ${header} is missing or does not name this gateway.`,
    hint: 'Programs use a token (Authorization: Bearer tg_…); pages of the gateway send X-Requested-By.',
  });
}
