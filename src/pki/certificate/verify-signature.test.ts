import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { DerReader } from '../der/reader.ts';
import { element, integer, oid, sequence } from '../der/writer.ts';
import { type PublicKeyInfo, parsePublicKey } from '../key/public-key.ts';
import { readAlgorithm } from './algorithm-identifier.ts';
import { signatureScheme, verifySignedBy } from './verify-signature.ts';

const tbs = Buffer.from('to be signed');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function info(pair: { publicKey: { export(o: { format: 'der'; type: 'spki' }): Buffer } }): PublicKeyInfo {
  const parsed = parsePublicKey(pair.publicKey.export({ format: 'der', type: 'spki' }));
  assert.ok(parsed.ok);
  return parsed.value;
}

const algorithm = (dotted: string, ...parameters: Uint8Array[]) =>
  readAlgorithm(new DerReader(sequence(oid(dotted), ...parameters)), 'algorithm');

const explicit = (tag: number, inner: Uint8Array) => element(0xa0 + tag, inner);
const NULL = element(5);
const [SHA1, SHA256, SHA384] = ['1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2'] as const;

function pss(hash: string, mgf: string, salt: number) {
  const parameters = sequence(
    explicit(0, sequence(oid(hash), NULL)),
    explicit(1, sequence(oid('1.2.840.113549.1.1.8'), sequence(oid(mgf), NULL))),
    explicit(2, integer(salt)),
  );
  return algorithm('1.2.840.113549.1.1.10', parameters);
}

test('PKCS#1 v1.5 and ECDSA verify with SHA-256, SHA-384 and SHA-512', () => {
  const table = [
    ['1.2.840.113549.1.1.11', 'sha256', rsa, [NULL]],
    ['1.2.840.113549.1.1.12', 'sha384', rsa, [NULL]],
    ['1.2.840.113549.1.1.13', 'sha512', rsa, []],
    ['1.2.840.10045.4.3.2', 'sha256', ec, []],
    ['1.2.840.10045.4.3.3', 'sha384', ec, []],
    ['1.2.840.10045.4.3.4', 'sha512', ec, []],
  ] as const;
  for (const [dotted, hash, pair, parameters] of table) {
    const signature = sign(hash, tbs, pair.privateKey);
    const signed = { tbs, signatureAlgorithm: algorithm(dotted, ...parameters), signature };
    assert.ok(verifySignedBy(signed, info(pair)), dotted);
    assert.ok(!verifySignedBy({ ...signed, tbs: Buffer.from('other') }, info(pair)));
    assert.ok(!verifySignedBy(signed, info(pair === rsa ? ec : rsa)));
  }
});

test('algorithms that bring their own hash verify', () => {
  const table = [
    ['1.3.101.112', generateKeyPairSync('ed25519')],
    ['1.3.101.113', generateKeyPairSync('ed448')],
    ['2.16.840.1.101.3.4.3.17', generateKeyPairSync('ml-dsa-44')],
    ['2.16.840.1.101.3.4.3.18', generateKeyPairSync('ml-dsa-65')],
    ['2.16.840.1.101.3.4.3.19', generateKeyPairSync('ml-dsa-87')],
  ] as const;
  for (const [dotted, pair] of table) {
    const signature = sign(null, tbs, pair.privateKey);
    assert.ok(verifySignedBy({ tbs, signatureAlgorithm: algorithm(dotted), signature }, info(pair)), dotted);
    // RFC 8410 3, RFC 9881 2: parameters must be absent.
    assert.ok(!verifySignedBy({ tbs, signatureAlgorithm: algorithm(dotted, NULL), signature }, info(pair)));
    const bent = Uint8Array.from(signature);
    bent[bent.length >> 1]! ^= 1;
    assert.ok(!verifySignedBy({ tbs, signatureAlgorithm: algorithm(dotted), signature: bent }, info(pair)));
  }
});

test('RSA-PSS wants one hash for both uses, never SHA-1', () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha256', tbs, { key: rsa.privateKey, padding, saltLength: 32 });
  assert.ok(verifySignedBy({ tbs, signatureAlgorithm: pss(SHA256, SHA256, 32), signature }, info(rsa)));
  assert.ok(!verifySignedBy({ tbs, signatureAlgorithm: pss(SHA256, SHA256, 20), signature }, info(rsa)));
  for (const mgf of [SHA384, SHA1]) assert.equal(signatureScheme(pss(SHA256, mgf, 32))?.weak, true);
  assert.equal(signatureScheme(algorithm('1.2.840.113549.1.1.10')), undefined);
  // The defaults of RFC 4055 3.1 mean SHA-1.
  const old = sign('sha1', tbs, { key: rsa.privateKey, padding, saltLength: 20 });
  for (const signatureAlgorithm of [pss(SHA1, SHA1, 20), algorithm('1.2.840.113549.1.1.10', sequence())]) {
    assert.ok(!verifySignedBy({ tbs, signatureAlgorithm, signature: old }, info(rsa)));
    assert.ok(verifySignedBy({ tbs, signatureAlgorithm, signature: old }, info(rsa), { weak: true }));
  }
});

test('SHA-1, MD5 and SHA-224 verify only for those who say they want to look', () => {
  const table = [
    ['1.2.840.113549.1.1.5', 'sha1', rsa],
    ['1.2.840.113549.1.1.4', 'md5', rsa],
    ['1.2.840.10045.4.1', 'sha1', ec],
    ['1.2.840.10045.4.3.1', 'sha224', ec],
  ] as const;
  for (const [dotted, hash, pair] of table) {
    const parameters = pair === rsa ? [NULL] : [];
    const signed = {
      tbs,
      signatureAlgorithm: algorithm(dotted, ...parameters),
      signature: sign(hash, tbs, pair.privateKey),
    };
    assert.ok(!verifySignedBy(signed, info(pair)), dotted);
    assert.ok(verifySignedBy(signed, info(pair), { weak: true }), dotted);
  }
});

test('unknown algorithms and wrong parameters verify nothing', () => {
  const signature = sign('sha256', tbs, ec.privateKey);
  for (const bad of [algorithm('1.2.3.4'), algorithm('1.2.840.10045.4.3.2', NULL), algorithm('1.2.840.10045.2.1')]) {
    assert.equal(signatureScheme(bad), undefined);
    assert.ok(!verifySignedBy({ tbs, signatureAlgorithm: bad, signature }, info(ec), { weak: true }));
  }
});
