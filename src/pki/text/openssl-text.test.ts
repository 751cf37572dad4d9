/** Our decoded text against OpenSSL's own, octet for octet, but for what `openssl-printed.ts` names. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { needs } from '../../../test/support/needs.ts';
import { makeCertificates, makeCrls, makeOcspAnswers, makeRequests } from '../../../test/support/openssl-corpus.ts';
import { eachInTurns, opensslText, sameButForBreaks } from '../../../test/support/openssl-printed.ts';
import { createScratch, type Scratch } from '../../../test/support/openssl-scratch.ts';
import { parseCertificate } from '../certificate/certificate.ts';
import { parseCrl } from '../crl/crl.ts';
import { parseCsr } from '../csr/csr.ts';
import { parsePublicKey } from '../key/public-key.ts';
import { parseOcspResponse } from '../ocsp/ocsp.ts';
import { decodePem } from '../pem.ts';
import { certificateText } from './certificate-text.ts';
import { crlText } from './crl-text.ts';
import { csrText } from './csr-text.ts';
import { ocspText } from './ocsp-text.ts';
import { publicKeyText } from './public-key-text.ts';

const skip = needs('openssl');
const scratch: Scratch = createScratch();
after(() => scratch.remove());

test('certificates print as openssl x509 -text prints them, over more than 200 of them', { skip }, async (context) => {
  const made = makeCertificates(scratch);
  const corpus = withoutDoubles([...systemCertificates(), ...rootCertificates.map(pemToDer), ...made]);
  let compared = 0;
  await eachInTurns(corpus, async (der) => {
    const parsed = parseCertificate(der);
    assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.error.message} in ${Buffer.from(der).toString('base64')}`);
    const expected = sameButForBreaks(await opensslText('x509', der), parsed.value.extensions);
    assert.ok(certificateText(parsed.value) === expected, Buffer.from(der).toString('base64'));
    compared++;
  });
  context.diagnostic(`${compared} certificates, ${made.length} of them made here`);
  assert.ok(compared >= 200, `only ${compared} certificates`);
  assert.ok(made.length >= 80, `only ${made.length} made here`);
});

test('requests print as openssl req -text prints them, the challenge password masked', { skip }, async () => {
  for (const der of makeRequests(scratch)) {
    const parsed = parseCsr(der);
    assert.ok(parsed.ok);
    const text = csrText(parsed.value);
    // The one difference that is wanted: a challenge password is a secret.
    assert.equal(text, (await opensslText('req', der)).replace(':a secret\n', ':********\n'));
    assert.doesNotMatch(text, /a secret/);
  }
});

test('CRLs print as openssl crl -text prints them', { skip }, async () => {
  for (const der of makeCrls(scratch)) {
    const parsed = parseCrl(der);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
    assert.equal(crlText(parsed.value), await opensslText('crl', der));
  }
});

test('OCSP answers print as openssl ocsp -resp_text prints them', { skip }, () => {
  for (const der of makeOcspAnswers(scratch)) {
    const parsed = parseOcspResponse(der);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
    scratch.write('answer.der', der);
    const expected = scratch.openssl('ocsp -respin answer.der -resp_text -noverify').toString();
    assert.equal(ocspText(parsed.value), expected);
  }
});

test('public keys print as openssl pkey -pubin -text prints them', { skip }, () => {
  for (const name of [
    'rsa',
    'rsa3',
    'pss',
    'pssbound',
    'p256',
    'p521',
    'k256',
    'brainpool',
    'explicit',
    'ed25519',
    'ed448',
  ]) {
    const der = scratch.openssl(`pkey -in ${name}.key -pubout -outform DER`);
    scratch.write('key.der', der);
    const parsed = parsePublicKey(der);
    assert.ok(parsed.ok);
    const expected = scratch.openssl('pkey -pubin -in key.der -inform DER -text -noout').toString();
    assert.equal(publicKeyText(parsed.value), expected, name);
  }
});

test('an ML-DSA certificate prints as the stored text, in the words of OpenSSL 3.5', () => {
  const folder = new URL('../../../test/fixtures/ml-dsa/', import.meta.url);
  const parsed = parseCertificate(pemToDer(readFileSync(new URL('certificate.pem', folder), 'latin1')));
  assert.ok(parsed.ok);
  assert.equal(certificateText(parsed.value), readFileSync(new URL('certificate.txt', folder), 'utf8'));
});

test('a CRL with more entries than asked for says how many were left out', { skip }, () => {
  const parsed = parseCrl(makeCrls(scratch)[1]!);
  assert.ok(parsed.ok);
  const text = crlText(parsed.value, { maxEntries: 2 });
  assert.equal(text.match(/Serial Number/g)?.length, 2);
  assert.match(text, /… and 10 more/);
});

function systemCertificates(): Uint8Array[] {
  const folder = '/etc/ssl/certs';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pem'))
    .map((name) => pemToDer(readFileSync(join(folder, name), 'latin1')));
}

function pemToDer(pem: string): Uint8Array {
  const blocks = decodePem(pem);
  assert.ok(blocks.ok);
  return blocks.value[0]!.der;
}

function withoutDoubles(list: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(list.map((der) => [Buffer.from(der).toString('latin1'), der])).values()];
}
