import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isString, stringProblem, stringText } from './strings.ts';
import * as tag from './tag.ts';

const octets = (...values: number[]) => Uint8Array.from(values);
const text = (type: number, bytes: Uint8Array) => stringText(bytes, type, 0, bytes.length);
const problem = (type: number, bytes: Uint8Array) => stringProblem(bytes, type, 0, bytes.length);

test('every string type becomes text', () => {
  assert.equal(text(tag.UTF8_STRING, Buffer.from('Zürich 東京')), 'Zürich 東京');
  assert.equal(text(tag.BMP_STRING, octets(0x67, 0x71, 0x4e, 0xac)), '東京');
  assert.equal(text(tag.UNIVERSAL_STRING, octets(0, 1, 0xd4, 0)), '\u{1d400}');
  assert.equal(text(tag.T61_STRING, octets(0x5a, 0xfc)), 'Zü');
  assert.equal(text(tag.PRINTABLE_STRING, Buffer.from('A & B_@*')), 'A & B_@*');
  assert.equal(text(tag.IA5_STRING, Buffer.from('a@b')), 'a@b');
});

test('octets that a type cannot hold are named', () => {
  assert.match(problem(tag.UTF8_STRING, octets(0xc0, 0x80)) ?? '', /UTF-8/);
  assert.match(problem(tag.UTF8_STRING, octets(0xed, 0xa0, 0x80)) ?? '', /UTF-8/);
  assert.match(problem(tag.UTF8_STRING, octets(0xe2, 0x82)) ?? '', /UTF-8/);
  assert.match(problem(tag.IA5_STRING, octets(0x80)) ?? '', /IA5String/);
  assert.match(problem(tag.PRINTABLE_STRING, octets(0x0a)) ?? '', /PrintableString/);
  assert.match(problem(tag.NUMERIC_STRING, Buffer.from('12a')) ?? '', /NumericString/);
  assert.match(problem(tag.BMP_STRING, octets(0x00)) ?? '', /BMPString/);
  assert.match(problem(tag.BMP_STRING, octets(0xd8, 0x00)) ?? '', /BMPString/);
  assert.match(problem(tag.UNIVERSAL_STRING, octets(0, 0x11, 0, 0)) ?? '', /UniversalString/);
});

test('UTF-8 is judged as the platform judges it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      let decoded: string | undefined;
      try {
        decoded = strict.decode(bytes);
      } catch {
        decoded = undefined;
      }
      assert.equal(problem(tag.UTF8_STRING, bytes) === undefined, decoded !== undefined);
      if (decoded !== undefined) assert.equal(text(tag.UTF8_STRING, bytes), decoded);
    }),
    { numRuns: 2000 },
  );
});

test('types that are no strings are told apart', () => {
  for (const type of [tag.UTF8_STRING, tag.BMP_STRING, tag.T61_STRING, tag.VISIBLE_STRING]) assert.ok(isString(type));
  for (const type of [tag.UTC_TIME, tag.INTEGER, tag.SEQUENCE, tag.OCTET_STRING, 0x1d]) assert.ok(!isString(type));
});
