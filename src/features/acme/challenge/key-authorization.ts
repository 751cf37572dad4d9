/** What a challenge wants to see (RFC 8555 8.1, 8.3, 8.4): from a token of the CA and the account's key. */
import { createHash } from 'node:crypto';
import { AcmeProblem, quoted } from '../client/acme-problem.ts';

/**
 * The token, when it is one: 16 to 128 characters of base64url (RFC 8555 8: at least 128 bits). It becomes part of a
 * path and of DNS records, so nothing else is ever taken. Throws `acme.token-refused`.
 */
export function checkToken(token: string): string {
  if (/^[A-Za-z0-9_-]{16,128}$/.test(token)) return token;
  throw new AcmeProblem(
    'acme.token-refused',
    `The token ${quoted(token, 60)} is not 16 to 128 letters, digits, hyphens and underscores.`,
  );
}

/** `thumbprint`: of the account's key, by `jwkThumbprint`. */
export function keyAuthorization(token: string, thumbprint: string): string {
  return `${checkToken(token)}.${thumbprint}`;
}

/** The text of the TXT record (RFC 8555 8.4). */
export function dns01Value(keyAuthorization: string): string {
  return createHash('sha256').update(keyAuthorization).digest('base64url');
}

/** The name of the TXT record; a wildcard is proved at its base name. */
export function dns01Name(name: string): string {
  return `_acme-challenge.${name.replace(/^\*\./, '')}`;
}
