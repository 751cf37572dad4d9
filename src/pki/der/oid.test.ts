import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOid, oidContent, oidLongName, oidProblem, oidShortName, oidText } from './oid.ts';

const text = (...octets: number[]) => oidText(Uint8Array.from(octets), 0, octets.length);
const problem = (...octets: number[]) => oidProblem(Uint8Array.from(octets), 0, octets.length);

test('names are those that OpenSSL prints', () => {
  assert.equal(oidShortName('2.5.4.3'), 'CN');
  assert.equal(oidLongName('2.5.29.19'), 'X509v3 Basic Constraints');
  assert.equal(oidLongName('1.3.6.1.5.5.7.3.1'), 'TLS Web Server Authentication');
  assert.equal(oidShortName('1.2.3.4'), '1.2.3.4');
  assert.equal(oidShortName('2.16.840.1.101.3.4.3.18'), 'id-ml-dsa-65');
});

test('an arc that is congruent modulo 2^32 is another identifier', () => {
  const rsa = oidContent('1.2.840.113549.1.1.1');
  const lookalike = oidContent(`1.2.840.${2 ** 32 + 113549}.1.1.1`);
  assert.equal(oidText(rsa, 0, rsa.length), '1.2.840.113549.1.1.1');
  assert.equal(oidText(lookalike, 0, lookalike.length), '1.2.840.4295080845.1.1.1');
  assert.equal(oidProblem(lookalike, 0, lookalike.length), undefined);
  assert.ok(!isOid(lookalike, 0, lookalike.length, rsa));
});

test('malformed and oversized identifiers are refused at once', () => {
  assert.match(problem() ?? '', /empty/);
  assert.match(problem(0x2a, 0x86) ?? '', /ends inside an arc/);
  assert.match(problem(0x2a, 0x80, 0x01) ?? '', /shortest form/);
  assert.match(problem(...Array(65).fill(1)) ?? '', /65 octets/);
  const huge = new Uint8Array(254_000).fill(0xff);
  huge[huge.length - 1] = 1;
  assert.match(oidProblem(huge, 0, huge.length) ?? '', /254000 octets/);
});

test('arcs reach to 2^53 and no further', () => {
  const largest = oidContent(`1.2.${Number.MAX_SAFE_INTEGER}`);
  assert.equal(oidProblem(largest, 0, largest.length), undefined);
  assert.equal(oidText(largest, 0, largest.length), `1.2.${Number.MAX_SAFE_INTEGER}`);
  // 2^53, one more than the largest.
  assert.match(problem(0x2a, 0x90, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00) ?? '', /2\^53/);
  assert.equal(text(0x88, 0x37), '2.999');
});

test('dotted form and octets are two faces of one identifier', () => {
  const arc = fc.oneof(fc.nat(300), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 }), fc.nat(39), fc.array(arc, { maxLength: 6 }), (first, second, rest) => {
      const dotted = [first, second, ...rest].join('.');
      const content = oidContent(dotted);
      assert.equal(oidProblem(content, 0, content.length), undefined);
      assert.equal(oidText(content, 0, content.length), dotted);
    }),
  );
});

test('what is no identifier throws', () => {
  for (const bad of ['', '1', '3.1', '1.40', '1.2.', '1.2.x', '1.02.3', '1.2.9007199254740993']) {
    assert.throws(() => oidContent(bad), RangeError, bad);
  }
});
