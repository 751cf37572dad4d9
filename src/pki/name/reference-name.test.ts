import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDottedQuad, isHostName } from './host-name.ts';
import { normalHost, parseReferenceName } from './reference-name.ts';

const read = (text: string) => {
  const result = parseReferenceName(text);
  return result.ok ? result.value : result.error;
};

test('what people type is read as the kind of name it is', () => {
  assert.deepEqual(read(' Host.Example.COM. '), { kind: 'dns', host: 'host.example.com' });
  assert.deepEqual(read('192.0.2.1'), { kind: 'ip', bytes: Uint8Array.of(192, 0, 2, 1), text: '192.0.2.1' });
  assert.equal((read('[2001:db8::1]') as { kind: string }).kind, 'ip');
  assert.deepEqual(read('sip:Example.com:5061;transport=tls'), { kind: 'sip', domain: 'example.com' });
  assert.deepEqual(read('sips:example.com'), { kind: 'sip', domain: 'example.com' });
  assert.deepEqual(read('_SIP._tls.Example.com'), { kind: 'srv', service: '_sip._tls', domain: 'example.com' });
  assert.deepEqual(read('xmpp:Example.com'), { kind: 'xmpp', address: 'example.com' });
  assert.deepEqual(read('mailto:a@example.com'), { kind: 'email', mailbox: 'a@example.com' });
});

test('what can be no name is refused in words', () => {
  for (const dot of ['\u3002', '\uff0e', '\uff61']) {
    assert.equal(read(`a${dot}example.com`), 'the name holds a full stop that is not the ASCII one');
  }
  assert.equal(read('sip:bob@example.com'), 'a SIP identity is a domain: leave out the user part');
  for (const text of ['', '.', 'a..b', 'a b', 'bücher.example', '10.0.0', '010.0.0.1', '1.2.3.4.5', 'a\0b']) {
    assert.equal(typeof read(text), 'string', text);
  }
  assert.equal(typeof read('_sip'), 'string');
  assert.equal(typeof read('mailto:nobody'), 'string');
  assert.equal(typeof read('sip:'), 'string');
  assert.doesNotMatch(String(read('a\u001b[2Jb')), /\u001b/, 'what is quoted is safe to print');
});

test('hosts are compared in lower case without a trailing dot', () => {
  assert.equal(normalHost('A.Example.com.'), 'a.example.com');
  assert.equal(normalHost('a.example.com..'), undefined);
  assert.equal(normalHost(`${'a'.repeat(64)}.example`), undefined);
  assert.equal(normalHost(`${'a.'.repeat(127)}a`), undefined);
});

test('host names follow the letters, digits and hyphens rule', () => {
  const good = ['a', 'A1', 'a-b.c', '1.2', 'xn--bcher-kva.example', `${'a'.repeat(63)}.b`, `${'a.'.repeat(126)}a`];
  const bad = [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '-a',
    'a-',
    'a-.b',
    'a.-b',
    'a_b',
    'a b',
    '*.a',
    'ä',
    `${'a'.repeat(64)}.b`,
    'a\0',
  ];
  for (const text of good) assert.ok(isHostName(text), text);
  for (const text of [...bad, `${'a.'.repeat(127)}a`]) assert.ok(!isHostName(text), text);
  assert.ok(isDottedQuad('999.0.0.1'));
  assert.ok(!isDottedQuad('1.2.3'));
});
