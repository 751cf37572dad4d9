import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { acmeServerForTest } from '../../../../test/support/acme-server-for-test.ts';
import { csrFor, errorOf, JwsClient, makeAccountKey } from '../../../../test/support/jws-client.ts';
import { makeLeaf } from '../../../../test/support/made-certificates.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { ariIdOf } from './names-of-certificate.ts';
import { renewalWindow } from './renewal-info.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** A finished order's leaf, as base64url of its DER, and its ARI identifier. */
async function leafOf(client: JwsClient, order: { readonly json: Record<string, unknown> }) {
  const { text } = await client.post(String(order.json['certificate']), '');
  const der = new Uint8Array(new X509Certificate(text).raw);
  const parsed = parseCertificate(der);
  assert.ok(parsed.ok);
  return { der: Buffer.from(der).toString('base64url'), ari: ariIdOf(parsed.value) ?? '', certificate: parsed.value };
}

async function registered(server: ConstructorParameters<typeof JwsClient>[0]): Promise<JwsClient> {
  const client = new JwsClient(server);
  await client.register();
  return client;
}

test('a certificate is revoked by its account, once, for a reason that a holder can know', async (t) => {
  const { server, ca } = await acmeServerForTest(t);
  const client = await registered(server);
  const { der } = await leafOf(client, await client.enrol(['a.example']));
  for (const reason of [2, 6, 7, 8, 9, 10, -1, 99])
    assert.equal(errorOf(await client.post('revoke-cert', { certificate: der, reason })), 'badRevocationReason');
  assert.equal(errorOf(await client.post('revoke-cert', { certificate: 'AAAA' })), 'malformed');
  const strange = Buffer.from(makeLeaf('a.example', ca.intermediate()).der).toString('base64url');
  assert.equal((await client.post('revoke-cert', { certificate: strange })).json['reason'], 'certificate-unknown');
  assert.equal((await client.post('revoke-cert', { certificate: der, reason: 4 })).status, 200);
  assert.deepEqual(ca.revoked.get(ca.issued[0] ?? '')?.reason, 4);
  assert.equal(errorOf(await client.post('revoke-cert', { certificate: der })), 'alreadyRevoked');
});

test('a certificate that the operator holds back is revoked for good by its holder', async (t) => {
  const { server, ca, clock } = await acmeServerForTest(t);
  const client = await registered(server);
  const { der } = await leafOf(client, await client.enrol(['a.example']));
  ca.state = async () => ({ revokedAt: clock.now() });
  assert.equal((await client.post('revoke-cert', { certificate: der, reason: 1 })).status, 200);
  assert.equal(ca.revoked.get(ca.issued[0] ?? '')?.reason, 1);
  assert.equal(errorOf(await client.post('revoke-cert', { certificate: der, reason: 1 })), 'alreadyRevoked');
});

test('the key of a certificate revokes it; a stranger does not, until all its names are his', async (t) => {
  const { server, ca } = await acmeServerForTest(t);
  const client = await registered(server);
  const stranger = await registered(server);
  const key = makeAccountKey();
  const order = await client.order(['a.example', 'b.example']);
  await client.prove(order);
  const done = await client.post(String(order.json['finalize']), { csr: csrFor(['a.example', 'b.example'], { key }) });
  const { der } = await leafOf(client, done);
  const asStranger = () => stranger.post('revoke-cert', { certificate: der });
  assert.equal(errorOf(await asStranger()), 'unauthorized');
  await stranger.enrol(['a.example']);
  assert.equal(errorOf(await asStranger()), 'unauthorized');
  const otherKey = new JwsClient(server, { key: makeAccountKey() });
  assert.equal(errorOf(await otherKey.post('revoke-cert', { certificate: der }, { asKey: true })), 'unauthorized');
  const holder = new JwsClient(server, { key });
  assert.equal((await holder.post('revoke-cert', { certificate: der, reason: 1 }, { asKey: true })).status, 200);
  assert.equal(ca.revoked.size, 1);
  const second = await leafOf(client, await client.enrol(['a.example']));
  assert.equal((await stranger.post('revoke-cert', { certificate: second.der })).status, 200);
});

test('what only has the serial number of a certificate revokes nothing', async (t) => {
  const { server, ca } = await acmeServerForTest(t);
  const client = await registered(server);
  const { der, certificate } = await leafOf(client, await client.enrol(['a.example']));
  // the same certificate with a key of his own in it
  const thief = new JwsClient(server, { key: makeAccountKey() });
  const own = createPublicKey(thief.key).export({ type: 'spki', format: 'der' });
  const bytes = Buffer.from(der, 'base64url');
  own.copy(bytes, bytes.indexOf(certificate.publicKeyInfo));
  const answer = await thief.post('revoke-cert', { certificate: bytes.toString('base64url') }, { asKey: true });
  assert.equal(answer.json['reason'], 'certificate-unknown');
  assert.equal(ca.revoked.size, 0);
});

