/** Which URLs may be asked at all: scheme, port and shape, before any name is looked up. */
import { printable } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type FetchError, fetchError } from './fetch-error.ts';

/** Who named the URL: an operator, or a certificate that a peer presented. */
export type UrlOrigin = 'operator' | 'certificate';

const longest = 2_048;
const usualPorts: readonly number[] = [80, 443, 8080];

/** The URL read, or why it is not asked. Certificates may name `http` only: RFC 6960 A.1, RFC 5280 4.2.1.13. */
export function checkUrl(
  text: string,
  origin: UrlOrigin,
  allowedPorts: readonly number[] = [],
): Result<URL, FetchError> {
  const refuse = (why: string): Result<never, FetchError> =>
    err(
      fetchError(
        'revocation.url-refused',
        `${printable(text, 200)}: ${why}`,
        'Only plain HTTP or HTTPS URLs are asked.',
      ),
    );
  if (text.length > longest) return refuse(`the URL is longer than ${longest} characters`);
  if (/[\s\u0000-\u001f\u007f\\]/.test(text)) return refuse('the URL holds blanks, controls or a backslash');
  const url = URL.parse(text);
  if (url === null) return refuse('this is no URL');
  const secure = url.protocol === 'https:';
  if (url.protocol !== 'http:' && !secure) return refuse(`the scheme ${url.protocol.slice(0, -1)} is not asked`);
  if (secure && origin === 'certificate') return refuse('URLs in certificates are asked by http only');
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(text))
    return refuse('the URL holds a user name or password');
  if (text.includes('#')) return refuse('the URL holds a fragment');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (!usualPorts.includes(port) && !allowedPorts.includes(port))
    return refuse(`port ${port} is not among 80, 443, 8080 and the allowed ports`);
  return ok(url);
}
