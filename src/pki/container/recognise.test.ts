import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needs } from '../../../test/support/needs.ts';
import { createOpensslCa, createOpensslCsr, createOpensslPkcs12, openssl } from '../../../test/support/openssl.ts';
import { processorTime } from '../../../test/support/processor-time.ts';
import { decodePem, encodePem } from '../pem.ts';
import { readPkcs7, writePkcs7 } from './pkcs7.ts';
import { type Recognised, recogniseUpload, type UploadKind, type UploadProblem } from './recognise.ts';

const skip = needs('openssl');
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'tollgate-recognise-'));
after(() => rm(folder, { recursive: true, force: true }));

const ca = await createOpensslCa(join(folder, 'demoCA'), { name: 'Test CA' });
const { certificate, key } = await ca.issue(['a.example.com', 'b.example.com']);
const crl = await ca.crl();
const csr = await createOpensslCsr(folder, key, { subject: '/CN=a.example.com' });

function derOf(pem: string): Buffer {
  const blocks = decodePem(pem);
  assert.ok(blocks.ok);
  return Buffer.from(blocks.value[0]!.der);
}

function read(input: string | Uint8Array, what: UploadKind = 'any', keepGoing = false): Recognised {
  const found = recogniseUpload(Buffer.from(input as string), { what, keepGoing });
  assert.ok(found.ok, found.ok ? '' : found.error.message);
  return found.value;
}

function refusal(input: string | Uint8Array, what: UploadKind = 'any'): UploadProblem {
  const found = recogniseUpload(Buffer.from(input as string), { what });
  assert.ok(!found.ok, 'it was accepted');
  return found.error;
}

test('PEM with text around it, CRLF and a byte order mark is read', { skip }, () => {
  const text = `\ufeffBag Attributes\r\n  friendlyName: x\r\n${certificate}${key}`.replace(/\r?\n/g, '\r\n');
  const found = read(text);
  assert.equal(found.certificates.length, 1);
  assert.equal(found.keys.length, 1);
  assert.match(found.notes.join(), /byte order mark/);
});

test('DER is converted and that is said', { skip }, () => {
  assert.deepEqual(read(derOf(certificate)).notes, ['The file was DER; it was converted to PEM.']);
  assert.equal(read(derOf(crl)).crls.length, 1);
  assert.equal(read(derOf(csr)).csrs.length, 1);
  assert.equal(read(derOf(key)).keys.length, 1);
  assert.match(read(Buffer.concat([derOf(certificate), Buffer.from('\r\n')])).notes.join(), /White space/);
});

