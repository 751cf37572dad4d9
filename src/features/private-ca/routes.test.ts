import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeAuthorities, makeCsr } from '../../../test/support/private-ca.ts';
import { type SmallGateway, startSmallGateway } from '../../../test/support/small-gateway.ts';
import { toBase64 } from '../../lib/bytes.ts';
import { createEvents } from '../../lib/events.ts';
import { encodePem } from '../../pki/pem.ts';
import { createTrustedCa } from '../trusted-ca/trusted-ca.ts';
import { createPrivateCa } from './create-private-ca.ts';
import type { PrivateCa } from './private-ca.ts';
import { privateCaRoutes } from './routes.ts';

test('over the API a certificate is previewed, issued, listed, downloaded, revoked by those who may', async (t) => {
  const { gateway } = await startCaGateway(t);
  const [session, reader] = [await gateway.logIn('ada'), await gateway.logIn('eve', 'auditor')];
  const ask = (method: string, path: string, body?: unknown, more = {}) =>
    gateway.call(method, `/api/v1/private-ca${path}`, { session, ...(body === undefined ? {} : { body }), ...more });

  const { csr } = await makeCsr(['a.example.com', 'b.example.org']);
  const file = toBase64(Buffer.from(encodePem('CERTIFICATE REQUEST', csr)));
  const preview = await ask('POST', '/previews', { csr: file }, { session: reader });
  assert.equal(preview.status, 200);
  assert.match(String(preview.json['text']), /Serial Number: \(random\)[\s\S]*DNS:a.example.com/);
  assert.match(JSON.stringify(preview.json['notes']), /dns:b.example.org is left out/);
  assert.equal((await ask('POST', '/certificates', { csr: file }, { session: reader })).status, 403);
  const issued = await ask('POST', '/certificates', { csr: file, template: 'web-server' });
  assert.equal(issued.status, 201);
  const serial = String(issued.json['serial']);
  assert.equal(String(issued.json['chain']).match(/BEGIN CERTIFICATE/g)?.length, 2);

  const listed = await ask('GET', '/certificates?text=a.example&state=good&limit=5', undefined, { session: reader });
  assert.deepEqual(
    (listed.json['certificates'] as { serial: string }[]).map((one) => one.serial),
    [serial],
  );
  const der = await ask('GET', `/certificates/${serial}/file?format=der`);
  assert.equal(der.headers['content-type'], 'application/pkix-cert');
  const shown = await ask('GET', `/certificates/${serial}`);
  assert.match(String(shown.json['text']), /Subject: CN = a.example.com/);

  const revocation = { reason: 'superseded' };
  assert.equal((await ask('POST', `/certificates/${serial}/revocation`, revocation, { session: reader })).status, 403);
  assert.equal((await ask('POST', `/certificates/${serial}/revocation`, { reason: 'ca-compromise' })).status, 400);
  const revoked = await ask('POST', `/certificates/${serial}/revocation`, revocation);
  assert.deepEqual([revoked.json['state'], revoked.json['reason']], ['revoked', 'superseded']);
  assert.equal(
    (await ask('POST', `/certificates/${serial}/revocation`, revocation)).json['code'],
    'private-ca.already-revoked',
  );
});

test('what a request hides in its subject is shown escaped, in the preview and in the record', async (t) => {
  const { gateway } = await startCaGateway(t);
  const session = await gateway.logIn('ada');
  const ask = (method: string, path: string, body?: unknown) =>
    gateway.call(method, `/api/v1/private-ca${path}`, { session, ...(body === undefined ? {} : { body }) });
  const { csr } = await makeCsr(['a.example.com'], { subject: [{ type: 'O', value: 'Ltd\u202e moc.elpmaxe' }] });
  const file = toBase64(Buffer.from(encodePem('CERTIFICATE REQUEST', csr)));
  const preview = await ask('POST', '/previews', { csr: file });
  assert.equal(preview.json['subject'], 'O=Ltd\\u{202e} moc.elpmaxe');
  const issued = await ask('POST', '/certificates', { csr: file, template: 'web-server' });
  const shown = await ask('GET', `/certificates/${issued.json['serial']}`);
  assert.equal(shown.json['subject'], 'O=Ltd\\u{202e} moc.elpmaxe');
});

test('who connects with a certificate may revoke that one, without being a user', async (t) => {
  const { gateway, ca } = await startCaGateway(t);
  const { csr } = await makeCsr(['a.example.com']);
  const actor = { kind: 'user', id: 'u', name: 'ada', role: 'administrator', address: '', requestId: '' } as const;
  const own = await ca.issue(actor, { csr, template: 'client', source: 'upload' });
  const other = await ca.issue(actor, {
    csr: (await makeCsr(['b.example.com'])).csr,
    template: 'client',
    source: 'upload',
  });
  const revoke = (chain: readonly string[], reason = 'key-compromise') =>
    gateway.call('POST', '/api/v1/private-ca/own-revocation', { body: { reason }, chain });
  assert.equal((await revoke([])).json['code'], 'private-ca.no-client-certificate');
  assert.equal(
    (await revoke([toBase64(own.certificate)], 'certificate-hold')).json['code'],
    'private-ca.reason-not-allowed',
  );
  const revoked = await revoke([toBase64(own.certificate)]);
  assert.deepEqual([revoked.status, revoked.json['serial'], revoked.json['state']], [200, own.serial, 'revoked']);
  assert.equal((await ca.certificate({ serial: other.serial })).state, 'good');
});

/** A gateway with the private CA alone, for names below example.com. */
async function startCaGateway(t: TestContext): Promise<{ gateway: SmallGateway; ca: PrivateCa }> {
  const made: PrivateCa[] = [];
  const gateway = await startSmallGateway({
    features: ({ storage, clock }) => {
      const events = createEvents(() => undefined);
      const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
      const ca = createPrivateCa({ storage, clock, events, trustedCas });
      made.push(ca);
      return privateCaRoutes(ca);
    },
  });
  t.after(gateway.close);
  const [ca] = made;
  assert.ok(ca);
  const constraints = { dns: ['example.com'], ip: [], email: [] };
  await makeAuthorities(ca, { algorithm: 'ec-p256', constraints, days: 1_000, partitions: 0 });
  return { gateway, ca };
}
