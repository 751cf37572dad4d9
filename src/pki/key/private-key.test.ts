import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { at, decodeTlv, encodeTlv } from '../../../test/support/tlv.ts';
import { encodePem } from '../pem.ts';
import { type PrivateKey, parsePrivateKey } from './private-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const otherEc = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1') => new Uint8Array(key.export({ format: 'der', type }));
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1') => key.export({ format: 'pem', type }).toString();

function read(input: Uint8Array | string): PrivateKey {
  const parsed = parsePrivateKey(input);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

function code(input: Uint8Array | string): string {
  const parsed = parsePrivateKey(input);
  assert.ok(!parsed.ok, 'accepted');
  return parsed.error.code;
}

test('every form is read from DER and PEM', () => {
  const forms = [
    [rsa, 'pkcs8'],
    [rsa, 'pkcs1'],
    [ec, 'pkcs8'],
    [ec, 'sec1'],
  ] as const;
  for (const [key, type] of forms) {
    const expected = createPublicKey(key).export({ format: 'der', type: 'spki' });
    for (const input of [der(key, type), pem(key, type), Buffer.from(pem(key, type))]) {
      const parsed = read(input);
      assert.equal(parsed.form, type);
      assert.equal(parsed.algorithm, key === rsa ? 'rsa' : 'ec');
      assert.deepEqual(Buffer.from(parsed.publicKeyInfo), expected);
      assert.ok(parsed.keyObject.equals(key));
    }
  }
});

test('newer algorithms are read as well', () => {
  const pairs = [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ed448'),
    generateKeyPairSync('ml-dsa-44'),
    generateKeyPairSync('ml-dsa-65'),
    generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha384',
      mgf1HashAlgorithm: 'sha384',
    }),
  ];
  for (const { privateKey } of pairs)
    assert.equal(read(der(privateKey, 'pkcs8')).algorithm, privateKey.asymmetricKeyType);
});

test('a missing final newline, text around the key and a certificate beside it do no harm', () => {
  read(pem(ec, 'pkcs8').trimEnd());
  read(`Bag Attributes\n  localKeyID: 01\n${pem(ec, 'sec1')}\nend`);
  read(encodePem('CERTIFICATE', Uint8Array.of(0x30, 0)) + pem(ec, 'pkcs8'));
  read(pem(ec, 'pkcs8') + pem(ec, 'sec1'));
});

test('a password-protected key is recognised in all its forms', () => {
  const encrypt = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  assert.equal(code(ec.export({ format: 'pem', type: 'pkcs8', ...encrypt }).toString()), 'key.password-protected');
  assert.equal(code(new Uint8Array(ec.export({ format: 'der', type: 'pkcs8', ...encrypt }))), 'key.password-protected');
  assert.equal(code(rsa.export({ format: 'pem', type: 'pkcs1', ...encrypt }).toString()), 'key.password-protected');
});

test('two different keys, no key and what is no key are refused', () => {
  assert.equal(code(pem(ec, 'pkcs8') + pem(rsa, 'pkcs8')), 'key.several');
  assert.equal(code(encodePem('CERTIFICATE', Uint8Array.of(0x30, 0))), 'key.none');
  assert.equal(code('hello'), 'pem.no-block');
  assert.equal(code(createPublicKey(ec).export({ format: 'der', type: 'spki' })), 'key.none');
  assert.equal(code(encodePem('OPENSSH PRIVATE KEY', Uint8Array.of(1))), 'key.algorithm');
  const x25519 = generateKeyPairSync('x25519').privateKey;
  assert.ok(!parsePrivateKey(der(x25519, 'pkcs8')).ok);
});

test('octets after the key and BER are refused', () => {
  const good = der(ec, 'pkcs8');
  assert.equal(code(Buffer.concat([good, Uint8Array.of(0)])), 'der.trailing-bytes');
  assert.equal(code(Buffer.concat([Uint8Array.of(0x30, 0x80), good.subarray(3), Uint8Array.of(0, 0)])), 'der.length');
  for (let length = 1; length < good.length; length++) assert.ok(!parsePrivateKey(good.subarray(0, length)).ok);
});

test('halves that do not belong together are refused', () => {
  const mixedEc = decodeTlv(der(ec, 'sec1'));
  at(mixedEc, 3, 0).content = at(decodeTlv(der(otherEc, 'sec1')), 3, 0).content!;
  assert.ok(['key.halves-differ', 'key.value'].includes(code(encodeTlv(mixedEc))));
  const mixedRsa = decodeTlv(der(rsa, 'pkcs1'));
  at(mixedRsa, 1).content = at(decodeTlv(der(otherRsa, 'pkcs1')), 1).content!;
  assert.ok(['key.halves-differ', 'key.value'].includes(code(encodeTlv(mixedRsa))));
});