test('PKCS#7 made by openssl is taken apart, as PEM and as DER', { skip }, async () => {
  const args = ['crl2pkcs7', '-nocrl', '-certfile', ca.certificateFile];
  assert.equal(read(await openssl(args)).certificates.length, 1);
  const der = derOf(await openssl(args));
  const found = read(der, 'ca-bundle');
  assert.equal(found.format, 'pkcs7');
  assert.match(found.notes[0] ?? '', /was PKCS#7; 1 objects/);
});

test('openssl reads the PKCS#7 written here', { skip }, async () => {
  const written = writePkcs7({ certificates: [derOf(certificate), derOf(ca.certificate)], crls: [derOf(crl)] });
  await writeFile(join(folder, 'out.p7b'), written);
  const printed = await openssl(['pkcs7', '-inform', 'DER', '-in', join(folder, 'out.p7b'), '-print_certs', '-noout']);
  assert.match(printed, /a\.example\.com[\s\S]*Test CA/);
  const back = readPkcs7(written);
  assert.ok(back.ok && back.value.certificates.length === 2 && back.value.crls.length === 1);
});

test('base64 without armour is read and that is said', { skip }, () => {
  const found = read(certificate.replace(/-----.*-----/g, ''));
  assert.equal(found.format, 'base64');
  assert.match(found.notes.join(), /without -----BEGIN/);
});

test('UTF-16 text is converted', { skip }, () => {
  for (const bytes of [Buffer.from(`\ufeff${certificate}`, 'utf16le'), Buffer.from(certificate, 'utf16le').swap16()]) {
    assert.match(read(bytes).notes.join(), /UTF-16/);
  }
});

test('a key file without final newline is accepted and said', { skip }, () => {
  assert.match(read(key.trimEnd(), 'key').notes.join(), /does not end in a newline/);
  assert.deepEqual(read(key, 'key').notes, []);
});

test('old labels and OpenSSL trust settings are read', { skip }, async () => {
  const trusted = await openssl(['x509', '-in', ca.certificateFile, '-trustout', '-addtrust', 'serverAuth']);
  assert.match(trusted, /TRUSTED CERTIFICATE/);
  assert.equal(read(trusted).certificates.length, 1);
  assert.equal(read(encodePem('X509 CERTIFICATE', derOf(certificate))).certificates.length, 1);
  assert.equal(read(csr.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')).csrs.length, 1);
});

test('each wrong file is named for what it is', { skip }, async () => {
  const p12 = await createOpensslPkcs12(folder, { certificate, key, password: 'secret' });
  const table: readonly (readonly [string | Uint8Array, RegExp, RegExp])[] = [
    ['', /empty/, /another file/],
    ['<!DOCTYPE html><html><head><title>Log in</title>', /web page \(HTML\)/, /log-in or error page/i],
    ['{"error":"denied"}', /JSON/, /PEM/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n', /OpenSSH/, /ssh-keygen/],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA user@host', /SSH public key/, /CA sent/],
    ['PuTTY-User-Key-File-3: ssh-ed25519', /PuTTY/, /Export/],
    [Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2), /Java keystore/, /keytool/],
    [Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /ZIP/, /Unpack/],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), /GZIP/, /Unpack/],
    ['%PDF-1.7', /PDF/, /certificate file/],
    [Uint8Array.of(0x30, 0x80, 6, 9), /indefinite length/, /openssl pkcs7/],
    ['Certificate:\n    Data:\n        Version: 3 (0x2)\n', /decoded text/, /BEGIN/],
    ['hello', /text without any certificate/, /Base-64/],
    [certificate.replace('-----BEGIN', '----BEGIN'), /damaged BEGIN/, /five plain hyphens/],
    [certificate.slice(0, 400), /PEM that cannot be read/, /again/],
    [p12, /PKCS#12/, /password/],
    [
      await openssl(['pkey', '-in', ca.folder.concat('/private/cakey.pem'), '-aes256', '-passout', 'pass:secret']),
      /protected by a password/,
      /openssl pkey/,
    ],
  ];
  for (const [input, message, hint] of table) {
    const problem = refusal(input);
    assert.match(problem.message, message);
    assert.match(problem.hint, hint);
  }
});

test('a file of the wrong kind is told apart from a broken one', { skip }, () => {
  assert.match(refusal(csr, 'certificate').message, /a certificate signing request, where a certificate was expected/);
  assert.match(refusal(key, 'certificate').message, /a private key, where a certificate was expected/);
  assert.match(refusal(certificate, 'key').message, /a certificate, where a private key was expected/);
  assert.match(refusal(certificate, 'crl').message, /where a CRL was expected/);
  assert.equal(refusal(csr, 'certificate').code, 'upload.wrong-kind');
});

test('the refusal of a broken member names its place, and the good ones can be had', { skip }, () => {
  const broken = encodePem('CERTIFICATE', derOf(certificate).subarray(0, 300));
  const bundle = ca.certificate + broken + certificate;
  const problem = refusal(bundle, 'ca-bundle');
  assert.equal(problem.code, 'upload.bad-member');
  assert.match(
    problem.message,
    /^Number 2 of 3, CERTIFICATE at octet \d+: the certificate cannot be read: .* \(octet \d+ of it\)/,
  );
  assert.equal(problem.offset, ca.certificate.length);
  const found = read(bundle, 'ca-bundle', true);
  assert.equal(found.certificates.length, 2);
  assert.equal(found.bad.length, 1);
});

test('two different keys in one file are refused, one key twice is one key', { skip }, async () => {
  assert.equal(refusal(key + ca.key).code, 'upload.two-keys');
  assert.equal(read(key + key).keys.length, 1);
});

test('a file over the limit is refused before it is read', () => {
  const found = recogniseUpload(new Uint8Array(2000), { what: 'any', maxBytes: 1000 });
  assert.ok(!found.ok && found.error.code === 'upload.too-large');
});

test('mutated and random files are refused in words or read, and take no time', { skip }, () => {
  console.log(`seed ${seed}`);
  const samples = [certificate, key, crl, csr, ca.certificate + certificate + key].flatMap((pem) => [
    Buffer.from(pem),
    derOf(pem),
  ]);
  const mutation = fc.record({
    sample: fc.nat({ max: samples.length - 1 }),
    edits: fc.array(
      fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }), kind: fc.constantFrom('set', 'cut', 'insert') }),
      { maxLength: 5 },
    ),
  });
  const mutated = mutation.map(({ sample, edits }) =>
    edits.reduce((bytes, edit) => edited(bytes, edit), samples[sample]!),
  );
  const file = fc.oneof(
    { weight: 5, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 400 }).map((text) => Buffer.from(text)) },
  );
  fc.assert(
    fc.property(file, fc.constantFrom<UploadKind>('certificate', 'key', 'ca-bundle', 'any'), (bytes, what) => {
      const found = recogniseUpload(bytes, { what });
      if (found.ok) return;
      assert.ok(found.error.message.length > 10 && found.error.message.length < 1000);
      assert.ok(found.error.offset >= 0 && found.error.offset <= Math.max(bytes.length, 1));
      assert.doesNotMatch(found.error.message, /[\u0000-\u001f\u007f-\u009f]/);
    }),
    { numRuns: 2500, seed },
  );
});

test('a file of nothing but BEGIN lines takes no time', () => {
  const { ms } = processorTime(() => {
    refusal('-----BEGIN '.repeat(100_000));
    refusal('-----BEGIN CERTIFICATE-----\n'.repeat(40_000));
  });
  assert.ok(ms < 5_000, `${ms} ms`);
});

function edited(bytes: Buffer, { at, value, kind }: { at: number; value: number; kind: string }): Buffer {
  const place = at % Math.max(1, bytes.length);
  if (kind === 'cut') return bytes.subarray(0, place);
  if (kind === 'insert') return Buffer.concat([bytes.subarray(0, place), Uint8Array.of(value), bytes.subarray(place)]);
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[place] = value;
  return copy;
}
