import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { test } from 'node:test';
import { jwkThumbprint, publicJwk } from './jwk.ts';
import { type FlattenedJws, jwsAlgorithm, signHmacJws, signJws } from './jws.ts';

const keys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
} as const;

const lengths = { ES256: 64, ES384: 96, ES512: 132, RS256: 256, EdDSA: 64 } as const;

test('signatures have the form and length of their algorithm and verify', () => {
  for (const [algorithm, key] of Object.entries(keys)) {
    assert.equal(jwsAlgorithm(key), algorithm);
    const jws = signJws(
      key,
      { nonce: 'n', url: 'https://ca.example.com/x', kid: 'https://ca.example.com/account/1' },
      '{"a":1}',
    );
    assert.equal(Buffer.from(jws.signature, 'base64url').length, lengths[algorithm as keyof typeof lengths]);
    assert.ok(verifies(key, jws), algorithm);
    assert.deepEqual(header(jws), {
      alg: algorithm,
      kid: 'https://ca.example.com/account/1',
      nonce: 'n',
      url: 'https://ca.example.com/x',
    });
    assert.ok(!verifies(key, { ...jws, payload: Buffer.from('{"a":2}').toString('base64url') }));
  }
});

test('without an account the public key stands in the header, and never the private one', () => {
  for (const key of Object.values(keys)) {
    const { jwk, kid } = header(signJws(key, { nonce: 'n', url: 'u' }, ''));
    assert.equal(kid, undefined);
    assert.deepEqual(jwk, publicJwk(key));
    assert.ok(!['d', 'p', 'q'].some((member) => member in (jwk as object)));
  }
});

test('an empty payload is empty, as POST-as-GET has it', () => {
  assert.equal(signJws(keys.ES256, { nonce: 'n', url: 'u', kid: 'k' }, '').payload, '');
});

test('thumbprints are those of RFC 7638 3.1 and RFC 8037 A.3', () => {
  const rsa = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
  };
  const okp = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  const thumbprint = (jwk: object): string =>
    jwkThumbprint(publicJwk(createPublicKey({ key: { ...jwk }, format: 'jwk' })));
  assert.equal(thumbprint(rsa), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  assert.equal(thumbprint(okp), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test('shared keys sign by HMAC', () => {
  const secret = Buffer.alloc(32, 3);
  for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
    const jws = signHmacJws(secret, { url: 'u', kid: 'k' }, '{}', algorithm);
    const mac = createHmac(`sha${algorithm.slice(2)}`, secret)
      .update(`${jws.protected}.${jws.payload}`)
      .digest('base64url');
    assert.equal(jws.signature, mac);
    assert.deepEqual(header(jws), { alg: algorithm, url: 'u', kid: 'k' });
  }
});

test('keys that no ACME server takes are refused', () => {
  for (const key of [
    generateKeyPairSync('x25519').privateKey,
    generateKeyPairSync('ed448').privateKey,
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
  ])
    assert.throws(() => signJws(key, { url: 'u' }, ''), RangeError);
});

function header(jws: FlattenedJws): Record<string, unknown> {
  return JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as Record<string, unknown>;
}

function verifies(key: KeyObject, jws: FlattenedJws): boolean {
  const { alg } = header(jws) as { alg: string };
  const digest = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const input = Buffer.from(`${jws.protected}.${jws.payload}`);
  const publicKey = createPublicKey(key);
  return verify(digest, input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(jws.signature, 'base64url'));
}
