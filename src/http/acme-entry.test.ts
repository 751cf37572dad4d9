import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { acmeServerForTest } from '../../test/support/acme-server-for-test.ts';
import { JwsClient } from '../../test/support/jws-client.ts';
import { type Call, startSmallGateway } from '../../test/support/small-gateway.ts';

const headers = { host: 'ca.test' };

async function gatewayWithAcme(t: TestContext) {
  const { server } = await acmeServerForTest(t);
  const gateway = await startSmallGateway({ acme: server });
  t.after(() => gateway.close());
  const post = (resource: string, body: unknown, more: Call = {}) =>
    gateway.call('POST', `/acme/default/${resource}`, {
      bare: true,
      body,
      headers: { ...headers, 'content-type': 'application/jose+json' },
      ...more,
    });
  return { gateway, server, post };
}

test('ACME clients need no log-in, and get the nonce, the link and the headers of every answer', async (t) => {
  const { gateway, post } = await gatewayWithAcme(t);
  const directory = await gateway.call('GET', '/acme/default/directory', { headers });
  assert.equal(directory.status, 200);
  assert.equal(directory.json['newNonce'], 'https://ca.test/acme/default/new-nonce');
  const nonce = await gateway.call('HEAD', '/acme/default/new-nonce', { headers });
  assert.equal(nonce.status, 200);
  assert.equal(nonce.headers['cache-control'], 'no-store');
  assert.match(String(nonce.headers['replay-nonce']), /^[\w-]{22}$/);
  const refused = await post('new-account', {});
  assert.equal(refused.status, 400);
  assert.equal(refused.headers['content-type'], 'application/problem+json');
  assert.ok(refused.headers['replay-nonce']);
  assert.match(String(refused.headers['link']), /rel="index"/);
  assert.ok(refused.headers['content-security-policy']);
  assert.equal(refused.headers['set-cookie'], undefined);
});

test('a signed message arrives as it was sent', async (t) => {
  const { server, post } = await gatewayWithAcme(t);
  // signs here, sends through the gateway
  const through = {
    handle: async (request: Parameters<typeof server.handle>[0]) => {
      if (request.method !== 'POST') return server.handle(request);
      const answer = await post(request.path.replace('/acme/default/', ''), Buffer.from(request.body).toString());
      return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.text };
    },
  };
  const client = new JwsClient(through);
  assert.equal((await client.register()).status, 201);
  const done = await client.enrol(['a.example']);
  assert.equal(done.json['status'], 'valid');
  const certificate = await client.post(String(done.json['certificate']), '');
  assert.match(certificate.text, /^-----BEGIN CERTIFICATE-----/);
});

test('bodies end at 64 KiB with words that an ACME client understands; other types are refused by the server', async (t) => {
  const { post } = await gatewayWithAcme(t);
  const large = await post('new-account', 'x'.repeat(65 * 1024));
  assert.equal(large.status, 413);
  assert.equal(large.json['type'], 'urn:ietf:params:acme:error:malformed');
  for (const type of ['application/json', 'text/plain', 'multipart/form-data', 'x']) {
    const other = await post('new-account', '{}', { headers: { ...headers, 'content-type': type } });
    assert.equal(other.status, 415, type);
    assert.equal(other.json['reason'], 'content-type');
  }
});

test('what is not there is not there: other paths, other methods', async (t) => {
  const { gateway, post } = await gatewayWithAcme(t);
  for (const path of ['', 'nothing', 'new-order/x', '../directory', 'order/a/b/c/d']) {
    const { status, json } = await post(path, {});
    assert.ok(status >= 400 && status < 500, path);
    assert.ok(!String(json['type']).includes('acme:error:serverInternal'), path);
  }
  assert.equal((await gateway.call('GET', '/acme/nothing/directory', { headers })).status, 404);
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
    const refused = await gateway.call(method, '/acme/default/new-order', { headers, bare: true });
    assert.deepEqual(
      [refused.status, refused.headers['allow'], refused.json['reason']],
      [405, 'POST', 'method'],
      method,
    );
    // no page of another origin gets to read an answer
    assert.equal(refused.headers['access-control-allow-origin'], undefined);
  }
  assert.equal((await gateway.call('GET', '/acme/default/new-order', { headers })).status, 405);
  // a message is for the whole URL; what is read by GET has no other answer for a query
  assert.equal((await post('new-account?x=1', {})).status, 404);
  assert.equal((await gateway.call('GET', '/acme/default/directory?x=1', { headers })).status, 200);
});

test('a body in chunks is refused like everywhere, and the connection is closed', async (t) => {
  const { gateway } = await gatewayWithAcme(t);
  const socket = await gateway.open();
  socket.write('POST /acme/default/new-order HTTP/1.1\r\nHost: ca.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(first.toString(), /^HTTP\/1.1 400 /);
  await once(socket, 'close');
});
