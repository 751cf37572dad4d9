/** ACME clients as an operator sees them: the server is switched on, a key made, orders of a client looked at, all ended. */
import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { type ApiClient, setUp } from '../support/api.ts';
import { createExampleCa } from '../support/example-ca.ts';
import type { TestGateway } from '../support/gateway.ts';
import { bindingFor, csrFor, JwsClient } from '../support/jws-client.ts';
import { lookAll } from './look-all.ts';
import { goTo, step } from './person.ts';
import { raiseStage } from './stage.ts';

let api: ApiClient;
const stage = raiseStage({}, async ({ gateway }) => {
  api = await setUp(gateway);
  await createExampleCa(api, 'ca.example.com', 'ec-p256');
});

test('the server is switched on, hands out a key, and shows what a client did with it', {
  skip: stage.skip,
}, async (t) => {
  const { gateway } = stage;
  const { page, faults } = await stage.enter(t);
  let key = { id: '', hmac: '' };
  let client: JwsClient;

  await step(t, 'a name that is none is refused beside its field', async () => {
    await goTo(page, 'ACME clients');
    await page.getByText('The ACME server is off.').waitFor();
    await page.getByLabel('Names', { exact: true }).fill('not a name!');
    await page.getByLabel('CAA domains').fill('10.0.0.1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Names', { exact: true }).getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByLabel('CAA domains').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('CAA domains').fill('');
    assert.deepEqual(await lookAll(page, 'acme-server-refused', [0]), []);
  });

  await step(t, 'it is switched on, and its directories are there to copy with command lines', async () => {
    await page.getByLabel('Names', { exact: true }).fill('example.com, 127.0.0.0/8');
    await page.getByLabel('Networks').fill('127.0.0.0/8');
    await page.getByRole('switch', { name: 'ACME server' }).check();
    await page.getByRole('checkbox', { name: 'web-server', exact: true }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The server is on.').waitFor();
    const url = `https://ca.example.com:${gateway.httpsPort}/acme/default/directory`;
    await page.getByRole('button', { name: 'Copy /acme/default/directory' }).click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), url);
    const line = await page.getByRole('textbox', { name: 'With certbot' }).inputValue();
    assert.match(
      line,
      /^certbot certonly --standalone --server https:\/\/ca\.example\.com:\d+\/acme\/default\/directory/,
    );
  });

  await step(t, 'a key is made, and its secret shown once', async () => {
    await page.getByRole('button', { name: 'New key' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('web team');
    await page.getByRole('dialog').getByLabel('Names', { exact: true }).fill('example.com, 127.0.0.0/8');
    await page.getByRole('button', { name: 'Create key' }).click();
    const secret = page.getByRole('textbox', { name: 'Secret (HMAC key)' });
    await secret.waitFor();
    key = {
      id: await page.getByRole('textbox', { name: 'Key identifier' }).inputValue(),
      hmac: await secret.inputValue(),
    };
    assert.ok(
      (await page.getByRole('dialog').getByRole('textbox', { name: 'With certbot' }).inputValue()).includes(key.hmac),
    );
    assert.deepEqual(await lookAll(page, 'acme-server-key', [0, 3]), []);
    await page.getByRole('button', { name: 'I have copied it' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(!(await page.content()).includes(key.hmac));
  });

  await step(t, 'a client registers with it, and an order that cannot be proved says why', async () => {
    client = clientOf(gateway);
    const url = client.url('new-account');
    const made = await client.register({
      contact: ['mailto:ops@example.com'],
      termsOfServiceAgreed: true,
      externalAccountBinding: bindingFor(client.key, key.id, key.hmac, url),
    });
    assert.equal(made.status, 201, made.text);
    const order = await client.order(['127.0.0.9']);
    assert.equal(order.status, 201, order.text);
    await client.prove(order);
    await client.post(String(order.json['finalize']), { csr: csrFor(['127.0.0.9']) });
    await page.reload();
    await page.getByRole('table').getByText('Failed').waitFor();
    assert.deepEqual(await lookAll(page, 'acme-server'), []);
    await page.getByRole('button', { name: 'Details: 127.0.0.9' }).press('Enter');
    await page.getByRole('dialog').getByText('connection-refused').first().waitFor();
    assert.deepEqual(await lookAll(page, 'acme-server-order', [0, 3]), []);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  await step(t, 'its account is ended, and its key', async () => {
    await end(page, 'End the account of ops@example.com');
    await page.getByText('The account is ended.').waitFor();
    const refused = await client.order(['127.0.0.9']);
    assert.match(String(refused.json['type']), /:unauthorized$/);
    await end(page, 'End: web team');
    await page.getByText('The key is ended.').waitFor();
  });

  await step(t, 'the private CA is a provider too: it signs for this gateway without an account', async () => {
    await goTo(page, 'ACME');
    await page.getByRole('button', { name: 'Add provider' }).click();
    await page.getByRole('heading', { level: 1, name: 'New provider' }).waitFor();
    await page.getByRole('main').getByText('Private CA', { exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('Our CA');
    await page.getByRole('combobox', { name: 'Template' }).click();
    await page.getByRole('option').first().click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Our CA' }).waitFor();
    assert.deepEqual(await lookAll(page, 'acme-provider-private', [0]), []);
    await goTo(page, 'Server certificate');
    await page.getByRole('combobox', { name: 'Provider', exact: true }).click();
    await page.getByRole('option', { name: 'Our CA' }).click();
    await page.getByRole('form', { name: 'ACME settings' }).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Sign CSR with ACME Provider' }).click();
    await page.getByRole('button', { name: 'Deploy Pending Cert' }).click();
    await page.getByText('Deployed: every new handshake gets it.').waitFor();
  });
  assert.deepEqual(faults, []);
});

async function end(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).press('Enter');
}

/** An ACME client at the gateway's own HTTPS port. */
function clientOf({ httpsPort }: TestGateway): JwsClient {
  const handle: JwsClient['server']['handle'] = (message) =>
    new Promise((resolve, reject) => {
      const { method, path, host } = message;
      const sent = httpsRequest(
        {
          host: '127.0.0.1',
          port: httpsPort,
          method,
          path,
          rejectUnauthorized: false,
          headers: { host, ...(message.contentType !== '' && { 'content-type': message.contentType }) },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const headers = Object.fromEntries(
              Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
            );
            resolve({ status: answer.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(Buffer.from(message.body));
    });
  return new JwsClient({ handle }, { host: `ca.example.com:${httpsPort}` });
}
