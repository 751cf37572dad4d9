import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { cookieOf } from '../../../../test/support/small-gateway.ts';
import { startZonesGateway } from '../../../../test/support/zones-gateway.ts';

const ca = makeCa('Users');
const user = (name: string, issuer = ca) => makeLeaf('x.example', issuer, { subject: [{ type: 'CN', value: name }] });

async function started(t: Parameters<typeof startZonesGateway>[0], mode: string) {
  const gateway = await startZonesGateway(t);
  await gateway.api('POST', '/trusted-cas', { file: Buffer.from(ca.pem).toString('base64'), name: 'ca.pem' });
  const settings = (await gateway.api('GET', '/zones/certificate-authentication')).json;
  await gateway.api('PUT', '/zones/certificate-authentication', { ...settings, mode, crlCheck: 'none' });
  /** A request over a connection on which an edge saw this certificate. */
  const call = async (method: string, path: string, der?: Uint8Array, session?: string) => {
    const chain = der === undefined ? [] : [Buffer.from(der).toString('base64')];
    return gateway.gateway.call(method, `/api/v1${path}`, { chain, session, ...(method === 'POST' && { body: {} }) });
  };
  return { ...gateway, call };
}

test('a certificate of a user is the log-in; dangerous changes still need the password', async (t) => {
  const { call } = await started(t, 'authentication');
  assert.deepEqual((await call('GET', '/session/certificate', user('ada').der)).json, { possible: true, shown: true });
  const answer = await call('POST', '/session/certificate', user('ada').der);
  assert.equal(answer.status, 200);
  const session = cookieOf(answer);
  assert.equal((await call('GET', '/session', undefined, session)).status, 200);
  const dangerous = await call('DELETE', '/zones/x', undefined, session);
  assert.equal(dangerous.json['code'], 'access.confirm-needed');
});

const refusals: readonly [string, string, Uint8Array | undefined][] = [
  ['while it is off', 'not-required', user('ada').der],
  ['with validation only', 'validation', user('ada').der],
  ['without a certificate', 'authentication', undefined],
  ['with a certificate of another CA', 'authentication', user('ada', makeCa('Users')).der],
  ['for a user who is not there', 'authentication', user('eve').der],
];

for (const [title, mode, der] of refusals) {
  test(`no log-in by certificate ${title}`, async (t) => {
    const { call } = await started(t, mode);
    const answer = await call('POST', '/session/certificate', der);
    assert.deepEqual(
      [answer.status, answer.json['code'], cookieOf(answer)],
      [401, 'zones.certificate-log-in', undefined],
    );
  });
}
