/** ACME as a person does it: provider, account, sign, pending, deploy, time line; what each place shows is looked at. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type AcmeCa, startAcmeCa } from '../support/acme-ca.ts';
import { type ApiClient, setUp } from '../support/api.ts';
import { freePort } from '../support/free-port.ts';
import { changeSlot, choose, trustAndName } from './acme-stage.ts';
import { look } from './look.ts';
import { lookAll } from './look-all.ts';
import { goTo, step } from './person.ts';
import { raiseStage } from './stage.ts';

const terms = 'https://ca.example.com/terms-of-service';
let ca: AcmeCa;
let api: ApiClient;
const stage = raiseStage({ httpPort: freePort() }, async ({ gateway }) => {
  ca = await startAcmeCa({ validation: 'always', settings: { termsUrl: terms } });
  api = await setUp(gateway);
  await trustAndName(api, ca);
});
after(() => ca?.close());

/** The provider of the test with its version, and a slot's. */
async function providerOf(): Promise<{ id: string; version: number }> {
  type List = { providers: { id: string; name: string; version: number }[] };
  const { providers } = await api.must<List>('GET', '/acme/providers');
  return providers.find(({ name }) => name === 'Test CA')!;
}

test('a certificate is ordered at a provider that a person adds, waits, and is deployed', {
  skip: stage.skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t);

  await step(t, 'a directory without HTTPS is refused beside its field', async () => {
    await goTo(page, 'ACME');
    await page.getByRole('button', { name: 'Add provider' }).press('Enter');
    await page.getByLabel('Name').fill('Test CA');
    await page.getByLabel('Directory URL', { exact: true }).fill(ca.directoryUrl.replace('https:', 'http:'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Directory URL', { exact: true }).getAttribute('aria-invalid'), 'true');
    assert.deepEqual(await look(page, 'acme-provider-refused-light-1280'), []);
  });

  await step(t, 'the provider is added, its terms are read and accepted, its account is made', async () => {
    await page.getByLabel('Directory URL', { exact: true }).fill(ca.directoryUrl);
    await page.getByLabel('CA file (PEM)').fill(ca.httpsRoot);
    await page.getByLabel('Further hosts').fill('localhost');
    await page.getByLabel('Admin e-mail').fill('ops@example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Test CA' }).waitFor();
    await page.getByRole('button', { name: 'Read the terms of the CA' }).click();
    const make = page.getByRole('button', { name: 'Make account' });
    await make.waitFor();
    assert.equal(await page.getByRole('link', { name: terms }).first().getAttribute('href'), terms);
    assert.equal(await make.isDisabled(), true);
    await page.getByLabel(/I accept the terms of service/).check();
    await make.click();
    await page.getByText('The account is made.').waitFor();
    await page.getByRole('button', { name: 'Roll over the key' }).click();
    await page.getByText('The account has a new key.').waitFor();
    // the profiles of the CA are offered where one is chosen
    await page.getByText('Offered: client, web-server.').or(page.getByText('Offered: web-server, client.')).waitFor();
    assert.deepEqual(await lookAll(page, 'acme-provider', [0, 3]), []);
  });

  await step(t, 'every way to prove a name has its fields', async () => {
    await choose(page, 'Challenge type', /DNS-01/);
    await page.getByLabel('Primary name server').fill('192.0.2.53');
    await page.getByLabel('TSIG key', { exact: true }).waitFor();
    await choose(page, 'TXT record set by', 'Webhook');
    await page.getByLabel('Bearer token', { exact: true }).waitFor();
    assert.deepEqual(await lookAll(page, 'acme-provider-dns', [0, 3]), []);
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  await step(t, 'the server certificate takes it, and the look before the CA is asked offers its CA', async () => {
    await goTo(page, 'Server certificate');
    await page.getByText('ACME is not used for this certificate.').waitFor();
    await choose(page, 'Provider', 'Test CA');
    await page.getByLabel('Thu').check();
    await page.getByRole('form', { name: 'ACME settings' }).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Check first' }).click();
    await page.getByRole('button', { name: 'Append to the trusted CA list' }).click();
    await page.getByText('The CA certificates are in the trusted CA list.').waitFor();
    await page.getByText(/Those that are known \(\d+\) are there/).waitFor();
    assert.deepEqual(await lookAll(page, 'acme-checks', [0, 3]), []);
  });

  await step(t, 'the order is shown step by step while it runs', async () => {
    // slow, so that a person and this test see it run
    ca.misbehave.delay = 2_000;
    await page.getByRole('button', { name: 'Sign CSR with ACME Provider' }).click();
    const order = page.getByRole('region', { name: 'Order at Test CA' });
    await order.getByRole('button', { name: 'Stop order' }).waitFor();
    await order.getByRole('listitem').filter({ hasText: 'Account at the CA' }).getByText('Done').waitFor();
    assert.deepEqual(await look(page, 'acme-running-light-1280'), []);
    ca.misbehave.delay = 0;
  });

  await step(t, 'the certificate waits, is shown decoded, and is deployed', async () => {
    const deploy = page.getByRole('button', { name: 'Deploy Pending Cert' });
    await deploy.waitFor();
    assert.deepEqual(await lookAll(page, 'acme-pending', [0, 3]), []);
    await page.getByRole('button', { name: 'Show (decoded): pending certificate' }).click();
    const text = page.getByRole('dialog').locator('textarea');
    await text.waitFor();
    assert.match(await text.inputValue(), /DNS:gateway\.example\.com/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await deploy.click();
    await page.getByText('Deployed: every new handshake gets it.').waitFor();
    await deploy.waitFor({ state: 'detached' });
  });

  await step(t, 'an order that the CA refuses says why, in its words, with the next step', async () => {
    await api.must('POST', '/identities', { domain: 'other.example.net' });
    const { id } = await providerOf();
    await changeSlot(api, 'domain:other.example.net', { providers: [id] });
    ca.misbehave.refuses = 'rejectedIdentifier';
    await page.goto('/security/domain-certificates/other.example.net');
    await page.getByRole('button', { name: 'Sign CSR with ACME Provider' }).click();
    await page.getByText('The order failed.').waitFor();
    await page
      .getByText(/As the test has it/)
      .first()
      .waitFor();
    assert.deepEqual(await lookAll(page, 'acme-failed', [0, 3]), []);
    ca.misbehave.refuses = undefined;
  });

  await step(t, 'what was done and what is planned stands on the time line', async () => {
    await changeSlot(api, 'server', { scheduler: true, days: [] });
    await page.goto('/security/acme');
    await page.getByRole('table').getByText('Signed by Test CA.').waitFor();
    await page.getByText('Planned: sign').first().waitFor();
    assert.deepEqual(await lookAll(page, 'acme-renewals'), []);
  });

  await step(t, 'the certificate in use is revoked for a reason', async () => {
    await page.goto('/security/server-certificate');
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await choose(page, 'Reason', 'Replaced by another certificate');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The certificate is revoked.').waitFor();
  });

  await step(t, 'providers are put in order, and one that is in use is not removed', async () => {
    await goTo(page, 'ACME');
    await page.getByRole('button', { name: 'Move down: Test CA' }).press('Enter');
    await page.getByRole('button', { name: "Move up: Let's Encrypt", exact: true }).isDisabled();
    await page.getByRole('button', { name: 'Remove: Test CA' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).press('Enter');
    await page.getByText('The provider is in use.').waitFor();
  });
  assert.deepEqual(faults, []);
});
