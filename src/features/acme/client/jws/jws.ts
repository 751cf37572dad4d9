/** Flattened JSON Web Signatures (RFC 7515 7.2.2) as ACME uses them (RFC 8555 6.2), made by account keys and by HMAC keys. */
import { constants, createHmac, type KeyObject, sign } from 'node:crypto';
import { publicJwk } from './jwk.ts';

export interface JwsHeader {
  readonly url: string;
  /** Absent only inside other signatures: key change and external account binding. */
  readonly nonce?: string;
  /** The account's URL; without it the public key itself stands in the header. */
  readonly kid?: string;
}

export interface FlattenedJws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

/** `payload`: text that is signed as it is; empty for POST-as-GET (RFC 8555 6.3). */
export function signJws(key: KeyObject, header: JwsHeader, payload: string): FlattenedJws {
  const { kid, ...rest } = header;
  const who = kid === undefined ? { jwk: publicJwk(key) } : { kid };
  return flattened({ alg: jwsAlgorithm(key), ...who, ...rest }, payload, (input) => signature(key, input));
}

/** The same by a shared key: external account binding (RFC 8555 7.3.4). */
export function signHmacJws(
  key: Uint8Array,
  header: JwsHeader & { readonly kid: string },
  payload: string,
  algorithm: 'HS256' | 'HS384' | 'HS512' = 'HS256',
): FlattenedJws {
  const hash = `sha${algorithm.slice(2)}`;
  return flattened({ alg: algorithm, ...header }, payload, (input) => createHmac(hash, key).update(input).digest());
}

/** The one algorithm that a key signs by here (RFC 7518 3.1, RFC 8037 3.1). */
export function jwsAlgorithm(key: KeyObject): 'ES256' | 'ES384' | 'ES512' | 'RS256' | 'EdDSA' {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const found = key.asymmetricKeyType === 'ec' ? curves[curve] : undefined;
  if (found !== undefined) return found;
  throw new RangeError('an account key is RSA, P-256, P-384, P-521 or Ed25519');
}

const curves: Readonly<Record<string, 'ES256' | 'ES384' | 'ES512'>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

const digests = { ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', RS256: 'sha256', EdDSA: null } as const;

function signature(key: KeyObject, input: string): Uint8Array {
  return sign(digests[jwsAlgorithm(key)], Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
    ...(key.asymmetricKeyType === 'rsa' && { padding: constants.RSA_PKCS1_PADDING }),
  });
}

function flattened(header: object, payload: string, make: (input: string) => Uint8Array): FlattenedJws {
  const first = Buffer.from(JSON.stringify(header)).toString('base64url');
  const second = Buffer.from(payload).toString('base64url');
  return {
    protected: first,
    payload: second,
    signature: Buffer.from(make(`${first}.${second}`)).toString('base64url'),
  };
}
