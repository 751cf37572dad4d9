import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { csrFor, JwsClient, makeAccountKey } from '../../../test/support/jws-client.ts';
import { makeCsr } from '../../../test/support/private-ca.ts';
import { openTemporaryStorage, testAdministrator } from '../../../test/support/temporary-storage.ts';
import { armFailPoint } from '../../lib/fail-point.ts';
import { Secret } from '../../lib/secret.ts';
import { createPrivateCa } from '../private-ca/create-private-ca.ts';
import { createAcmeServer } from './acme-server.ts';
import { privateCaIssuer } from './private-ca-issuer.ts';

const day = 86_400_000;

/** A private CA with an intermediate for example.com, and the ACME server over it. */
async function stage(t: TestContext) {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const ca = createPrivateCa({ storage, clock, events, trustedCas: { addWithin: async () => [] } });
  const faults: unknown[] = [];
  const issuer = privateCaIssuer(ca, clock);
  const start = async () => {
    const server = createAcmeServer(
      {
        storage,
        clock,
        events,
        ca: issuer,
        ownHosts: async () => ['ca.test'],
        onError: (error) => faults.push(error),
      },
      { validate: async () => undefined, pauses: [] },
    );
    t.after(await server.start());
    return server;
  };
  const server = await start();
  assert.deepEqual(await server.templates(), []);
  const passphrase = new Secret('nine violet engines under glass');
  const subject = [{ type: 'CN' as const, value: 'Root' }];
  const root = await ca.createRoot(testAdministrator, {
    subject,
    algorithm: 'ec-p256',
    days: 3_650,
    passphrase,
    trust: false,
  });
  // a key under a passphrase signs for nobody who is not there
  assert.deepEqual(await server.templates(), []);
  const intermediate = await ca.createIntermediate(testAdministrator, {
    ...{
      subject: [{ type: 'CN', value: 'Intermediate' }],
      algorithm: 'ec-p256',
      days: 1_825,
      parent: root.id,
      passphrase,
    },
    constraints: { dns: ['example.com'], ip: [], email: [] },
    partitions: 0,
  });
  await server.updateSettings(
    testAdministrator,
    { enabled: true, externalAccountRequired: false, profiles: ['web-server', 'client'], names: ['*'] },
    0,
  );
  const client = new JwsClient(server);
  await client.register();
  const leafOf = async (order: { readonly json: Record<string, unknown> }) =>
    new X509Certificate((await client.post(String(order.json['certificate']), '')).text);
  return { storage, clock, ca, server, client, leafOf, passphrase, intermediate, start, faults };
}

test('the private CA issues by its templates for what was proved, and records it as asked for over ACME', async (t) => {
  const { ca, server, client, leafOf } = await stage(t);
  assert.deepEqual(
    (await server.templates()).map(({ name, lifetime }) => [name, lifetime]),
    [
      ['web-server', 365 * day],
      ['web-client-server', 365 * day],
      ['client', 365 * day],
    ],
  );
  const order = await client.order(['a.example.com']);
  await client.prove(order);
  // nothing of a subject is proved but the name
  const subject = [
    { type: 'O', value: 'Somebody Else' },
    { type: 'CN', value: 'a.example.com' },
  ] as const;
  const asked = await makeCsr(['a.example.com'], { subject, extendedKeyUsage: ['codeSigning'] });
  const csr = Buffer.from(asked.csr).toString('base64url');
  const leaf = await leafOf(await client.post(String(order.json['finalize']), { csr }));
  assert.equal(leaf.subject, 'CN=a.example.com');
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(leaf.subjectAltName, 'DNS:a.example.com');
  const { certificates } = await ca.issued({ limit: 10, text: 'a.example.com' });
  assert.deepEqual(
    certificates.map(({ source, template, names }) => [source, template, names]),
    [['acme', 'web-server', ['dns:a.example.com']]],
  );
});

