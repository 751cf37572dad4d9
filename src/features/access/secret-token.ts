/** Random references of 256 bits: session cookies, API tokens, set-up links. Only their SHA-256 is ever stored. */
import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../lib/secret.ts';

/** `prefix` lets secret scanners find a leaked one. */
export function newSecretToken(prefix = ''): Secret<string> {
  return new Secret(prefix + randomBytes(32).toString('base64url'));
}

/** What the database holds and looks up; no salt is needed for 256 random bits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A row's identifier: 128 random bits in hexadecimal. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}
