import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needs } from '../../../test/support/needs.ts';
import { createOpensslCa, createOpensslPkcs12, openssl } from '../../../test/support/openssl.ts';
import { element, explicit, integer, nullValue, octetString, oid, sequence } from '../der/writer.ts';
import { parsePrivateKey } from '../key/private-key.ts';
import { readPkcs12 } from './pkcs12.ts';
import { pkcs12Kdf } from './pkcs12-kdf.ts';
import { writePkcs12 } from './pkcs12-write.ts';
import { decryptRc2 } from './rc2.ts';

const skip = needs('openssl');
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'tollgate-pkcs12-'));
after(() => rm(folder, { recursive: true, force: true }));

const ca = await createOpensslCa(join(folder, 'demoCA'), { name: 'Test CA' });
const { certificate, key } = await ca.issue(['a.example.com']);

const forms: Readonly<Record<string, { legacy?: boolean; args?: readonly string[] }>> = {
  'AES-256 and SHA-256': {},
  'RC2 and 3DES with SHA-1': { legacy: true },
  '3DES with SHA-1, MAC with SHA-512': {
    args: ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha512'],
  },
  'AES-128, AES-192 and MAC with SHA-384': {
    args: ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha384'],
  },
  'no encryption': { args: ['-keypbe', 'NONE', '-certpbe', 'NONE'] },
};

for (const [name, options] of Object.entries(forms)) {
  test(`a file of openssl with ${name} opens, with a wrong password it does not`, { skip }, async () => {
    for (const password of ['simple', 'Prüfung €', '']) {
      const file = await createOpensslPkcs12(folder, { certificate, key, chain: [ca.certificate], password }, options);
      const opened = readPkcs12(file, password);
      assert.ok(opened.ok, opened.ok ? '' : opened.error.message);
      assert.equal(opened.value.certificates.length, 2);
      const [pkcs8] = opened.value.keys;
      const parsed = parsePrivateKey(pkcs8 ?? new Uint8Array());
      assert.ok(parsed.ok);
      assert.ok(new X509Certificate(certificate).checkPrivateKey(parsed.value.keyObject));
      const wrong = readPkcs12(file, `${password}x`);
      assert.ok(!wrong.ok && wrong.error.code === 'pkcs12.password');
    }
  });
}

for (const legacy of [false, true]) {
  test(`openssl opens the file written here${legacy ? ' for old programs' : ''}`, { skip }, async () => {
    const certificates = [certificate, ca.certificate].map((pem) => new X509Certificate(pem).raw);
    const file = writePkcs12({
      certificates,
      key: createPrivateKey(key),
      password: 'pässword',
      friendlyName: 'a',
      legacy,
    });
    await writeFile(join(folder, 'written.p12'), file, { mode: 0o600 });
    const env = { ...process.env, P12: 'pässword' };
    const out = await openssl(['pkcs12', '-in', join(folder, 'written.p12'), '-passin', 'env:P12', '-noenc'], { env });
    assert.equal(out.match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.match(out, /BEGIN PRIVATE KEY/);
    const back = readPkcs12(file, 'pässword');
    assert.ok(back.ok && back.value.keys.length === 1 && back.value.certificates.length === 2);
  });
}

test('a file without MAC is refused, even when nothing in it is encrypted', { skip }, async () => {
  const file = await createOpensslPkcs12(folder, { certificate, key, password: 'x' }, { args: ['-nomac'] });
  const refused = readPkcs12(file, 'x');
  assert.ok(!refused.ok && refused.error.code === 'pkcs12.no-mac');
});

test('a changed octet anywhere behind the MAC is found out', { skip }, async () => {
  const file = Buffer.from(await createOpensslPkcs12(folder, { certificate, key, password: 'x' }));
  file[200]! ^= 1;
  assert.ok(!readPkcs12(file, 'x').ok);
});

test('a thousand million iterations are refused without being made', () => {
  for (const iterations of [1_000_001, 1_000_000_000, 2 ** 40]) {
    const refused = readPkcs12(emptyFile(iterations), 'x');
    assert.ok(!refused.ok);
    assert.ok(['pkcs12.iterations', 'pkcs12.malformed'].includes(refused.error.code));
  }
});

test('a file over one mebibyte is refused', () => {
  const refused = readPkcs12(new Uint8Array(1024 * 1024 + 1), 'x');
  assert.ok(!refused.ok && refused.error.code === 'pkcs12.too-large');
});

test('PBMAC1 with a sound key is verified, with a short one refused', () => {
  const safe = sequence();
  for (const [length, code] of [
    [32, 'pkcs12.password'],
    [8, 'pkcs12.malformed'],
  ] as const) {
    const kdf = sequence(
      octetString(new Uint8Array(16)),
      integer(1000),
      integer(length),
      sequence(oid('1.2.840.113549.2.9'), nullValue()),
    );
    const algorithm = sequence(
      oid('1.2.840.113549.1.5.14'),
      sequence(sequence(oid('1.2.840.113549.1.5.12'), kdf), sequence(oid('1.2.840.113549.2.9'), nullValue())),
    );
    const mac = sequence(
      sequence(algorithm, octetString(new Uint8Array(32))),
      octetString(new Uint8Array(8)),
      integer(1),
    );
    const refused = readPkcs12(sequence(integer(3), contentInfo(safe), mac), 'x');
    assert.ok(!refused.ok && refused.error.code === code);
  }
});

test('the key derivation gives the values of the published vectors', () => {
  const salt = Buffer.from('0a58cf64530d823f', 'hex');
  const derive = (purpose: 'key' | 'iv', length: number): string =>
    Buffer.from(pkcs12Kdf('smeg', salt, { purpose, iterations: 1, length, digest: 'sha1' })).toString('hex');
  assert.equal(derive('key', 24), '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3');
  assert.equal(derive('iv', 8), '79993dfe048d3b76');
});

test('RC2 gives the value of RFC 2268 section 5 for a key of 128 bits', () => {
  const key = Buffer.from('88bca90e90875a7f0f79c384627bafb2', 'hex');
  const block = Buffer.from('2269552ab0f85ca6', 'hex');
  // The vector decrypts to zeros: under this IV they are eight octets of padding after none of content.
  assert.equal(decryptRc2(key, Buffer.alloc(8, 8), block).length, 0);
  assert.throws(() => decryptRc2(key, Buffer.alloc(8), block), /padding/);
  assert.throws(() => decryptRc2(key, Buffer.alloc(8), block.subarray(1)), /whole blocks/);
});

test('mutated files are refused or opened, and never more than that', { skip }, async () => {
  console.log(`seed ${seed}`);
  const file = Buffer.from(await createOpensslPkcs12(folder, { certificate, key, password: 'x' }));
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const copy = Buffer.from(file);
      copy[at] = value;
      const answer = readPkcs12(copy, 'x');
      assert.ok(answer.ok || answer.error.message.length > 10);
    }),
    { numRuns: 150, seed },
  );
});

function contentInfo(safe: Uint8Array): Uint8Array {
  return sequence(oid('1.2.840.113549.1.7.1'), explicit(0, octetString(safe)));
}

/** A file with an empty safe whose MAC asks for that many iterations. */
function emptyFile(iterations: number): Uint8Array {
  const digest = sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue()), octetString(new Uint8Array(32)));
  const mac = element(0x30, digest, octetString(new Uint8Array(8)), integer(iterations));
  return sequence(integer(3), contentInfo(sequence()), mac);
}
