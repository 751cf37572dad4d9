import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { auditRows } from '../../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../../test/support/trust-gateway.ts';

const file = (pem: string) => ({ file: Buffer.from(pem).toString('base64'), name: 'ca.pem' });

test('a trust set is made, appended to by the rules of the trusted list, emptied and deleted, one audit row each', async (t) => {
  const { api, gateway, trustedCa } = await startTrustGateway(t);
  const ca = makeCa('Partner Root');
  assert.equal((await api('POST', '/trust-sets', { name: 'partners' })).status, 201);
  const before = (await auditRows(gateway.storage)).length;
  const preview = await api('POST', '/trust-sets/partners/certificates', { ...file(ca.pem), preview: true });
  assert.deepEqual([preview.status, preview.json['added']], [200, 1]);
  assert.equal((await auditRows(gateway.storage)).length, before);
  const added = await api('POST', '/trust-sets/partners/certificates', file(ca.pem + ca.pem));
  assert.deepEqual([added.json['added'], added.json['duplicates']], [1, 1]);
  const audit = await auditRows(gateway.storage);
  assert.deepEqual(
    [audit.length, audit[0]?.action, audit[0]?.object],
    [before + 1, 'trusted-ca.append-to-set', 'partners'],
  );
  assert.deepEqual(
    (await trustedCa.sets.certificates()).get('partners')?.map(({ der }) => Buffer.from(der)),
    [Buffer.from(ca.der)],
  );
  assert.deepEqual((await api('GET', '/trusted-cas')).json['rows'], []);
  const [row] = (await api('GET', '/trust-sets/partners')).json['rows'] as { fingerprint: string }[];
  const removed = await api('POST', '/trust-sets/partners/removals', { fingerprints: [row?.fingerprint] });
  assert.deepEqual(removed.json['rows'], []);
  assert.equal((await api('DELETE', '/trust-sets/partners')).status, 200);
  assert.deepEqual((await api('GET', '/trust-sets')).json['sets'], []);
});

test('what may not join the trusted list may not join a trust set, and a CRL has no place there', async (t) => {
  const { api } = await startTrustGateway(t);
  await api('POST', '/trust-sets', { name: 'partners' });
  const ca = makeCa('Root');
  const answer = await api('POST', '/trust-sets/partners/certificates', file(ca.pem + makeLeaf('x.example', ca).pem));
  assert.deepEqual([answer.status, answer.json['code']], [422, 'trusted-ca.bad-member']);
  assert.deepEqual((await api('GET', '/trust-sets/partners')).json['rows'], []);
});

const refusals: readonly [string, string, string, object | undefined, number, string][] = [
  ['an unknown set', 'GET', '/trust-sets/nobody', undefined, 404, 'trusted-ca.no-such-set'],
  ['a name with a slash', 'POST', '/trust-sets', { name: 'a/b' }, 422, 'trusted-ca.set-name'],
  ['a name that differs by capitals only', 'POST', '/trust-sets', { name: 'Partners' }, 409, 'trusted-ca.set-exists'],
  [
    'a row that is not there',
    'POST',
    '/trust-sets/partners/removals',
    { fingerprints: ['ab'] },
    404,
    'trusted-ca.unknown',
  ],
];

for (const [title, method, path, body, status, code] of refusals) {
  test(`refuses ${title}`, async (t) => {
    const { api } = await startTrustGateway(t);
    await api('POST', '/trust-sets', { name: 'partners' });
    const answer = await api(method, path, body);
    assert.deepEqual([answer.status, answer.json['code']], [status, code]);
    assert.ok(String(answer.json['hint']).length > 10);
  });
}
