import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processorTime } from '../../../test/support/processor-time.ts';
import { createSipReader } from './message.ts';
import { answerSip } from './options.ts';

const place = { remoteAddress: '192.0.2.7', remotePort: 40_000, host: 'gw.example.com', port: 5061 };

const lines = [
  'Via: SIP/2.0/TLS client.example.com:5061;branch=z9hG4bK1',
  'Via: SIP/2.0/UDP far.example.com;branch=z9hG4bK0',
  'From: "A, <B>" <sip:a@example.com>;tag=1',
  'To: <sip:gw.example.com;tag=not-this>',
  'Call-ID: c1',
  'CSeq: 7 OPTIONS',
  'Max-Forwards: 0',
  'Content-Length: 0',
];

function ask(head: readonly string[] = lines, start = 'OPTIONS sip:gw.example.com SIP/2.0'): string | undefined {
  const [event] = createSipReader()(Buffer.from([start, ...head, '', ''].join('\r\n')));
  assert.ok(event?.kind === 'message', JSON.stringify(event));
  return answerSip(event.message, place);
}

function replace(name: string, line?: string): string[] {
  return lines.flatMap((l) => (l.startsWith(`${name}:`) ? (line === undefined ? [] : [line]) : [l]));
}

test('OPTIONS is answered with everything that RFC 3261 asks for, also at Max-Forwards 0', () => {
  const answer = ask()?.split('\r\n') ?? [];
  assert.equal(answer[0], 'SIP/2.0 200 OK');
  assert.equal(answer[1], 'Via: SIP/2.0/TLS client.example.com:5061;branch=z9hG4bK1;received=192.0.2.7');
  assert.equal(answer[2], lines[1]);
  assert.equal(answer[3], lines[2]);
  assert.match(answer[4] ?? '', /^To: <sip:gw\.example\.com;tag=not-this>;tag=[0-9a-f]{16}$/);
  assert.ok(answer.includes('Call-ID: c1') && answer.includes('CSeq: 7 OPTIONS'));
  assert.ok(answer.includes('Contact: <sip:gw.example.com:5061;transport=tls>'));
  assert.ok(answer.includes('Allow: OPTIONS') && answer.includes('Content-Length: 0'));
  assert.deepEqual(answer.slice(-2), ['', '']);
});

test('the same request gets the same tag, and a tag that is there is kept', () => {
  assert.equal(ask(), ask());
  assert.ok(
    ask(replace('To', 'To: <sip:gw.example.com>;tag=there'))?.includes('\r\nTo: <sip:gw.example.com>;tag=there\r\n'),
  );
});

test('rport is filled in with the source port, and received is added beside it', () => {
  const answer = ask(replace('Via', 'Via: SIP/2.0/TLS 192.0.2.7;rport;branch=z9hG4bK1'));
  assert.ok(answer?.includes('Via: SIP/2.0/TLS 192.0.2.7;rport=40000;branch=z9hG4bK1;received=192.0.2.7\r\n'), answer);
});

test('a sent-by that is the source address needs no received', () => {
  const answer = ask(replace('Via', 'Via: SIP/2.0/TLS 192.0.2.7:9;branch=z9hG4bK1'));
  assert.ok(answer?.includes('Via: SIP/2.0/TLS 192.0.2.7:9;branch=z9hG4bK1\r\n'), answer);
});

test('of several Vias on one line only the first is completed', () => {
  const answer = ask(replace('Via', 'Via: SIP/2.0/TLS [2001:db8::1]:5061;x="a,b;c", SIP/2.0/UDP other;rport'));
  assert.ok(
    answer?.includes('Via: SIP/2.0/TLS [2001:db8::1]:5061;x="a,b;c";received=192.0.2.7, SIP/2.0/UDP other;rport\r\n'),
    answer,
  );
});

test('other requests get 503, ACK and responses nothing', () => {
  const invite = replace('CSeq', 'CSeq: 1 INVITE');
  assert.ok(ask(invite, 'INVITE sip:a SIP/2.0')?.startsWith('SIP/2.0 503 Service Unavailable\r\n'));
  assert.equal(ask(replace('CSeq', 'CSeq: 1 ACK'), 'ACK sip:a SIP/2.0'), undefined);
  assert.equal(ask(lines, 'SIP/2.0 200 OK'), undefined);
});

test('what is missing or contradictory gets 400 that names it', () => {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length']) {
    assert.match(ask(replace(name)) ?? '', new RegExp(`^SIP/2\\.0 400 Missing ${name}\r\n`), name);
  }
  assert.match(ask([...lines, 'To: <sip:b>']) ?? '', /^SIP\/2\.0 400 Repeated To\r\n/);
  assert.match(ask(replace('CSeq', 'CSeq: 7 INVITE')) ?? '', /^SIP\/2\.0 400 CSeq/);
  assert.match(ask(lines, 'OPTIONS sip:a SIP/3.0') ?? '', /^SIP\/2\.0 505 /);
});

test('hostile headers cost no more than their length', () => {
  const { ms } = processorTime(() => {
    for (const filler of ['<', ';', ',', '"', ' ', 'tag=']) {
      ask(replace('To', `To: ${filler.repeat(7_000 / filler.length)}`));
      ask(replace('Via', `Via: ${filler.repeat(7_000 / filler.length)}`));
    }
  });
  assert.ok(ms < 1_000, `${ms} ms`);
});
