/**
 * Signed messages of clients: JWS in flattened JSON serialisation (RFC 7515 7.2.2) within the narrow form of RFC 8555
 * 6.2. Nothing of a message is believed before its signature was verified with a key that the caller chose.
 */
import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { z } from 'zod';
import { AcmeError, malformed } from './acme-error.ts';
import { fromBase64url } from './base64url.ts';

const signatureAlgorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'] as const;

export interface JwsHeader {
  readonly alg: string;
  readonly url?: string | undefined;
  readonly nonce?: string | undefined;
  /** The key itself, unread. */
  readonly jwk?: unknown;
  readonly kid?: string | undefined;
}

export interface Jws {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  /** What the signature covers. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Takes a message apart without verifying it. Throws `malformed`. */
export function readJws(value: unknown): Jws {
  const outer = flattened.safeParse(value);
  if (!outer.success) throw malformed('jws-form', 'The body is no JWS in flattened JSON serialisation (RFC 8555 6.2).');
  const { protected: head, payload, signature } = outer.data;
  const parts = [head, payload, signature].map(fromBase64url);
  const [headBytes, payloadBytes, signatureBytes] = parts;
  if (headBytes === undefined || payloadBytes === undefined || signatureBytes === undefined)
    throw malformed('jws-encoding', 'A member of the JWS is not base64url without padding.');
  const header = protectedHeader.safeParse(parseJson(headBytes));
  if (!header.success)
    throw malformed('jws-header', 'The protected header lacks alg, or a member is not what RFC 8555 6.2 says.');
  // RFC 7515 4.1.11: what is critical and unknown must be refused; RFC 7797 is excluded by RFC 8555 6.2
  if (header.data.crit !== undefined || header.data.b64 !== undefined)
    throw malformed('jws-critical', 'The protected header has extensions, and none is known here.');
  return { header: header.data, payload: payloadBytes, signed: `${head}.${payload}`, signature: signatureBytes };
}

/** Whether the key has signed the message with the algorithm the header names. Throws `badSignatureAlgorithm`. */
export function verifyJws({ header, signed, signature }: Jws, key: KeyObject): boolean {
  const algorithm = algorithms[header.alg];
  if (algorithm === undefined || !algorithm.fits(key)) throw wrongAlgorithm(header.alg);
  // of ECDSA both numbers in full length (RFC 7518 3.4); Node takes no other length for this encoding
  return verify(algorithm.hash, Buffer.from(signed, 'ascii'), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Throws `badSignatureAlgorithm` for what is not supported, `none` and the HMACs included (RFC 8555 6.2). */
export function requireSupported(alg: string): void {
  if (algorithms[alg] === undefined) throw wrongAlgorithm(alg);
}

/** Whether the message is authenticated by HMAC-SHA-256 with this key (RFC 8555 7.3.4). */
export function verifyHmac({ header, signed, signature }: Jws, key: Uint8Array): boolean {
  const expected = createHmac('sha256', key).update(signed).digest();
  return header.alg === 'HS256' && signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** JSON in strict UTF-8; undefined for anything else. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const part = z.string().max(90_000);

/** `signatures` and the unprotected `header` are forbidden by RFC 8555 6.2; an empty header is let pass, as others do. */
const flattened = z.object({
  protected: part.min(1),
  payload: part,
  signature: part.min(1),
  signatures: z.undefined().optional(),
  header: z.strictObject({}).optional(),
});

const protectedHeader = z.object({
  alg: z.string().max(20),
  url: z.string().max(2_000).optional(),
  nonce: z.string().max(200).optional(),
  jwk: z.unknown().optional(),
  kid: z.string().max(2_000).optional(),
  crit: z.unknown().optional(),
  b64: z.unknown().optional(),
});

interface Algorithm {
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  fits(key: KeyObject): boolean;
}

function ecdsa(hash: 'sha256' | 'sha384' | 'sha512', curve: string): Algorithm {
  return {
    hash,
    fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve,
  };
}

const algorithms: Readonly<Record<string, Algorithm | undefined>> = Object.assign(Object.create(null), {
  ES256: ecdsa('sha256', 'prime256v1'),
  ES384: ecdsa('sha384', 'secp384r1'),
  ES512: ecdsa('sha512', 'secp521r1'),
  EdDSA: { hash: null, fits: (key: KeyObject) => key.asymmetricKeyType === 'ed25519' },
  RS256: { hash: 'sha256', fits: (key: KeyObject) => key.asymmetricKeyType === 'rsa' },
});

function wrongAlgorithm(alg: string): AcmeError {
  return new AcmeError(
    'badSignatureAlgorithm',
    'algorithm',
    `The signature algorithm ${/^[\w-]{1,20}$/.test(alg) ? alg : 'named'} is not supported, or not for this key.`,
    { algorithms: signatureAlgorithms },
  );
}
