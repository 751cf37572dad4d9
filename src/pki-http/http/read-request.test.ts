import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxBody, maxHead, readRequest } from './read-request.ts';

const host = 'Host: pki.example.com\r\n';

function read(text: string) {
  return readRequest(Buffer.from(text, 'latin1'));
}

function statusOf(text: string): number | string {
  const step = read(text);
  return step.kind === 'refused' ? step.status : step.kind;
}

test('a request is read with its body, and what follows is left', () => {
  const text = `POST /ocsp HTTP/1.1\r\n${host}Content-Type: application/ocsp-request\r\nContent-Length: 3\r\n\r\nabcGET`;
  const step = read(text);
  assert.ok(step.kind === 'request');
  assert.equal(step.length, text.length - 3);
  assert.equal(step.request.body.toString(), 'abc');
  assert.deepEqual(step.request.headers, { 'content-type': 'application/ocsp-request' });
  assert.ok(step.request.keepAlive);
});

test('whether a connection goes on is told by version and header', () => {
  const goesOn = (text: string) => {
    const step = read(text);
    return step.kind === 'request' && step.request.keepAlive;
  };
  assert.equal(goesOn(`GET / HTTP/1.1\r\n${host}\r\n`), true);
  assert.equal(goesOn(`GET / HTTP/1.1\r\n${host}Connection: Close\r\n\r\n`), false);
  assert.equal(goesOn('GET / HTTP/1.0\r\n\r\n'), false);
  assert.equal(goesOn('GET / HTTP/1.0\r\nConnection: foo, keep-alive\r\n\r\n'), true);
});

test('the absolute form means its path', () => {
  const step = read(`GET http://pki.example.com:8082/crl/a.crl HTTP/1.1\r\n${host}\r\n`);
  assert.ok(step.kind === 'request');
  assert.equal(step.request.path, '/crl/a.crl');
});

test('what two recipients could read in two ways is refused', () => {
  const post = `POST /ocsp HTTP/1.1\r\n${host}`;
  assert.equal(statusOf(`${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`), 400);
  assert.equal(statusOf(`${post}Content-Length: +3\r\n\r\nabc`), 400);
  assert.equal(statusOf(`${post}Content-Length: 3, 3\r\n\r\nabc`), 400);
  assert.equal(statusOf(`${post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), 501);
  assert.equal(statusOf(`${post}Content-Length : 3\r\n\r\nabc`), 400);
  assert.equal(statusOf(`${post}X: a\r\n b\r\n\r\n`), 400);
  assert.equal(statusOf(`${post}X: a\nContent-Length: 3\r\n\r\n`), 400);
  assert.equal(statusOf(`${post}X: a\0\r\n\r\n`), 400);
  assert.equal(statusOf(`${post}${host}\r\n`), 400);
  assert.equal(statusOf('GET / HTTP/1.1\r\n\r\n'), 400);
  assert.equal(statusOf(`GET  / HTTP/1.1\r\n${host}\r\n`), 400);
  assert.equal(statusOf(`GET / HTTP/1.1 \r\n${host}\r\n`), 400);
  assert.equal(statusOf(`GET foo HTTP/1.1\r\n${host}\r\n`), 400);
  assert.equal(statusOf('\r\n\r\n'), 400);
  assert.equal(statusOf('PRI * HTTP/2.0\r\n\r\n'), 505);
});

test('every part has its limit', () => {
  assert.equal(statusOf(`POST /ocsp HTTP/1.1\r\n${host}Content-Length: ${maxBody + 1}\r\n\r\n`), 413);
  assert.equal(statusOf(`GET /${'a'.repeat(2_048)} HTTP/1.1\r\n${host}\r\n`), 414);
  assert.equal(statusOf(`GET / HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(64)}\r\n`), 431);
  assert.equal(statusOf('a'.repeat(maxHead)), 'more');
  assert.equal(statusOf('a'.repeat(maxHead + 1)), 431);
  assert.equal(statusOf(`POST /ocsp HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`), 417);
});

test('no octets are read as two requests of which one was never sent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(80), (noise, at) => {
      const good = Buffer.from(`POST /ocsp HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nabcd`);
      const mixed = Buffer.concat([good.subarray(0, at), noise, good.subarray(at)]);
      const step = readRequest(mixed);
      if (step.kind !== 'request') return;
      assert.ok(step.length <= mixed.length);
      assert.match(step.request.method, /^[A-Z]+$/);
      assert.ok(step.request.path.startsWith('/'));
    }),
  );
});
