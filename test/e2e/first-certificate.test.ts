/** From the set-up link to a served certificate, all through the page, signed by a real `openssl ca`. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { createOpensslCa, type OpensslCa } from '../support/openssl.ts';
import { file, goTo, logIn, setUp, step } from './person.ts';
import { raiseStage } from './stage.ts';

let ca: OpensslCa;
const stage = raiseStage({}, async ({ folder }) => {
  ca = await createOpensslCa(join(folder, 'demoCA'), { name: 'Example Root CA' });
});

test('a person takes a new gateway from the set-up link to a served certificate', { skip: stage.skip }, async (t) => {
  const { gateway, folder } = stage;
  const { page, faults } = await stage.open(t);
  let certificate = '';

  await step(t, 'the set-up link makes the administrator and leaves no token in the address', async () => {
    await setUp(page, gateway.setupToken ?? '');
    assert.equal(new URL(page.url()).hash, '');
    await page.getByText('This gateway presents a temporary certificate').waitFor();
  });

  await step(t, 'logging out and in again works', async () => {
    await page.getByRole('button', { name: 'Account: admin' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await logIn(page);
  });

  await step(t, 'the settings take the names of a clustered edge', async () => {
    await goTo(page, 'Settings');
    await page.getByLabel('FQDN of this gateway', { exact: true }).fill('edge1.example.com');
    await page.getByLabel('Cluster name').fill('cluster.example.com');
    await page.getByLabel('FQDNs of the other peers').fill('edge2.example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await goTo(page, 'Unified Communications');
    await page.getByRole('switch', { name: 'Mobile and remote access' }).check();
    await page.getByLabel('Unified CM registration domains', { exact: true }).fill('example.com');
    await page.getByLabel('Format of registration domains').selectOption('collab-edge-dns');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').last().waitFor();
  });

  await step(t, 'Generate CSR shows the final names before it makes the request', async () => {
    await goTo(page, 'Server certificate');
    const panel = page.getByRole('region', { name: 'Certificate signing request (CSR)' });
    await panel.getByRole('link', { name: 'Generate CSR' }).click();
    const preview = page.getByLabel('Preview of the request');
    await preview.getByText('DNS:collab-edge.example.com').waitFor();
    await page.getByLabel('Additional alternative names').fill('10.0.0.1');
    await page.getByText('One field needs attention first.').waitFor();
    await page.getByLabel('Additional alternative names').fill('sip.example.com');
    await preview.getByText('DNS:sip.example.com').waitFor();
    await page.getByLabel('Organization (company name)').fill('Example Ltd');
    await page.getByRole('button', { name: 'Generate CSR' }).click();
    await page.getByText('In progress: waiting for the signed certificate').waitFor();
  });

  await step(t, 'the request is downloaded and signed by openssl ca', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download (PEM)' }).click();
    const path = await (await download).path();
    certificate = await ca.sign(await readFile(path, 'utf8'));
    assert.match(certificate, /BEGIN CERTIFICATE/);
  });

  await step(t, 'Append CA certificate shows what the file holds, then adds it', async () => {
    await goTo(page, 'Trusted CA certificate');
    const form = page.getByRole('region', { name: 'Upload', exact: true });
    await form
      .getByLabel('Select the file containing trusted CA certificates')
      .setInputFiles(file('ca.pem', ca.certificate));
    await form.getByRole('button', { name: 'Append CA certificate' }).click();
    await form.getByText('Will be added').waitFor();
    await form.getByRole('button', { name: 'Confirm: add 1' }).click();
    await page.getByText('Added to the trusted CA list: 1.').waitFor();
  });

  await step(t, 'the upload is checked, previewed and confirmed', async () => {
    await goTo(page, 'Server certificate');
    await page.getByLabel('Select the server certificate file').setInputFiles(file('server.pem', certificate));
    await page.getByRole('button', { name: 'Upload server certificate data' }).click();
    await page.getByText('The key generated with the CSR').waitFor();
    await page.getByRole('button', { name: 'Confirm and serve this certificate' }).click();
    await page.getByText('The new certificate serves from the next handshake on.').waitFor();
    await page.getByText('Signed from a CSR of this gateway').first().waitFor();
  });

  await step(t, 'the next handshake presents it, chained to the CA, and the page is served with it', async () => {
    assert.deepEqual(await presented(gateway.httpsPort, ca.certificate), {
      subject: 'cluster.example.com',
      trusted: true,
    });
    const other = await createOpensslCa(join(folder, 'otherCA'), { name: 'Another Root CA' });
    assert.equal((await presented(gateway.httpsPort, other.certificate)).trusted, false);
    // The open connection stays on the old certificate; a new one is shown the new certificate.
    const fresh = await stage.open(t);
    assert.equal((await (await fresh.page.goto('/'))?.securityDetails())?.issuer, 'Example Root CA');
  });

  await step(t, 'nothing on the way was stopped by the content security policy', async () =>
    assert.deepEqual(faults, []),
  );
});

/** The common name a client is shown, and whether it verifies against `trusted` for the cluster's name. */
function presented(port: number, trusted: string): Promise<{ subject: string; trusted: boolean }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', servername: 'cluster.example.com', ca: trusted };
    const socket = connect({ ...options, rejectUnauthorized: false }, () => {
      resolve({ subject: String(socket.getPeerCertificate().subject.CN), trusted: socket.authorized });
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