test('a name beyond the constraints of the CA makes the order invalid with the reason', async (t) => {
  const { server, client, faults } = await stage(t);
  const order = await client.order(['a.example.org']);
  await client.prove(order);
  const refused = await client.post(String(order.json['finalize']), { csr: csrFor(['a.example.org']) });
  assert.match(String(refused.json['reason']), /^private-ca\./);
  const { orders } = await server.orders.list({ limit: 1 });
  assert.match(orders[0]?.error?.detail ?? '', /example\.org/);
  assert.equal(orders[0]?.status, 'invalid');
  assert.deepEqual(faults, []);
});

test('revoked over ACME is revoked in the CA, and the other way round seen by the client; rotation calls for renewal', async (t) => {
  const { ca, client, leafOf, passphrase, intermediate, clock } = await stage(t);
  const first = await leafOf(await client.enrol(['a.example.com']));
  const serial = first.serialNumber.toLowerCase().replace(/^(00)+/, '');
  const certificate = Buffer.from(first.raw).toString('base64url');
  assert.equal((await client.post('revoke-cert', { certificate, reason: 4 })).status, 200);
  const row = await ca.certificate({ serial });
  assert.deepEqual([row.state, row.reason], ['revoked', 4]);
  const second = await leafOf(await client.enrol(['b.example.com']));
  const ari = `${Buffer.from((await ca.authority(intermediate.id)).keyIdentifier, 'hex').toString('base64url')}.${serialText(second)}`;
  const window = async () => {
    const { json } = await client.get(`renewal-info/${ari}`);
    const { start, end } = json['suggestedWindow'] as { start: string; end: string };
    return { start: Date.parse(start), end: Date.parse(end) };
  };
  assert.ok((await window()).start > clock.now() + 200 * day);
  clock.advance(day);
  await ca.rotateIntermediate(testAdministrator, intermediate.id, { passphrase });
  assert.deepEqual(await window(), { start: clock.now(), end: clock.now() + day });
  const serialOfSecond = second.serialNumber.toLowerCase().replace(/^(00)+/, '');
  await ca.revoke(testAdministrator, { serial: serialOfSecond }, 'key-compromise');
  assert.ok((await window()).end <= clock.now());
  const again = await client.post('revoke-cert', { certificate: Buffer.from(second.raw).toString('base64url') });
  assert.match(String(again.json['type']), /alreadyRevoked$/);
});

for (const point of ['acme-server.issued', 'acme-server.certificate'] as const)
  test(`stopped at ${point}, the order ends with the one certificate that was signed`, async (t) => {
    const { ca, client, start, faults, leafOf } = await stage(t);
    const order = await client.order(['a.example.com']);
    await client.prove(order);
    armFailPoint(`${point}:error`);
    t.after(() => armFailPoint(''));
    const csr = csrFor(['a.example.com'], { key: makeAccountKey() });
    const broken = await client.post(String(order.json['finalize']), { csr });
    assert.equal(broken.status, 500);
    assert.equal(faults.splice(0).length, 1);
    const url = String(order.headers['location']);
    // one half of the clients asks again, the other after a restart
    const asked = point === 'acme-server.issued' ? client : new JwsClient(await start(), { key: client.key });
    asked.account = client.account;
    const done = await asked.post(url, '');
    assert.equal(done.json['status'], 'valid');
    const leaf = await leafOf(await client.post(url, ''));
    const { certificates } = await ca.issued({ limit: 10, text: 'a.example.com' });
    assert.deepEqual(
      certificates.map(({ serial }) => serial),
      [leaf.serialNumber.toLowerCase().replace(/^(00)+/, '')],
    );
    assert.deepEqual(faults, []);
  });

/** Content octets of the serial number, base64url: a sign octet stands before a set high bit. */
function serialText({ serialNumber }: X509Certificate): string {
  const bytes = Buffer.from(serialNumber.padStart(serialNumber.length + (serialNumber.length % 2), '0'), 'hex');
  return (bytes[0]! > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes).toString('base64url');
}
