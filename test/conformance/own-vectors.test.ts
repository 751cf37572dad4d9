/** Vectors made here, in the suites' formats: what a format allows and the folder of vectors may not hold. */
import assert from 'node:assert/strict';
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { boringsslParseSuite } from './boringssl-parse.ts';
import { runSuite } from './suite.ts';
import { wycheproofSuite } from './wycheproof.ts';

const message = Buffer.from('message');

/** What the harness makes of one signature in Wycheproof's format. */
function answer(key: KeyObject, algorithm: string, group: object, signature: Uint8Array): string | undefined {
  const tests = [
    { tcId: 1, msg: message.toString('hex'), sig: Buffer.from(signature).toString('hex'), result: 'valid' },
  ];
  const publicKeyDer = Buffer.from(publicKeyInfoOf(key)).toString('hex');
  const file = { algorithm, testGroups: [{ type: 'EcdsaVerify', publicKeyDer, ...group, tests }] };
  return runSuite(wycheproofSuite('own', file), [], 'none')[0]?.actual;
}

test('every curve that OpenSSL has is verified where algorithms are not judged', () => {
  for (const namedCurve of ['secp224r1', 'secp256k1', 'brainpoolP256r1', 'brainpoolP384r1', 'prime192v1']) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve });
    for (const sha of ['SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512']) {
      const signature = sign(sha.replace('-', ''), message, privateKey);
      assert.equal(answer(privateKey, 'ECDSA', { sha }, signature), 'accept', `${namedCurve} ${sha}`);
      assert.equal(
        answer(privateKey, 'ECDSA', { sha }, signature.fill(1, signature.length - 4)),
        'reject',
        `${namedCurve} ${sha}`,
      );
    }
  }
});

test('RSASSA-PSS is verified with every salt that fits, and with no other', () => {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const saltLength of [0, 20, 32, 127, 128, 190]) {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha512', message, { key, padding, saltLength });
    const group = { type: 'RsassaPssVerify', sha: 'SHA-512', mgf: 'MGF1', mgfSha: 'SHA-512', sLen: saltLength };
    assert.equal(answer(key, 'RSASSA-PSS', group, signature), 'accept', `${saltLength}`);
    assert.equal(answer(key, 'RSASSA-PSS', { ...group, sLen: saltLength + 1 }, signature), 'reject', `${saltLength}`);
  }
});

test('what certificates do not carry is said to be unsupported, and nothing crashes', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signature = sign('sha3-256', message, privateKey);
  const unsupported = [{ sha: 'SHA3-256' }, { type: 'EcdsaP1363Verify', sha: 'SHA-256' }, { publicKeyDer: null }, {}];
  for (const group of unsupported) assert.equal(answer(privateKey, 'ECDSA', group, signature), 'not supported');
  assert.equal(answer(privateKey, 'Unheard-of', { sha: 'SHA-256' }, signature), 'not supported');
  const x25519 = createPublicKey(generateKeyPairSync('x25519').privateKey).export({ type: 'spki', format: 'der' });
  const publicKeyDer = x25519.toString('hex');
  assert.equal(answer(privateKey, 'ECDSA', { sha: 'SHA-256', publicKeyDer }, signature), 'reject');
  for (const what of ['extension-value neverHeardOf', 'unheard-of']) {
    const tests = [{ id: what, what, der: 'MAA=', expected: 'reject' as const }];
    assert.equal(runSuite(boringsslParseSuite({ tests }), [], 'none')[0]?.actual, 'not supported', what);
  }
});
