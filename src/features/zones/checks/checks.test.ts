import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { auditRows } from '../../../../test/support/temporary-storage.ts';
import { startZonesGateway, type ZonesGateway } from '../../../../test/support/zones-gateway.ts';

interface Tested {
  readonly accepted: boolean;
  readonly aspects: readonly { aspect: string; result: string; words: string; remedy: string }[];
  readonly user: { userName?: string };
  readonly userExists: boolean | null;
}

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

async function trust({ api }: ZonesGateway, pem: string): Promise<void> {
  await api('POST', '/trusted-cas', { file: base64(pem), name: 'ca.pem' });
}

test('a good client certificate is accepted check by check, and its user is known', async (t) => {
  const gateway = await startZonesGateway(t);
  const ca = makeCa('Users');
  await trust(gateway, ca.pem);
  const leaf = makeLeaf('x.example', ca, { subject: [{ type: 'CN', value: 'ada' }] });
  const before = (await auditRows(gateway.gateway.storage)).length;
  const body = { file: base64(leaf.pem), crlCheck: 'none' };
  const answer = await gateway.asAuditor('POST', '/zones/client-certificate-test', body);
  assert.equal(answer.status, 200);
  const { accepted, aspects, user, userExists } = answer.json as unknown as Tested;
  assert.deepEqual([accepted, user.userName, userExists], [true, 'ada', true]);
  assert.deepEqual(
    aspects.map(({ aspect, result }) => [aspect, result]),
    [
      ['trust', 'good'],
      ['dates', 'good'],
      ['use', 'good'],
      ['name', 'not-checked'],
      ['revocation', 'not-checked'],
    ],
  );
  // nothing is loaded about its CA, and what cannot be established counts as revoked for HTTPS clients
  const checked = await gateway.asAuditor('POST', '/zones/client-certificate-test', { ...body, crlCheck: 'all' });
  const bad = (checked.json as unknown as Tested).aspects.filter(({ result }) => result === 'bad');
  assert.deepEqual(
    bad.map(({ aspect }) => aspect),
    ['revocation'],
  );
  assert.equal((await auditRows(gateway.gateway.storage)).length, before);
});

test('every reason is shown at once, each with its remedy', async (t) => {
  const gateway = await startZonesGateway(t);
  const ca = makeCa('Users');
  await trust(gateway, ca.pem);
  const now = gateway.gateway.time.now;
  const leaf = makeLeaf('x.example', ca, { notAfter: now - 1, extensions: { extendedKeyUsage: ['serverAuth'] } });
  const body = { file: base64(leaf.pem), crlCheck: 'none' };
  const { accepted, aspects } = (await gateway.api('POST', '/zones/client-certificate-test', body))
    .json as unknown as Tested;
  assert.equal(accepted, false);
  const bad = aspects.filter(({ result }) => result === 'bad');
  assert.deepEqual(
    bad.map(({ aspect }) => aspect),
    ['dates', 'use'],
  );
  for (const { words, remedy } of bad) assert.ok(words !== '' && remedy !== '');
});

test('expression and template can be tried without being kept, and made permanent', async (t) => {
  const gateway = await startZonesGateway(t);
  const ca = makeCa('Users');
  await trust(gateway, ca.pem);
  const leaf = makeLeaf('ada.users.example', ca);
  const rule = { pattern: 'DNS:(?<user>[a-z]+)\\.users\\.example', template: '#user#' };
  const body = { file: base64(leaf.der), crlCheck: 'none', ...rule };
  const tried = (await gateway.api('POST', '/zones/client-certificate-test', body)).json as unknown as Tested;
  assert.deepEqual([tried.user.userName, tried.userExists], ['ada', true]);
  const settings = (await gateway.api('GET', '/zones/certificate-authentication')).json;
  assert.equal(settings['template'], '#commonName#');
  const kept = await gateway.api('PUT', '/zones/certificate-authentication', { ...settings, ...rule });
  assert.deepEqual([kept.status, kept.json['template'], kept.json['version']], [200, '#user#', 1]);
  const stale = await gateway.api('PUT', '/zones/certificate-authentication', { ...settings, ...rule });
  assert.equal(stale.json['code'], 'zones.stale');
  const faulty = await gateway.api('PUT', '/zones/certificate-authentication', { ...kept.json, pattern: '(' });
  assert.deepEqual([faulty.status, faulty.json['code']], [422, 'zones.user-name-rule']);
});

test('a file without certificate is refused with what it looks like', async (t) => {
  const { api } = await startZonesGateway(t);
  const answer = await api('POST', '/zones/client-certificate-test', { file: base64('hello'), name: 'note.txt' });
  assert.deepEqual([answer.status, answer.json['code']], [422, 'zones.test-input']);
});

test('the secure traversal test says for both directions what is wrong, although nobody answers', async (t) => {
  const { api } = await startZonesGateway(t);
  const zone = { name: 'Far', kind: 'neighbor', peers: ['127.0.0.1'], tlsVerify: true };
  const { id } = (await api('POST', '/zones', zone)).json;
  const answer = await api('POST', `/zones/${String(id)}/traversal-test`);
  assert.equal(answer.status, 200);
  const [one] = answer.json['tests'] as {
    connected: boolean;
    connection: string;
    directions: { accepted: boolean | null; aspects: { aspect: string; result: string }[] }[];
  }[];
  assert.equal(one?.connected, false);
  assert.match(one?.connection ?? '', /127\.0\.0\.1|loopback/i);
  assert.deepEqual(
    one?.directions.map(({ accepted }) => accepted),
    [null, true],
  );
});
