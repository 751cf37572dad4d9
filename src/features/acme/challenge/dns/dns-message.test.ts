import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addedTxt,
  encodeDnsMessage,
  encodeRecord,
  questionFor,
  readDnsMessage,
  recordTypes,
  removedTxt,
  txtText,
  updateOf,
} from './dns-message.ts';
import { DnsFault, encodeDnsName, readDnsName } from './dns-name.ts';
import { signTsig, type TsigKey, verifyTsig } from './tsig.ts';

const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const anyName = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));

test('what is written is read back the same', () => {
  fc.assert(
    fc.property(anyName, anyName, fc.stringMatching(/^[\w-]{1,200}$/), fc.nat(65_535), (name, zone, value, id) => {
      const message = updateOf(id, zone, [addedTxt(name, value, 60), removedTxt(name, value)]);
      const read = readDnsMessage(encodeDnsMessage(message));
      assert.equal(read.id, id);
      assert.deepEqual(read.question, [{ name: zone, type: recordTypes.SOA, class: 1 }]);
      assert.deepEqual(
        read.authority.map(({ name: where, ttl, data }) => [where, ttl, txtText(data)]),
        [
          [name, 60, value],
          [name, 0, value],
        ],
      );
      assert.ok(!read.response);
    }),
  );
});

test('names in messages may point back, never forward or to themselves, and are never too long', () => {
  const message = Buffer.concat([
    Buffer.from('\x03www\x07example\x03com\x00', 'latin1'),
    Buffer.from([1, 0x61, 0xc0, 4]),
    Buffer.from([0xc0, 21]),
  ]);
  assert.deepEqual(readDnsName(message, 17), { name: 'a.example.com', end: 21 });
  for (const wrong of [[0xc0, 0], [0xc0, 2], [1, 0x61, 0xc0, 0], [0x40, 1], [5, 0x61], [], Array(400).fill(1)])
    assert.throws(() => readDnsName(Uint8Array.from(wrong), 0), DnsFault, String(wrong));
  for (const wrong of [
    'a b',
    'a..b',
    'ä.de',
    `${'a'.repeat(64)}.de`,
    Array(60).fill('aaaaa').join('.'),
    'a\\046b',
    '$(id)',
  ])
    assert.throws(() => encodeDnsName(wrong), DnsFault, wrong);
  const odd = Buffer.from('\x03a.b\x02C\x00\x00', 'latin1');
  assert.equal(readDnsName(odd, 0).name, 'a\\046b.c\\000');
});

test('damaged and random messages are read or refused, never anything else', () => {
  const key: TsigKey = { name: 'k.example', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 1) };
  const good = signTsig(updateOf(7, 'example.com', [addedTxt('a.example.com', 'x', 60)]), key, 0).bytes;
  const reads = (bytes: Uint8Array): void => {
    try {
      const message = readDnsMessage(bytes);
      verifyTsig(bytes, message, key, new Uint8Array(32), 0);
      assert.fail('it passed for signed');
    } catch (error) {
      assert.ok(error instanceof DnsFault, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), reads));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      fc.nat(good.length),
      (changes, length) => {
        const damaged = Buffer.from(good);
        for (const [at, value] of changes) damaged[at] = value;
        reads(damaged.subarray(0, length === 0 ? good.length : length));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('an answer counts when its signature covers the request, by this key, at about this time', () => {
  const key: TsigKey = { name: 'K.Example', algorithm: 'hmac-sha512', secret: Buffer.alloc(64, 1) };
  const now = Date.UTC(2030, 0);
  const request = signTsig(questionFor(1, 'a.example.com', recordTypes.TXT), key, now);
  const read = readDnsMessage(request.bytes);
  // a request is no answer to itself: its digest lacks the MAC of a request
  assert.throws(() => verifyTsig(request.bytes, read, key, request.mac, now), /signature of the answer is wrong/);
  const unsigned = encodeDnsMessage(questionFor(1, 'a.example.com', recordTypes.TXT));
  assert.throws(() => verifyTsig(unsigned, readDnsMessage(unsigned), key, request.mac, now), /not signed/);
  assert.throws(() => verifyTsig(request.bytes, read, { ...key, name: 'other' }, request.mac, now), /another key/);
});

test('a server may allow another difference of the clocks than we do; what it signs holds as long as it says', () => {
  const key: TsigKey = { name: 'k.example', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 1) };
  const now = Date.UTC(2030, 0);
  const { mac } = signTsig(questionFor(1, 'a.example.com', recordTypes.TXT), key, now);
  const question = questionFor(1, 'a.example.com', recordTypes.TXT);
  for (const [fudge, off] of [
    [600, 599],
    [30, 29],
  ] as const) {
    const bytes = signedAnswer(encodeDnsMessage({ ...question, flags: 0x8000 }), key, mac, now / 1_000, fudge);
    verifyTsig(bytes, readDnsMessage(bytes), key, mac, now + off * 1_000);
    const late = () => verifyTsig(bytes, readDnsMessage(bytes), key, mac, now + (fudge + 1) * 1_000);
    assert.throws(late, /clock of the server/);
  }
});

/** As a server signs it (RFC 8945 5.3): over the MAC of the request, its own answer, its own tolerance. */
function signedAnswer(answer: Uint8Array, key: TsigKey, requestMac: Uint8Array, time: number, fudge: number) {
  const times = Buffer.alloc(8);
  times.writeUIntBE(time, 0, 6);
  times.writeUInt16BE(fudge, 6);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(requestMac.length);
  const names = { key: encodeDnsName(key.name), algorithm: encodeDnsName(key.algorithm) };
  const mac = createHmac('sha256', key.secret)
    .update(Buffer.concat([size, requestMac, answer, names.key, Buffer.of(0, 255, 0, 0, 0, 0)]))
    .update(Buffer.concat([names.algorithm, times, Buffer.alloc(4)]))
    .digest();
  const data = Buffer.concat([names.algorithm, times, Buffer.of(0, mac.length), mac, Buffer.of(0, 1), Buffer.alloc(4)]);
  const record = encodeRecord({ name: key.name, type: recordTypes.TSIG, class: 255, ttl: 0, data });
  const bytes = Buffer.concat([answer, record]);
  bytes.writeUInt16BE(1, 10);
  return bytes;
}
