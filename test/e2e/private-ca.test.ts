/** Private CA: from nothing to a certificate that is issued, looked up and revoked, by a person at the page. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { buildCsr } from '../../src/pki/csr/build.ts';
import { generateKey } from '../../src/pki/key/generate.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { type ApiClient, setUp as makeFirstAccount } from '../support/api.ts';
import { look } from './look.ts';
import { file, goTo, step } from './person.ts';
import { raiseStage } from './stage.ts';

let client: ApiClient;
const stage = raiseStage({}, async ({ gateway }) => {
  client = await makeFirstAccount(gateway);
});
const { skip } = stage;

test('a CA is made, issues, publishes and revokes', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/private-ca' });
  const problems: string[] = [];
  const picture = async (what: string) => problems.push(...(await look(page, `private-ca-${what}`)));

  await step(t, 'an empty page says what comes first', async () => {
    await page.getByRole('heading', { level: 1, name: 'Private CA' }).waitFor();
    await page.getByText('There is no private CA yet.').waitFor();
    await picture('empty');
  });

  await step(t, 'a root is made under a passphrase', async () => {
    const form = page.getByRole('form', { name: 'New root' });
    await form.getByLabel('Common name').fill('Example Root CA');
    await choose(page, form.getByLabel('Key', { exact: true }), 'ECDSA P-256');
    await form.getByLabel('Passphrase of its key').fill('correct horse battery');
    await form.getByLabel('Passphrase again').fill('correct horse');
    await form.getByText('The two are not the same.').waitFor();
    assert.equal(await form.getByRole('button', { name: 'Create root' }).isDisabled(), true);
    await form.getByLabel('Passphrase again').fill('correct horse battery');
    await form.getByRole('button', { name: 'Create root' }).click();
    await page.getByRole('link', { name: 'Example Root CA' }).waitFor();
  });

  await step(t, 'an intermediate needs the passphrase of the root', async () => {
    const form = page.getByRole('form', { name: 'New intermediate' });
    await form.getByLabel('Common name').fill('Example Issuing CA 1');
    await choose(page, form.getByLabel('Names it may issue for'), 'These domains and address ranges');
    await form.getByLabel('Domains', { exact: true }).fill('example.com');
    await form.getByLabel('Passphrase of the root’s key').fill('wrong');
    await form.getByRole('button', { name: 'Create intermediate' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByLabel('Passphrase of the root’s key').fill('correct horse battery');
    await form.getByRole('button', { name: 'Create intermediate' }).click();
    await page.getByRole('link', { name: 'Example Issuing CA 1' }).waitFor();
    await page.getByRole('region', { name: 'Table: CRLs of Example Issuing CA 1' }).waitFor();
    await picture('made');
  });

  await step(t, 'how much may be asked of publishing at once is a setting', async () => {
    const form = page.getByRole('form', { name: 'Publishing' });
    const field = form.getByLabel('Connections from one address');
    await field.fill('30000');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').first().waitFor();
    await field.fill('2000');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. CRLs and OCSP answers').waitFor();
    const { text } = await client.get('/private-ca/publishing/settings');
    assert.match(text, /"connectionsPerAddress":2000/);
  });

  await step(t, 'a template of one’s own', async () => {
    await goTo(page, 'Certificate templates');
    await page.getByRole('button', { name: 'New template' }).click();
    const form = page.getByRole('form', { name: 'Template' });
    await form.getByLabel('Title').fill('SIP phones');
    await form.getByLabel(/^Name/).fill('sip-phones');
    await form.getByLabel('Valid for (days)').fill('47');
    await form.getByLabel('Domains', { exact: true }).fill('phones.example.com');
    await picture('template');
    await form.getByRole('button', { name: 'Save template' }).click();
    await page.getByRole('cell', { name: 'phones.example.com' }).waitFor();
    await form.waitFor({ state: 'detached' });
    await picture('templates');
  });

  await step(t, 'a request is previewed and signed', async () => {
    await goTo(page, 'Private CA');
    await page.getByRole('button', { name: 'Issue a certificate' }).click();
    await page.getByLabel('Certificate signing request').setInputFiles([file('phone.csr', await request())]);
    await choose(page, page.getByLabel('Template'), 'SIP phones');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('heading', { name: 'What would be issued' }).waitFor();
    await page.getByText('a.example.org').first().waitFor();
    await picture('preview');
    await page.getByRole('button', { name: 'Issue certificate' }).click();
    await page.getByText('The certificate is issued').waitFor();
    await picture('issued');
  });

  await step(t, 'it is found and revoked', async () => {
    await goTo(page, 'Issued certificates');
    await page.getByLabel('Search').fill('7.phones');
    await page.getByRole('link', { name: '7.phones.example.com' }).click();
    await page.getByRole('heading', { level: 1, name: '7.phones.example.com' }).waitFor();
    await picture('certificate');
    await choose(page, page.getByLabel('Reason'), 'The key leaked');
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The key leaked').first().waitFor();
    await goTo(page, 'Issued certificates');
    await page.getByText('Revoked').first().waitFor();
    await picture('list');
    const { certificates } = await client.must<{ certificates: { state: string; names: string[] }[] }>(
      'GET',
      '/private-ca/certificates?state=revoked',
    );
    assert.deepEqual(
      certificates.map(({ names }) => names),
      [['dns:7.phones.example.com']],
    );
  });

  await step(t, 'the page of the authority, and its certificate as a file', async () => {
    await goTo(page, 'Private CA');
    await page.getByRole('link', { name: 'Example Issuing CA 1' }).click();
    await page.getByRole('heading', { level: 1, name: 'Example Issuing CA 1' }).waitFor();
    await picture('authority');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download (PEM)' }).click(),
    ]);
    const { authorities } = await client.must<{ authorities: { label: string; pem: string }[] }>(
      'GET',
      '/private-ca/authorities',
    );
    const made = authorities.find(({ label }) => label === 'Example Issuing CA 1');
    const saved = await (await download.createReadStream()).toArray();
    assert.equal(new X509Certificate(Buffer.concat(saved)).toString(), new X509Certificate(made?.pem ?? '').toString());
  });

  assert.deepEqual([...problems, ...faults], []);
});

test('every page of the private CA stands on a telephone and in the dark', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/private-ca', width: 390, scheme: 'dark' });
  const problems: string[] = [];
  for (const [path, heading] of [
    ['/security/private-ca', 'Private CA'],
    ['/security/private-ca/issue', 'Issue a certificate'],
    ['/security/issued-certificates', 'Issued certificates'],
    ['/security/certificate-templates', 'Certificate templates'],
  ] as const) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.waitForLoadState('networkidle');
    problems.push(...(await look(page, `private-ca-narrow-${path.split('/').at(-1)}`)));
  }
  assert.deepEqual([...problems, ...faults], []);
});

/** A request for one name that the template allows and one that it does not. */
async function request(): Promise<string> {
  const { privateKey } = await generateKey('ec-p256');
  const der = buildCsr({
    subject: [{ type: 'CN', value: '7.phones.example.com' }],
    names: [
      { kind: 'dns', value: '7.phones.example.com' },
      { kind: 'dns', value: 'a.example.org' },
    ],
    extendedKeyUsage: ['serverAuth', 'clientAuth'],
    keyUsage: ['digitalSignature'],
    digest: 'sha256',
    key: privateKey,
  });
  return encodePem('CERTIFICATE REQUEST', der);
}

async function choose(page: Page, field: ReturnType<Page['getByLabel']>, option: string): Promise<void> {
  await field.first().click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
