import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../lib/bytes.ts';
import { checkElement } from './element.ts';
import { oidText } from './oid.ts';
import {
  bitString,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  unsignedInteger,
} from './writer.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test('integers are written in their shortest two-complement form', () => {
  const known: readonly (readonly [number | bigint, string])[] = [
    [0, '020100'],
    [127, '02017f'],
    [128, '02020080'],
    [256, '02020100'],
    [-1, '0201ff'],
    [-128, '020180'],
    [-129, '0202ff7f'],
    [2n ** 64n, '0209010000000000000000'],
  ];
  for (const [value, hex] of known) assert.equal(toHex(integer(value)), hex);
});

test('a serial from random octets is positive and minimal', () => {
  assert.equal(toHex(unsignedInteger(Uint8Array.of(0x80, 1))), '0203008001');
  assert.equal(toHex(unsignedInteger(Uint8Array.of(0, 0, 7))), '020107');
  assert.equal(toHex(unsignedInteger(new Uint8Array())), '020100');
});

test('lengths take as many octets as they need and no more', () => {
  for (const [size, header] of [
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [70_000, '0483011170'],
  ] as const) {
    assert.ok(toHex(octetString(new Uint8Array(size))).startsWith(header));
  }
});

test('members of a SET OF stand in order', () => {
  assert.equal(toHex(setOf(integer(5), integer(1), octetString())), '3108020101020105' + '0400');
});

test('named bits lose their trailing zeros', () => {
  assert.equal(toHex(namedBits([0, 2])), '030205a0');
  assert.equal(toHex(namedBits([8])), '0303070080');
  assert.equal(toHex(namedBits([])), '030100');
});

test('times before 2050 are UTCTime and from 2050 GeneralizedTime', () => {
  assert.equal(
    Buffer.from(time(Date.UTC(2049, 11, 31, 23, 59, 59)))
      .toString('latin1')
      .slice(2),
    '491231235959Z',
  );
  assert.equal(
    Buffer.from(time(Date.UTC(2050, 0, 1)))
      .toString('latin1')
      .slice(2),
    '20500101000000Z',
  );
  assert.equal(
    Buffer.from(time(Date.UTC(9999, 11, 31, 23, 59, 59)))
      .toString('latin1')
      .slice(2),
    '99991231235959Z',
  );
});

test('whatever is written is DER to the reader', () => {
  console.log(`seed ${seed}`);
  const leaf = fc.oneof(
    fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }).map(integer),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => octetString(bytes)),
    fc.uint8Array({ maxLength: 40 }).map(bitString),
    fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }).map(namedBits),
    fc.integer({ min: -631_152_000, max: 253_402_300_799 }).map((s) => time(s * 1000)),
  );
  const tree = fc.letrec<{ node: Uint8Array }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }).map((members) => sequence(...members)),
      fc.array(tie('node'), { maxLength: 4 }).map((members) => setOf(...members)),
      fc.array(tie('node'), { maxLength: 2 }).map((members) => element(0xa3, ...members)),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (der) => checkElement(der, 0, der.length)),
    { numRuns: 500, seed },
  );
});

test('object identifiers read back as they were written', () => {
  const arcs = fc.tuple(
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 0, max: 39 }),
    fc.array(fc.maxSafeNat(), { maxLength: 6 }),
  );
  fc.assert(
    fc.property(arcs, ([first, second, rest]) => {
      const dotted = [first, second, ...rest].join('.');
      const der = oid(dotted);
      assert.equal(oidText(der, 2, der.length), dotted);
    }),
    { numRuns: 300, seed },
  );
  for (const wrong of ['', '1', '3.1', '1.40', '1.02', '1.2.x']) assert.throws(() => oid(wrong), RangeError);
});
