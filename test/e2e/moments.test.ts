/** What opens on the pages: previews, refusals, dialogs, results; looked at in two schemes and two widths. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { ApiClient } from '../support/api.ts';
import { createOpensslCa, type OpensslCa } from '../support/openssl.ts';
import { look } from './look.ts';
import { file } from './person.ts';
import { populate } from './populated.ts';
import { raiseStage } from './stage.ts';

let ca: OpensslCa;
let client: ApiClient;
const stage = raiseStage({}, async ({ gateway, folder }) => {
  ca = await createOpensslCa(join(folder, 'fresh'), { name: 'Fresh Root CA' });
  client = await populate(gateway, folder);
});

type Moment = (page: Page) => Promise<unknown>;

const certificateFile = 'Select the server certificate file';
const uploadButton = 'Upload server certificate data';

const moments: Readonly<Record<string, Moment>> = {
  async 'upload-preview'(page) {
    const { pem } = await client.must<{ pem: string }>('GET', '/identities/server/csr');
    const signed = await ca.sign(pem, {
      extensions: ['extendedKeyUsage = serverAuth', 'subjectAltName = DNS:cluster.example.com,DNS:edge1.example.com'],
    });
    await page.goto('/security/server-certificate');
    await page.getByLabel(certificateFile).setInputFiles(file('bundle.pem', ca.certificate + signed));
    await page.getByRole('button', { name: uploadButton }).click();
    await page.getByRole('button', { name: 'Confirm and serve this certificate' }).waitFor();
    await page.getByRole('button', { name: /^Show all \d+ checks/ }).click();
  },
  async 'upload-refused'(page) {
    const other = await ca.issue(['gateway', 'wild.example.com'], {
      extensions: ['subjectAltName = DNS:gateway,DNS:*.example.com,IP:192.0.2.1'],
    });
    await page.goto('/security/server-certificate');
    await page.getByLabel(certificateFile).setInputFiles(file('wrong.pem', other.certificate));
    await page.getByRole('button', { name: uploadButton }).click();
    await page.getByText('File upload failed.: Subject alternative name must be a valid FQDN').waitFor();
  },
  async 'upload-unreadable'(page) {
    await page.goto('/security/server-certificate');
    await page.getByLabel(certificateFile).setInputFiles(file('page.pem', '<html><body>Not found</body></html>'));
    await page.getByRole('button', { name: uploadButton }).click();
    await page
      .getByText(/^File upload failed\.: /)
      .first()
      .waitFor();
  },
  async 'append-preview'(page) {
    const leaf = await ca.issue(['not-a-ca.example.com']);
    await page.goto('/security/trusted-ca');
    await page
      .getByLabel('Select the file containing trusted CA certificates')
      .setInputFiles(file('bundle.pem', ca.certificate + leaf.certificate));
    await page.getByRole('button', { name: 'Append CA certificate' }).click();
    await page.getByText('Refused').first().waitFor();
  },
  async 'delete-dialog'(page) {
    await page.goto('/security/trusted-ca');
    await page.getByLabel('Filter by issuer, subject or fingerprint').fill('example issuing');
    await page.getByRole('checkbox', { name: 'Select Example Issuing CA 2' }).check();
    await page.getByRole('button', { name: 'Delete (1)' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).waitFor();
  },
  async 'reset-dialog'(page) {
    await page.goto('/security/trusted-ca');
    await page.getByRole('button', { name: 'Reset to default CA certificate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).waitFor();
  },
  async 'decoded-dialog'(page) {
    await page.goto('/security/server-certificate');
    await page.getByRole('button', { name: 'Show (decoded)' }).first().click();
    await page.getByRole('dialog').getByRole('textbox').waitFor();
  },
  async 'roll-back-dialog'(page) {
    await page.goto('/security/server-certificate');
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('dialog').waitFor();
  },
  async 'remove-domain-dialog'(page) {
    await page.goto('/security/domain-certificates');
    await page.getByRole('button', { name: 'Remove meet.example.org' }).click();
    await page.getByRole('dialog').waitFor();
  },
  async 'token-dialog'(page) {
    await page.goto('/users');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('dialog').getByLabel('Name').waitFor();
  },
  async 'decode-result'(page) {
    await page.goto('/tools/decode');
    await page.getByLabel('Or paste PEM text').fill(ca.certificate);
    await page.getByRole('button', { name: 'Decode', exact: true }).click();
    await page.getByRole('textbox', { name: 'Certificate, decoded' }).waitFor();
  },
  async 'match-result'(page) {
    const made = await ca.issue(['match.example.com']);
    await page.goto('/tools/match');
    await page.getByLabel('Or paste PEM text').fill(made.certificate + made.key);
    await page.getByRole('button', { name: 'Match', exact: true }).click();
    await page.getByRole('region', { name: 'Result' }).waitFor();
  },
  async 'chain-result'(page) {
    const made = await ca.issue(['chain.example.com']);
    await page.goto('/tools/chain');
    await page.getByLabel('Or paste PEM text').fill(made.certificate);
    await page.getByRole('button', { name: 'Order chain' }).click();
    await page.getByRole('textbox', { name: 'The chain as PEM, leaf first' }).waitFor();
  },
  async 'convert-result'(page) {
    await page.goto('/tools/convert');
    await page.getByLabel('Or paste PEM text').fill(ca.certificate);
    await page.getByRole('radio', { name: 'DER' }).check();
    await page.getByRole('button', { name: 'Convert', exact: true }).click();
    await page.getByRole('region', { name: 'Converted file' }).waitFor();
  },
  async 'search-dialog'(page) {
    await page.goto('/');
    await page.getByRole('button', { name: /Search pages/ }).click();
    await page.getByRole('combobox').fill('csr');
  },
  async 'api-operation'(page) {
    await page.goto('/help/api');
    await page.getByText('/identities/{slot}/uploads', { exact: true }).click();
  },
};

for (const variant of [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 390 },
] as const) {
  test(`what opens is fit to be shown: ${variant.scheme}, ${variant.width} wide`, { skip: stage.skip }, async (t) => {
    const { page, faults } = await stage.enter(t, variant);
    for (const [name, reach] of Object.entries(moments)) {
      await t.test(name, async () => {
        await reach(page);
        assert.deepEqual(await look(page, `${name}-${variant.scheme}-${variant.width}`), []);
        // An upload that was chosen and not confirmed counts as unsaved work; the next moment may lose it.
        page.once('dialog', (dialog) => void dialog.accept());
        await page.goto('about:blank').catch(() => undefined);
        page.removeAllListeners('dialog');
      });
    }
    assert.deepEqual(faults, []);
  });
}
