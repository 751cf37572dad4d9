/** Which URLs of an ACME server are used: https, at the directory's own host or one that the operator approved. */
import { printable } from '../../../../lib/printable.ts';
import { AcmeProblem } from '../acme-problem.ts';

/** Throws `acme.url-refused`, with the host where only an approval is missing. */
export type UrlRule = (text: string) => URL;

/**
 * `approved`: `host`, or `host:port` where the port is not 443. Without a list of public suffixes nobody can say which
 * hosts have one owner, so a neighbour of the directory's host needs an approval; a name below it does not.
 */
export function createUrlRule(directoryUrl: string, approved: readonly string[] = []): UrlRule {
  const home = checkShape(directoryUrl);
  const known = new Set(approved.map((one) => withPort(one.toLowerCase())));
  return (text) => {
    const url = checkShape(text);
    const samePort = portOf(url) === portOf(home);
    if (url.host === home.host || (samePort && url.hostname.endsWith(`.${home.hostname}`))) return url;
    if (known.has(`${url.hostname}:${portOf(url)}`)) return url;
    throw new AcmeProblem(
      'acme.url-refused',
      `${printable(url.origin, 200)} is neither the directory’s host ${printable(home.host)} nor one that was approved.`,
      { host: url.host },
    );
  };
}

/** An https URL without user, fragment, blanks or controls, at most 2048 characters. Throws `acme.url-refused`. */
export function checkShape(text: string): URL {
  const refuse = (why: string): AcmeProblem =>
    new AcmeProblem('acme.url-refused', `“${printable(text, 200)}”: ${why}.`);
  if (text.length > 2_048) throw refuse('the URL is longer than 2048 characters');
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\')) throw refuse('it holds characters that no URL has');
  const url = URL.parse(text);
  if (url === null) throw refuse('this is no URL');
  if (url.protocol !== 'https:') throw refuse('only https is used');
  if (url.username !== '' || url.password !== '' || /^https:\/\/[^/?#]*@/i.test(text)) throw refuse('it holds a user');
  if (text.includes('#')) throw refuse('it holds a fragment');
  return url;
}

function portOf(url: URL): string {
  return url.port === '' ? '443' : url.port;
}

function withPort(host: string): string {
  return /:\d+$/.test(host) && (host.startsWith('[') || host.indexOf(':') === host.lastIndexOf(':'))
    ? host
    : `${host}:443`;
}
