import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkElement } from '../../src/pki/der/element.ts';
import { oidText } from '../../src/pki/der/oid.ts';
import { DerReader } from '../../src/pki/der/reader.ts';
import {
  bitString,
  boolean,
  element,
  explicit,
  ia5String,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../src/pki/der/writer.ts';
import { parseName } from '../../src/pki/name/distinguished-name.ts';
import { PkiRefusal } from '../../src/pki/pki-error.ts';

const arc = fc.oneof(fc.nat(300), fc.nat(), fc.constantFrom(127, 128, 16_383, 16_384, 2 ** 32 + 113_549, 2 ** 46));
const dotted = fc
  .tuple(fc.constantFrom('0.0', '1.2', '1.39', '2.5', '2.999'), fc.array(arc, { maxLength: 6 }))
  .map(([first, rest]) => [first, ...rest].join('.'));
const bytes = fc.uint8Array({ maxLength: 200 });

/** Any value that DER can hold, to a few levels. */
const { value } = fc.letrec<{ value: Uint8Array }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean().map(boolean),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(integer),
    bytes.map((content) => octetString(content)),
    bytes.map(bitString),
    fc.constant(nullValue()),
    dotted.map(oid),
    fc.string({ unit: 'grapheme' }).map(utf8String),
    fc.stringMatching(/^[ -~]*$/).map(ia5String),
    fc.array(tie('value'), { maxLength: 5 }).map((members) => sequence(...members)),
    fc.array(tie('value'), { maxLength: 5 }).map((members) => setOf(...members)),
    fc.tuple(fc.nat(30), tie('value')).map(([number, inner]) => explicit(number, inner)),
  ),
}));

test('what the writer makes the reader takes, octet for octet', () => {
  fc.assert(
    fc.property(value, (der) => {
      checkElement(der, 0, der.length);
      assert.deepEqual(reencoded(der), Buffer.from(der));
    }),
    { numRuns: 2_000 },
  );
});

test('whatever the reader takes has one encoding only', () => {
  const damaged = fc.tuple(value, fc.nat(), fc.nat(255)).map(([der, at, octet]) => {
    const copy = der.slice();
    copy[at % Math.max(1, copy.length)] = octet;
    return copy;
  });
  fc.assert(
    fc.property(fc.oneof(damaged, bytes), (der) => {
      fc.pre(accepted(der));
      assert.deepEqual(reencoded(der), Buffer.from(der));
    }),
    { numRuns: 5_000 },
  );
});

test('integers, identifiers and times come back as they were written', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (number) => {
      assert.equal(new DerReader(integer(number)).smallInteger('number', 2 ** 31), number);
    }),
  );
  fc.assert(
    fc.property(dotted, (text) => {
      const reader = new DerReader(oid(text));
      reader.oid('identifier');
      assert.equal(oidText(reader.der, reader.content, reader.stop), text);
    }),
  );
  const seconds = fc.integer({ min: Date.UTC(1950, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
  fc.assert(
    fc.property(seconds, (second) => {
      assert.equal(new DerReader(time(second * 1000)).time('time'), second * 1000);
    }),
  );
});

test('any octets at all are read or refused, never worse', () => {
  fc.assert(
    fc.property(bytes, (der) => {
      accepted(der);
      parseName(der);
    }),
    { numRuns: 3_000 },
  );
});

function accepted(der: Uint8Array): boolean {
  try {
    checkElement(der, 0, der.length);
    return true;
  } catch (thrown) {
    if (thrown instanceof PkiRefusal) return false;
    throw thrown;
  }
}

/** Takes tags and contents apart and writes them again with lengths of its own. */
function reencoded(der: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < der.length; ) {
    let content = at + 1;
    if ((der[at]! & 0x1f) === 0x1f) {
      while (der[content]! > 0x7f) content++;
      content++;
    }
    const identifier = der.subarray(at, content);
    let length = der[content++]!;
    if (length > 0x7f) {
      const octets = length & 0x7f;
      length = Buffer.from(der.subarray(content, content + octets)).readUIntBE(0, octets);
      content += octets;
    }
    const inner = der.subarray(content, content + length);
    const written = element(0, (der[at]! & 0x20) === 0 ? inner : reencoded(inner));
    parts.push(identifier, written.subarray(1));
    at = content + length;
  }
  return Buffer.concat(parts);
}
