import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { processorTime } from '../../../test/support/processor-time.ts';
import { createSipReader, type SipEvent, sipLimits } from './message.ts';

const request =
  'OPTIONS sip:a@example.com SIP/2.0\r\nv: SIP/2.0/TLS h;branch=z9hG4bK1\r\nSubject: one\r\n two\r\nl: 4\r\n\r\nbody';

function readAll(...chunks: (string | Buffer)[]): SipEvent[] {
  const read = createSipReader();
  return chunks.flatMap((chunk) => read(Buffer.from(chunk)));
}

function onlyMessage(events: readonly SipEvent[]) {
  const [event] = events;
  assert.equal(events.length, 1);
  assert.ok(event?.kind === 'message', JSON.stringify(event));
  return event.message;
}

test('a request is read with compact names made long and folded lines joined', () => {
  const message = onlyMessage(readAll(request));
  assert.equal(message.method, 'OPTIONS');
  assert.equal(message.uri, 'sip:a@example.com');
  assert.deepEqual(message.headers, [
    { name: 'via', value: 'SIP/2.0/TLS h;branch=z9hG4bK1' },
    { name: 'subject', value: 'one two' },
    { name: 'content-length', value: '4' },
  ]);
});

test('messages are found however the bytes are cut', () => {
  const stream = `\r\n\r\n${request}${request}\r\n\r\n\r\n${request}`;
  const whole = readAll(stream).map((event) => event.kind);
  assert.deepEqual(whole, ['ping', 'message', 'message', 'ping', 'message']);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 30 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const chunks = edges.slice(1).map((end, i) => stream.slice(edges[i], end));
      assert.deepEqual(
        readAll(...chunks).map((event) => event.kind),
        whole,
      );
    }),
  );
});

test('a response is told from a request', () => {
  const message = onlyMessage(readAll('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'));
  assert.equal(message.kind, 'response');
});

test('a message without Content-Length is the last one that is read', () => {
  const events = readAll('OPTIONS sip:a SIP/2.0\r\nTo: x\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n');
  assert.equal(onlyMessage(events).framed, false);
});

for (const [what, text] of [
  ['HTTP', 'GET / HTTP/1.1\r\n'],
  ['TLS inside TLS', '\x16\x03\x01\x02\x00'],
  ['a line feed alone between messages', '\nOPTIONS sip:a SIP/2.0\r\n\r\n'],
  ['a carriage return alone', '\rO'],
  ['a bare line feed in the headers', 'OPTIONS sip:a SIP/2.0\r\nTo: a\nFrom: b\r\n\r\n'],
  ['a NUL in the headers', 'OPTIONS sip:a SIP/2.0\r\nTo: a\0\r\n\r\n'],
  ['a header line without a name', 'OPTIONS sip:a SIP/2.0\r\nnonsense\r\n\r\n'],
  ['two different lengths', 'OPTIONS sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n'],
  ['a negative length', 'OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n'],
  ['a body beyond the limit', `OPTIONS sip:a SIP/2.0\r\nl: ${sipLimits.body + 1}\r\n\r\n`],
  ['an endless start line', `OPTIONS sip:${'a'.repeat(sipLimits.line)}`],
  ['an endless header', `OPTIONS sip:a SIP/2.0\r\nTo: ${'a'.repeat(sipLimits.head)}`],
  ['too many headers', `OPTIONS sip:a SIP/2.0\r\n${'To: a\r\n'.repeat(sipLimits.headers + 1)}\r\n`],
] as const) {
  test(`${what} is garbage, and nothing is read after it`, () => {
    const read = createSipReader();
    const events = read(Buffer.from(text, 'latin1'));
    assert.equal(events.at(-1)?.kind, 'garbage', JSON.stringify(events));
    assert.deepEqual(read(Buffer.from(request)), []);
  });
}

test('random bytes neither throw nor hold more than the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
      readAll(...chunks.map((chunk) => Buffer.from(chunk)));
    }),
  );
});

test('a request that drips in byte by byte is read in time that does not grow with its square', () => {
  const read = createSipReader();
  const long = `OPTIONS sip:a SIP/2.0\r\n${`To: ${' '.repeat(7_000)}x\r\n`.repeat(2)}l: 0\r\n\r\n`;
  const { ms, value: events } = processorTime(() => [...Buffer.from(long)].flatMap((byte) => read(Buffer.of(byte))));
  assert.equal(events.length, 1);
  assert.ok(ms < 2_000, `${ms} ms`);
});
