/** Public keys of accounts as JSON (RFC 7517, RFC 7518 6, RFC 8037 2): which are taken, their thumbprint (RFC 7638). */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { checkKey } from '../../../pki/key/check.ts';
import { parsePublicKey } from '../../../pki/key/public-key.ts';
import { AcmeError } from './acme-error.ts';
import { fromBase64url } from './base64url.ts';

/** The members that make the key, in the order in which RFC 7638 3.2 hashes them. */
export type Jwk =
  | { readonly crv: 'P-256' | 'P-384' | 'P-521'; readonly kty: 'EC'; readonly x: string; readonly y: string }
  | { readonly e: string; readonly kty: 'RSA'; readonly n: string }
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string };

export interface AccountKey {
  readonly jwk: Jwk;
  readonly key: KeyObject;
  /** SHA-256 of the canonical JWK, base64url: names the key, and stands in key authorizations. */
  readonly thumbprint: string;
  /** DER of SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
}

/** Throws `malformed` for what is no key, `badPublicKey` for one that is not taken. A private key is refused. */
export function readJwk(value: unknown): AccountKey {
  const read = schema.safeParse(value);
  if (!read.success)
    throw new AcmeError('badPublicKey', 'key-kind', 'The key is no EC (P-256, P-384, P-521), RSA or Ed25519 JWK.');
  const { d: secret, ...jwk } = read.data;
  if (secret !== undefined)
    throw new AcmeError(
      'badPublicKey',
      'private-key',
      'The JWK holds the private key. Make a new key: this one leaked.',
    );
  if (Object.values(jwk).some((member) => fromBase64url(member) === undefined && !names.has(member)))
    throw new AcmeError('malformed', 'key-encoding', 'A member of the JWK is not base64url without padding.');
  const key = keyObject(jwk);
  const publicKeyInfo = new Uint8Array(key.export({ type: 'spki', format: 'der' }));
  refuseWeak(publicKeyInfo);
  const canonical = canonicalJwk(key);
  return { jwk: canonical, key, thumbprint: thumbprintOf(canonical), publicKeyInfo };
}

/** The thumbprint that the key of a SubjectPublicKeyInfo (DER) has as one of an account; undefined when it cannot be one. */
export function accountThumbprint(publicKeyInfo: Uint8Array): string | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKeyInfo), format: 'der', type: 'spki' });
    return thumbprintOf(canonicalJwk(key));
  } catch {
    return undefined;
  }
}

const text = z.string().min(1).max(2_000);
const schema = z.discriminatedUnion('kty', [
  z.object({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'P-384', 'P-521']),
    x: text,
    y: text,
    d: z.unknown().optional(),
  }),
  z.object({ kty: z.literal('RSA'), n: text, e: text, d: z.unknown().optional() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: text, d: z.unknown().optional() }),
]);

const names: ReadonlySet<string> = new Set(['EC', 'RSA', 'OKP', 'P-256', 'P-384', 'P-521', 'Ed25519']);

/** OpenSSL refuses points that are not on their curve, and coordinates of the wrong length. */
function keyObject(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    throw new AcmeError('badPublicKey', 'key-value', 'The key is not what its kind says: make a new one.');
  }
}

/** The same table that judges keys of certificates: sizes, exponents, known flaws. */
function refuseWeak(publicKeyInfo: Uint8Array): void {
  const read = parsePublicKey(publicKeyInfo);
  const fault = read.ok ? checkKey(read.value, 'peer').refusals[0]?.message : read.error.message;
  if (fault !== undefined) throw new AcmeError('badPublicKey', 'weak-key', fault);
}

/** From the key itself: leading zero octets, which clients may send, do not count (RFC 8555 8.1). */
function canonicalJwk(key: KeyObject): Jwk {
  const jwk = schema.parse(key.export({ format: 'jwk' }));
  switch (jwk.kty) {
    case 'EC':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
    case 'RSA':
      return { e: jwk.e, kty: jwk.kty, n: jwk.n };
    case 'OKP':
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x };
  }
}

function thumbprintOf(canonical: Jwk): string {
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}
