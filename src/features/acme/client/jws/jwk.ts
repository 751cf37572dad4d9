/** Public keys as JSON Web Keys (RFC 7517, RFC 8037) with their thumbprints (RFC 7638). */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** The required members only, in the order that the thumbprint wants. */
export type PublicJwk =
  | { readonly crv: string; readonly kty: 'EC'; readonly x: string; readonly y: string }
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string }
  | { readonly e: string; readonly kty: 'RSA'; readonly n: string };

/** The public half of a key. Throws a RangeError for a kind that ACME servers do not take. */
export function publicJwk(key: KeyObject): PublicJwk {
  const { kty, crv, x, y, n, e } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  if (kty === 'EC' && crv !== undefined && x !== undefined && y !== undefined) return { crv, kty, x, y };
  if (kty === 'OKP' && crv === 'Ed25519' && x !== undefined) return { crv, kty, x };
  if (kty === 'RSA' && n !== undefined && e !== undefined) return { e, kty, n };
  throw new RangeError('an account key is RSA, P-256, P-384, P-521 or Ed25519');
}

/** SHA-256 thumbprint, base64url. */
export function jwkThumbprint(jwk: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
}
