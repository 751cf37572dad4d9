import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type IndexLine, indexLine, indexTime, parseIndex } from './index-file.ts';
import { isTar, readTar, tarEnd, tarMember } from './tar.ts';

const seconds = fc.integer({ min: 0, max: 4_102_444_800 }).map((value) => value * 1_000);
const line: fc.Arbitrary<IndexLine> = fc.record(
  {
    status: fc.constantFrom('V' as const, 'E' as const),
    notAfter: seconds,
    revokedAt: fc.constant(null),
    reason: fc.constant(null),
    serial: fc
      .uint8Array({ minLength: 2, maxLength: 20 })
      .filter((octets) => octets[0] !== 0)
      .map((octets) => Buffer.from(octets).toString('hex')),
    subject: fc.string({ maxLength: 60 }).filter((text) => !/[\r\n]/.test(text)),
  },
  { noNullPrototype: true },
);
const revoked: fc.Arbitrary<IndexLine> = fc
  .tuple(line, seconds, fc.constantFrom(null, 1, 2, 3, 4, 5, 6, 9, 10))
  .map(([one, revokedAt, reason]) => ({ ...one, status: 'R', revokedAt, reason }));

test('a line that is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(line, revoked), { maxLength: 20 }), (lines) => {
      const text = lines.map((one) => `${indexLine(one)}\n`).join('');
      assert.deepEqual(parseIndex(text), { lines, faults: [] });
    }),
  );
});

test('a line of `openssl ca` about a subject with a tab, a space behind a backslash and UTF-8 comes back as it was', () => {
  const text = 'V\t261201190456Z\t\t01\tunknown\t/CN=tab\\x09x/O=M\\xC3\\xBCller\\ GmbH';
  const { lines } = parseIndex(`${text}\n`);
  assert.equal(lines[0]?.subject, '/CN=tab\\x09x/O=M\\xC3\\xBCller\\ GmbH');
  assert.equal(indexLine(lines[0]), text);
});

test('whatever stands in the file, it is read or named, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const { lines, faults } = parseIndex(text);
      const counted = text.split(/\r?\n/).filter((one) => one.trim() !== '' && !one.startsWith('#'));
      assert.equal(lines.length + faults.length, counted.length);
    }),
  );
});

test('dates through 2049 have two digits for the year, later ones four', () => {
  assert.equal(indexTime(Date.UTC(2049, 11, 31, 23, 59, 59)), '491231235959Z');
  assert.equal(indexTime(Date.UTC(2050, 0, 1)), '20500101000000Z');
  const { lines } = parseIndex(
    'V\t991231235959Z\t\t0A\tunknown\t/CN=a\nR\t20991231235959Z\t260101000000Z,keyTime,x\t0b\tunknown\t/CN=b\n',
  );
  assert.deepEqual(
    lines.map(({ notAfter, serial, reason }) => [new Date(notAfter).getUTCFullYear(), serial, reason]),
    [
      [1999, '0a', null],
      [2099, '0b', 1],
    ],
  );
});

test('a tar archive that is written is read as it was, and damage is refused in words', () => {
  const member = fc.record({
    name: fc.stringMatching(/^[a-z][a-z/]{0,60}[a-z]$/),
    bytes: fc.uint8Array({ maxLength: 2_000 }),
  });
  fc.assert(
    fc.property(fc.array(member, { maxLength: 5 }), (members) => {
      const folder = tarMember('folder/', undefined, 0o700, 0);
      const packed = Buffer.concat([
        folder,
        ...members.map(({ name, bytes }) => tarMember(name, bytes, 0o600, 1)),
        tarEnd,
      ]);
      assert.ok(isTar(packed));
      const read = readTar(packed, 10).map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }));
      assert.deepEqual(
        read,
        members.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) })),
      );
    }),
  );
  const good = Buffer.concat([tarMember('a', Buffer.alloc(600, 1), 0o600, 0), tarEnd]);
  assert.throws(() => readTar(good.subarray(0, 700), 10), /cut off/);
  const wrong = Buffer.from(good);
  wrong[0]! ^= 1;
  assert.throws(() => readTar(wrong, 10), /a header is wrong/);
  assert.throws(() => readTar(good, 0), /more than 0 files/);
});
