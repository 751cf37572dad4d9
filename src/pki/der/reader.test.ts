import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTlv, encodeTlv, lengthOf, type Tlv } from '../../../test/support/tlv.ts';
import { PkiRefusal } from '../pki-error.ts';
import { checkElement, maxDepth } from './element.ts';
import { DerReader } from './reader.ts';

function refusal(work: () => void): { code: string; offset: number } {
  try {
    work();
  } catch (thrown) {
    assert.ok(thrown instanceof PkiRefusal, String(thrown));
    return { code: thrown.error.code, offset: thrown.error.offset };
  }
  assert.fail('not refused');
}

const check = (...octets: number[]) => checkElement(Uint8Array.from(octets), 0, octets.length);

test('each breach of DER is refused with its code and the offset of the element', () => {
  const cases: [string, number[], string, number][] = [
    ['an indefinite length', [0x30, 0x80, 0, 0], 'der.length', 1],
    ['a long form where the short one would do', [0x04, 0x81, 0x01, 0x00], 'der.length', 1],
    ['a leading zero in the length', [0x04, 0x82, 0x00, 0x80, ...Array(128).fill(0)], 'der.length', 1],
    ['a length beyond the end', [0x04, 0x02, 0x00], 'der.truncated', 0],
    ['a member longer than its parent', [0x30, 0x03, 0x04, 0x02, 0x00, 0x00], 'der.truncated', 2],
    ['a lone tag', [0x30], 'der.truncated', 0],
    ['octets after the element', [0x05, 0x00, 0x00], 'der.trailing-bytes', 2],
    ['an INTEGER with a leading zero', [0x02, 0x02, 0x00, 0x01], 'der.integer', 0],
    ['an INTEGER with a leading FF', [0x02, 0x02, 0xff, 0x80], 'der.integer', 0],
    ['an empty INTEGER', [0x02, 0x00], 'der.integer', 0],
    ['a BOOLEAN of 01', [0x01, 0x01, 0x01], 'der.boolean', 0],
    ['a BOOLEAN of two octets', [0x01, 0x02, 0xff, 0xff], 'der.boolean', 0],
    ['a NULL with content', [0x05, 0x01, 0x00], 'der.null', 0],
    ['a BIT STRING without count', [0x03, 0x00], 'der.bit-string', 0],
    ['a BIT STRING with 8 unused bits', [0x03, 0x02, 0x08, 0x00], 'der.bit-string', 0],
    ['a BIT STRING with unused bits set', [0x03, 0x02, 0x01, 0x01], 'der.bit-string', 0],
    ['a constructed OCTET STRING', [0x24, 0x03, 0x04, 0x01, 0x00], 'der.tag', 0],
    ['a primitive SEQUENCE', [0x10, 0x00], 'der.tag', 0],
    ['an end-of-contents', [0x00, 0x00], 'der.tag', 0],
    ['a long tag that fits one octet', [0x1f, 0x1e, 0x00], 'der.tag', 0],
    ['a SET out of order', [0x31, 0x06, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01], 'der.set-order', 5],
    ['bad UTF-8', [0x0c, 0x01, 0xff], 'der.string', 0],
  ];
  for (const [what, octets, code, offset] of cases) {
    assert.deepEqual(
      refusal(() => check(...octets)),
      { code, offset },
      what,
    );
  }
});

test('nesting up to 32 levels is read, one more is refused, and bombs are not read to their end', () => {
  const nested = (depth: number) => {
    let tlv = Uint8Array.of(0x30, 0);
    for (let i = 1; i < depth; i++) tlv = Uint8Array.of(0x30, ...lengthOf(tlv.length), ...tlv);
    return tlv;
  };
  checkElement(nested(maxDepth), 0, nested(maxDepth).length);
  const deep = nested(maxDepth + 1);
  assert.equal(refusal(() => checkElement(deep, 0, deep.length)).code, 'der.depth');
  for (const depth of [2441, 20_000]) {
    const bomb = bombOf(depth);
    assert.equal(refusal(() => checkElement(bomb, 0, bomb.length)).code, 'der.depth');
  }
  const indefinite = new Uint8Array(20_000).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80));
  assert.equal(refusal(() => checkElement(indefinite, 0, indefinite.length)).code, 'der.length');
});

test('a structure must be read to its end', () => {
  const reader = new DerReader(Uint8Array.of(0x30, 0x04, 0x05, 0x00, 0x05, 0x00));
  const outer = reader.enter(0x30, 'structure');
  reader.null('member');
  assert.deepEqual(
    refusal(() => reader.leave(outer, 'structure')),
    { code: 'der.trailing-bytes', offset: 4 },
  );
});

test('small integers are bounded whatever their length', () => {
  const read = (max: number, ...octets: number[]) => new DerReader(Uint8Array.from(octets)).smallInteger('n', max);
  assert.equal(read(0xffffffff, 0x02, 0x05, 0, 0xff, 0xff, 0xff, 0xff), 0xffffffff);
  assert.equal(refusal(() => read(0xffffffff, 0x02, 0x06, 0, 0xff, 0xff, 0xff, 0xff, 0xff)).code, 'der.value');
  assert.equal(refusal(() => read(255, 0x02, 0x02, 0x01, 0x00)).code, 'der.value');
  assert.equal(refusal(() => read(255, 0x02, 0x01, 0xff)).code, 'der.value');
});

test('whatever passes the check is encoded again to the same octets', () => {
  const { tree } = fc.letrec<{ tree: Tlv }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.record({ tag: fc.constantFrom(0x04, 0x80, 0x81), content: fc.uint8Array({ maxLength: 200 }) }),
      fc.constant<Tlv>({ tag: 0x02, content: Uint8Array.of(5) }),
      fc.record({ tag: fc.constantFrom(0x30, 0xa0, 0xa3), children: fc.array(tie('tree'), { maxLength: 5 }) }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.nat(), fc.integer({ min: 0, max: 255 }), (node, place, octet) => {
      const good = encodeTlv(node);
      checkElement(good, 0, good.length);
      const bent = Uint8Array.from(good);
      bent[place % bent.length] = octet;
      try {
        checkElement(bent, 0, bent.length);
      } catch (thrown) {
        assert.ok(thrown instanceof PkiRefusal);
        assert.ok(thrown.error.offset >= 0 && thrown.error.offset <= bent.length);
        return;
      }
      if ((bent[0]! & 0x1f) !== 0x1f && !hasLongTag(bent)) assert.deepEqual([...encodeTlv(decodeTlv(bent))], [...bent]);
    }),
    { numRuns: 1000 },
  );
});

/** The tree of the test support knows tags of one octet only. */
function hasLongTag(der: Uint8Array): boolean {
  return der.some((octet) => (octet & 0x1f) === 0x1f);
}

function bombOf(depth: number): Uint8Array {
  const headers: Uint8Array[] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    const header = Uint8Array.of(0x30, ...lengthOf(length));
    headers.unshift(header);
    length += header.length;
  }
  return Buffer.concat(headers);
}
