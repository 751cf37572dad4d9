/** CRL management, SIP and Listeners, clicked through as a person does; what opens is looked at. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ApiClient, setUp } from '../support/api.ts';
import { createOpensslCa, type OpensslCa } from '../support/openssl.ts';
import { look } from './look.ts';
import { file, goTo } from './person.ts';
import { raiseStage } from './stage.ts';

let ca: OpensslCa;
let client: ApiClient;
const stage = raiseStage({ env: { TOLLGATE_TEST_ALLOW: '127.0.0.1/32' } }, async ({ gateway, folder }) => {
  ca = await createOpensslCa(join(folder, 'ca'), { name: 'Example CA' });
  client = await setUp(gateway);
  await client.must('POST', '/trusted-cas', { file: Buffer.from(ca.certificate).toString('base64'), name: 'ca.pem' });
});
const { skip } = stage;

test('a CRL is uploaded, a damaged one leaves it in place, and it is removed', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t);
  await goTo(page, 'CRL management');
  const choose = page.getByLabel('Select the file containing revocation lists');
  await choose.setInputFiles(file('ca.crl', await ca.crl()));
  await page.getByRole('button', { name: 'Upload CRL file' }).click();
  await page.getByText('Uploaded: 1 CRL.').waitFor();
  const lists = page.getByRole('region', { name: 'Certificate revocation lists' });
  await lists.getByText('CN=Example CA').waitFor();
  await lists.getByText('In use').waitFor();
  await page.getByText('Covered').waitFor();
  await choose.setInputFiles(file('broken.crl', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n'));
  await page.getByRole('button', { name: 'Upload CRL file' }).click();
  await page.getByRole('alert').getByText('File upload failed.').waitFor();
  assert.deepEqual(await look(page, 'crl-refused-light-1280'), []);
  await lists.getByText('CN=Example CA').waitFor();
  await page.getByRole('button', { name: 'Remove revocation list' }).click();
  await page.getByText('The uploaded CRLs are removed.').waitFor();
  await lists.getByText('CN=Example CA').waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
});

test('automatic updates fetch from a distribution point, and a wrong line is refused with its reason', {
  skip,
}, async (t) => {
  const crl = await ca.crl();
  const server = createServer((_request, response) => response.end(crl)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { page, faults } = await stage.enter(t);
  await goTo(page, 'CRL management');
  await page.getByLabel('HTTP(S) distribution points').fill('ldap://ca.example.com/crl');
  await page.getByRole('switch', { name: 'Automatic CRL updates' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('The revocation settings were not saved.').waitFor();
  await page.getByLabel('HTTP(S) distribution points').fill(`http://127.0.0.1:${port}/ca.crl`);
  await page.getByLabel('Allowed ports').fill(String(port));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  const points = page.getByRole('region', { name: 'Distribution points', exact: true });
  await points.getByText('Up to date').waitFor();
  await points.getByText('History').click();
  await page.getByRole('button', { name: `Update now: http://127.0.0.1:${port}/ca.crl` }).click();
  await points
    .getByText(/·.*\(\d+\.\d s\)/)
    .nth(1)
    .waitFor();
  assert.deepEqual(await look(page, 'crl-automatic-light-1280'), []);
  assert.deepEqual(faults, []);
});

test('a host that was refused for its address is allowed with one click', { skip }, async (t) => {
  // a CA without any CRL, so that the responder has to be asked
  const other = await createOpensslCa(join(stage.folder, 'other'), { name: 'CA without CRL' });
  const file64 = Buffer.from(other.certificate).toString('base64');
  await client.must('POST', '/trusted-cas', { file: file64, name: 'other.pem' });
  const strange = await other.issue(['peer.example.com'], {
    extensions: ['authorityInfoAccess = OCSP;URI:http://10.255.255.1/ocsp', 'extendedKeyUsage = clientAuth'],
  });
  const { version } = await client.must<{ version: number }>('GET', '/revocation/settings');
  await client.must('PUT', '/revocation/settings', { version, purposes: { 'sip-tls': { mode: 'leaf' } } });
  // a peer shows such a certificate at the SIP port
  await client.must('POST', '/zones', { name: 'Peer', kind: 'neighbor', peers: ['peer.example.com'], tlsVerify: true });
  await callSip(strange);
  for (const variant of [
    { scheme: 'dark', width: 390 },
    { scheme: 'light', width: 1280 },
  ] as const) {
    const { page, faults } = await stage.enter(t, { ...variant, path: '/security/crl-management' });
    await page.getByRole('heading', { name: 'Not asked because of their address' }).waitFor();
    assert.deepEqual(await look(page, `crl-not-asked-${variant.scheme}-${variant.width}`), []);
    if (variant.width === 1280) {
      await page.getByRole('button', { name: 'Allow this host: 10.255.255.1' }).click();
      await page.getByText('10.255.255.1 may be asked from now on.').waitFor();
      await page.getByRole('heading', { name: 'Not asked because of their address' }).waitFor({ state: 'detached' });
      // the form beside it shows what holds now, and can still be saved
      assert.equal(await page.getByLabel('Allowed hosts').inputValue(), '10.255.255.1');
      await page.getByLabel('Daily update time (UTC)').fill('03:15');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
    }
    assert.deepEqual(faults, []);
  }
});

/** A TLS client that shows its certificate and waits until the gateway has judged it. */
async function callSip({ certificate, key }: { readonly certificate: string; readonly key: string }): Promise<void> {
  const { connect } = await import('node:tls');
  const { port, host } = { port: stage.gateway.sipPort, host: '127.0.0.1' };
  const socket = connect({ port, host, cert: certificate, key, rejectUnauthorized: false });
  socket.on('error', () => undefined);
  for (let tries = 0; tries < 600; tries++) {
    const { text } = await client.get('/revocation/sources');
    if (text.includes('10.255.255.1')) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  socket.destroy();
}

test('revocation checking of SIP is switched on with its fallback, and holds after loading anew', {
  skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t);
  await goTo(page, 'SIP');
  await page.getByRole('combobox', { name: 'Certificate revocation checking mode' }).click();
  await page.getByRole('option', { name: 'On: the whole chain' }).click();
  await page.getByText('A revoked certificate may be let in.').waitFor();
  await page.getByRole('combobox', { name: 'Fallback behavior', exact: true }).click();
  await page.getByRole('option', { name: 'Treat as revoked', exact: true }).click();
  await page.getByText('A revoked certificate may be let in.').waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'LDAP log-in: mode' }).click();
  await page.getByRole('option', { name: 'Peer', exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'SIP' }).waitFor();
  const mode = page.getByRole('combobox', { name: 'Certificate revocation checking mode' });
  assert.equal(await mode.inputValue(), 'On: the whole chain');
  assert.equal(await page.getByRole('combobox', { name: 'LDAP log-in: mode' }).inputValue(), 'Peer');
  assert.deepEqual(faults, []);
});

test('a relay is added; a port that is taken is refused at its field; the audit log has the change', {
  skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t);
  await goTo(page, 'Listeners');
  await page.getByLabel('SIP server', { exact: true }).fill('sip.inside.example.com');
  await page.getByRole('button', { name: 'Add relay' }).click();
  await page.getByLabel('Name', { exact: false }).first().fill('xmpp');
  await page.getByLabel('Port', { exact: true }).fill('5061');
  await page.getByLabel('Server behind it').fill('192.0.2.20');
  await page.getByLabel('Client names').fill('im.example.com, chat.example.com');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('SIP TLS and relay xmpp cannot both have port 5061.').first().waitFor();
  assert.deepEqual(await look(page, 'listeners-clash-light-1280'), []);
  await page.getByLabel('Port', { exact: true }).fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await page.getByLabel('Client names').waitFor();
  assert.equal(await page.getByLabel('Client names').inputValue(), 'im.example.com, chat.example.com');
  await goTo(page, 'Audit log');
  await page.getByText('settings.update').first().waitFor();
  assert.deepEqual(faults, []);
});