test('windows of renewal follow the lifetime; a revoked certificate and a replaced issuer bring them forward', async (t) => {
  const { server, ca, clock } = await acmeServerForTest(t);
  const client = await registered(server);
  const { ari, certificate, der } = await leafOf(client, await client.enrol(['a.example']));
  const window = async () => {
    const answer = await client.get(`renewal-info/${ari}`);
    assert.equal(answer.headers['retry-after'], '21600');
    const { start, end } = answer.json['suggestedWindow'] as { start: string; end: string };
    return { start: Date.parse(start), end: Date.parse(end) };
  };
  const usual = await window();
  const life = certificate.notAfter - certificate.notBefore;
  assert.ok(usual.start > certificate.notBefore + life * 0.6 && usual.end < certificate.notBefore + life * 0.7);
  clock.advance(day);
  ca.rotate();
  assert.deepEqual(await window(), { start: clock.now(), end: clock.now() + day });
  await client.post('revoke-cert', { certificate: der });
  assert.ok((await window()).end <= clock.now());
  assert.equal((await client.get('renewal-info/AAAA.BBBB')).status, 404);
  assert.equal((await client.get(`renewal-info/${ari}x`)).status, 404);
});

test('windows lie within the life of a certificate, whatever its length', () => {
  for (const days of [1 / 24, 1, 6, 9.9, 47, 90, 398, 3650]) {
    const life = days * day;
    const { start, end } = renewalWindow({ not_before: 0, not_after: life });
    assert.ok(0 < start && start < end && end < life, `${days}`);
    assert.ok(days < 10 ? end < life * 0.55 : start > life * 0.6, `${days}`);
  }
  // shortly before its own window a replaced issuer changes nothing for the worse
  const late = renewalWindow({ not_before: 0, not_after: 90 * day }, undefined, 89 * day);
  assert.deepEqual(late, renewalWindow({ not_before: 0, not_after: 90 * day }));
});

test('an order may say what it replaces: its own, with a name in common, once', async (t) => {
  const { server, clock } = await acmeServerForTest(t);
  const client = await registered(server);
  const other = await registered(server);
  const { ari } = await leafOf(client, await client.enrol(['a.example', 'b.example']));
  const reason = async (who: JwsClient, names: string[], replaces = ari) =>
    (await who.order(names, { replaces })).json['reason'];
  assert.equal(await reason(other, ['a.example']), 'replaces-unknown');
  assert.equal(await reason(client, ['a.example'], 'AAAA.BBBB'), 'replaces-unknown');
  assert.equal(await reason(client, ['c.example']), 'replaces-other-names');
  const renewed = await client.order(['a.example', 'c.example'], { replaces: ari });
  assert.equal(renewed.json['replaces'], ari);
  const again = await client.order(['a.example'], { replaces: ari });
  assert.equal(again.status, 409);
  assert.equal(errorOf(again), 'alreadyReplaced');
  // an order that came to nothing does not count
  clock.advance(day + 1);
  assert.equal((await client.order(['a.example'], { replaces: ari })).status, 201);
});

test('what is over is tidied away, what may still be asked for stays', async (t) => {
  const { storage, server, clock } = await acmeServerForTest(t);
  const { cleanUp } = await import('../orders/clean-up.ts');
  const client = await registered(server);
  await client.enrol(['a.example']);
  await client.order(['b.example']);
  const count = async (table: 'acme_server_orders' | 'acme_server_authorizations' | 'acme_server_certificates') =>
    (await storage.db.selectFrom(table).selectAll().execute()).length;
  clock.advance(9 * day);
  assert.ok((await cleanUp(storage, clock.now())) > 0);
  assert.deepEqual([await count('acme_server_orders'), await count('acme_server_certificates')], [1, 1]);
  clock.advance(180 * day);
  await cleanUp(storage, clock.now());
  assert.deepEqual(
    [
      await count('acme_server_orders'),
      await count('acme_server_certificates'),
      await count('acme_server_authorizations'),
    ],
    [0, 0, 0],
  );
  assert.equal(await cleanUp(storage, clock.now()), 0);
  assert.equal((await client.post(client.account, '')).status, 200);
});
