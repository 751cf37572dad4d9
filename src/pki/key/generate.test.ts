import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { generateKey } from './generate.ts';

test('keys are of the kind asked for', async () => {
  const rsa = await generateKey('rsa-2048');
  assert.equal(rsa.privateKey.asymmetricKeyDetails?.modulusLength, 2048);
  assert.equal(rsa.privateKey.asymmetricKeyDetails?.publicExponent, 65537n);
  assert.equal((await generateKey('ec-p384')).privateKey.asymmetricKeyDetails?.namedCurve, 'secp384r1');
  assert.equal((await generateKey('ed25519')).privateKey.asymmetricKeyType, 'ed25519');
  assert.equal((await generateKey('ml-dsa-65')).privateKey.asymmetricKeyType, 'ml-dsa-65');
});

test('the public half belongs to the private one', async () => {
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const own = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  assert.deepEqual(Buffer.from(publicKeyInfo), own);
});

test('many RSA keys asked for at once all arrive', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => generateKey('rsa-2048')));
  assert.equal(new Set(made.map((key) => Buffer.from(key.publicKeyInfo).toString('hex'))).size, 5);
});
