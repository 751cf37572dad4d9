import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { processorTime } from '../../test/support/processor-time.ts';
import { decodePem, encodePem } from './pem.ts';

const der = Uint8Array.from({ length: 100 }, (_, i) => i);
const good = encodePem('CERTIFICATE', der);

function blocks(text: string | Uint8Array) {
  const read = decodePem(text);
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  return read.value;
}

function refused(text: string, limits = {}) {
  const read = decodePem(text, limits);
  assert.ok(!read.ok);
  return read.error;
}

test('what operators paste is accepted', () => {
  const variants = {
    crlf: good.replaceAll('\n', '\r\n'),
    'lone carriage returns': good.replaceAll('\n', '\r'),
    'byte order mark': `\ufeff${good}`,
    'no final newline': good.trimEnd(),
    'leading text': `Bag Attributes\n    friendlyName: x\nsubject=CN = a\n${good}`,
    'trailing text': `${good}\nhave a nice day\n`,
    'blanks at line ends': good.replaceAll('\n', '  \n'),
    'indented block': good.replaceAll(/^/gm, '  '),
    'dashes in prose': `--- my file ---\n-----BEGIN something-- \n${good}`,
  };
  for (const [what, text] of Object.entries(variants)) {
    assert.deepEqual([...(blocks(text)[0]?.der ?? [])], [...der], what);
    assert.deepEqual([...(blocks(Buffer.from(text))[0]?.der ?? [])], [...der], `${what}, as bytes`);
  }
});

test('several blocks keep their order, labels, headers and offsets', () => {
  const key =
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
  const [first, second] = blocks(`${good}${key}`);
  assert.equal(first?.label, 'CERTIFICATE');
  assert.deepEqual(second?.headers, ['Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,00']);
  assert.equal(second?.offset, good.length);
  assert.deepEqual([...(second?.der ?? [])], [0, 0, 0]);
});

test('what is broken is refused with the reason and the place', () => {
  assert.equal(refused('hello').code, 'pem.no-block');
  assert.equal(refused(good.replace('-----END CERTIFICATE-----', '')).code, 'pem.no-end');
  assert.equal(refused(good.replace('END CERTIFICATE', 'END PRIVATE KEY')).code, 'pem.no-end');
  assert.equal(refused(good.slice(0, -30) + good).code, 'pem.no-end');
  assert.equal(refused(good.replace('AAEC', 'A!EC')).code, 'pem.base64');
  assert.equal(refused(good.replace('AAEC', 'AAE')).code, 'pem.base64');
  assert.equal(refused('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----').code, 'pem.base64');
  const label = refused(good.replaceAll('CERTIFICATE', 'PGP\u0007MESSAGE'));
  assert.equal(label.code, 'pem.label');
  assert.ok(!label.message.includes('\u0007'));
  assert.equal(refused(good.repeat(3), { maxBlocks: 2 }).code, 'pem.too-many');
  assert.equal(refused(good, { maxBytes: 10 }).code, 'pem.too-large');
});

test('hostile text takes time in proportion to its length', () => {
  const patterns = [
    (n: number) => '-----BEGIN '.repeat(n),
    (n: number) => '-----BEGIN CERTIFICATE-----\n'.repeat(n),
    (n: number) => '\n-----BEGIN '.repeat(n),
    (n: number) => `-----BEGIN CERTIFICATE-----\n${'a:\n'.repeat(n)}`,
    (n: number) => `${' '.repeat(n * 10)}-----BEGIN `.repeat(3),
    (n: number) => `${'-----BEGIN CERTIFICATE-----'.repeat(n)}\n`,
  ];
  for (const pattern of patterns) {
    const text = pattern(95_000);
    decodePem(text.slice(0, 1000));
    const { ms } = processorTime(() => assert.ok(!decodePem(text).ok));
    assert.ok(ms < 5_000, `${ms} ms`);
  }
});

test('whatever is encoded is decoded to the same octets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      assert.deepEqual([...(blocks(encodePem('CERTIFICATE', bytes))[0]?.der ?? [])], [...bytes]);
    }),
  );
});
