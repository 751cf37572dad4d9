/** Forms that are half filled, filled twice, or filled with more than usual: nothing is lost, nothing happens twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildCsr } from '../../src/pki/csr/build.ts';
import { generateKey } from '../../src/pki/key/generate.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { type ApiClient, setUp } from '../support/api.ts';
import { createExampleCa } from '../support/example-ca.ts';
import { lookAll } from './look-all.ts';
import { file, goTo } from './person.ts';
import { raiseStage } from './stage.ts';

const auditor = { name: 'nightwatch', password: 'quiet heron walks at dawn' } as const;
let api: ApiClient;
const stage = raiseStage({}, async ({ gateway }) => {
  api = await setUp(gateway);
  await createExampleCa(api, 'ca.example.com', 'ec-p256');
  await api.must('POST', '/users', { ...auditor, role: 'auditor' });
});
const { skip } = stage;

test('of two forms that are half filled, saving one keeps the question for the other', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/private-ca' });
  const publishing = page.getByRole('form', { name: 'Publishing' });
  const address = page.getByRole('form', { name: 'Addresses in certificates' }).getByLabel('Public address');
  const asked = page.getByRole('dialog', { name: 'Leave without saving?' });
  await publishing.getByLabel('Connections at once').fill('2100');
  await address.fill('http://pki.example.com');
  await page.getByRole('navigation').getByRole('link', { name: 'Issued certificates' }).click();
  await asked.getByText('the publishing settings and to the addresses in certificates').waitFor();
  await page.keyboard.press('Escape');
  await publishing.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved. CRLs and OCSP answers').waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Issued certificates' }).click();
  await asked.getByText('the addresses in certificates').waitFor();
  await asked.getByRole('button', { name: 'Stay on this page' }).click();
  await page.getByRole('button', { name: 'Account: admin' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await asked.getByRole('button', { name: 'Stay on this page' }).click();
  assert.equal(await address.inputValue(), 'http://pki.example.com');
  assert.deepEqual(faults, []);
});

test('a new intermediate and a template are asked about; a number may be emptied and typed anew', {
  skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t);
  const asked = page.getByRole('dialog', { name: 'Leave without saving?' });
  await goTo(page, 'Private CA');
  await page.getByRole('button', { name: /^Create another intermediate/ }).press('Enter');
  await page.keyboard.type('Example Issuing CA 2');
  const years = page.getByLabel('Valid for (years)');
  await years.press('End');
  await page.keyboard.press('Backspace');
  assert.equal(await years.inputValue(), '');
  await page.keyboard.type('12');
  assert.equal(await years.inputValue(), '12');
  await page.goBack();
  await asked.getByText('the new intermediate').waitFor();
  await asked.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

  await goTo(page, 'Certificate templates');
  await page.getByRole('button', { name: 'New template' }).press('Enter');
  await page.keyboard.type('SIP phones');
  await page.getByRole('button', { name: 'New template' }).click();
  await asked.getByRole('button', { name: 'Stay on this page' }).click();
  assert.equal(await page.getByLabel('Title').inputValue(), 'SIP phones');
  await page.getByRole('form', { name: 'Template' }).getByRole('button', { name: 'Cancel' }).press('Enter');
  await page.getByRole('button', { name: 'New template' }).and(page.locator(':focus')).waitFor();
  assert.deepEqual(faults, []);
});

test('a double click issues once, and a hundred names have room', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/private-ca/issue' });
  const name = `${'long-file-name-'.repeat(12)}.csr`;
  await page.getByLabel('Certificate signing request').setInputFiles([file(name, await longRequest())]);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Show all 100' }).press('Enter');
  await page.getByRole('list', { name: 'Names' }).getByText('dns:host98.example.com').waitFor();
  assert.deepEqual(await lookAll(page, 'issue-long', [0, 3]), []);
  await page.getByRole('button', { name: 'Show fewer' }).press('Enter');

  const held = Promise.withResolvers<void>();
  const sent: string[] = [];
  await page.route('**/api/v1/private-ca/certificates', async (route) => {
    sent.push(route.request().method());
    await held.promise;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Issue certificate' }).dblclick();
  held.resolve();
  await page.getByText('The certificate is issued').waitFor();
  await page.unrouteAll({ behavior: 'wait' });
  assert.deepEqual(
    sent.filter((method) => method === 'POST'),
    ['POST'],
  );
  await page.getByRole('link', { name: 'Its record' }).click();
  await page.getByRole('heading', { name: 'Record' }).waitFor();
  assert.deepEqual(await lookAll(page, 'issued-long', [0, 3]), []);
  assert.deepEqual(faults, []);
});

test('what was changed in another window is refused, and Cancel shows what holds', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/private-ca' });
  const form = page.getByRole('form', { name: 'Publishing' });
  await form.getByLabel('CRLs hold, in hours').fill('100');
  const { version } = await api.must<{ version: number }>('GET', '/private-ca/publishing/settings');
  await api.must('PATCH', '/private-ca/publishing/settings', { version, ocspHours: 9 });
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('The settings of publishing changed meanwhile.').waitFor();
  assert.equal(await form.getByLabel('CRLs hold, in hours').inputValue(), '100');
  await form.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForFunction(`[...document.querySelectorAll('input')].some((one) => one.value === '9')`);
  assert.equal(await form.getByLabel('OCSP answers hold, in hours').inputValue(), '9');
  assert.deepEqual(faults, []);
});

test('folded ACME settings keep what was typed', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/server-certificate' });
  const time = page.getByLabel('Schedule time (UTC)');
  await time.fill('03:30');
  await page.getByRole('button', { name: 'Hide ACME settings' }).click();
  await time.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Change ACME settings' }).click();
  assert.equal(await time.inputValue(), '03:30');
  assert.deepEqual(faults, []);
});

test('what was typed and left on the page of one certificate does not stand on that of another', {
  skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t);
  const time = page.getByLabel('Schedule time (UTC)');
  // seen before, so that both are there at once
  for (const title of ['Server certificate', 'Client certificate', 'Server certificate']) {
    await goTo(page, title);
    await time.waitFor();
  }
  await time.fill('03:30');
  await page.getByLabel('Select the server certificate file').setInputFiles([file('server.pem', 'not for the client')]);
  await page.getByRole('navigation').getByRole('link', { name: 'Client certificate', exact: true }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { level: 1, name: 'Client certificate' }).waitFor();
  await time.waitFor();
  assert.equal(await time.inputValue(), '02:00');
  assert.equal(await page.getByText('server.pem').count(), 0);
  assert.deepEqual(faults, []);
});

test('a page that cannot be loaded says so beside the menus, and is loaded again', { skip }, async (t) => {
  const { page } = await stage.enter(t);
  await page.route('**/assets/audit-page-*.js', (route) => route.abort());
  await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click();
  await page.getByText('This page could not be shown.').waitFor();
  await goTo(page, 'Overview');
  await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click();
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Load again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
});

test('an auditor reads the settings of the ACME server, and issues nothing', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/acme-server', ...auditor });
  await page.getByText('You are logged in as auditor').waitFor();
  assert.equal(await page.getByRole('switch', { name: 'ACME server' }).isDisabled(), true);
  assert.equal(await page.getByLabel('Names', { exact: true }).isDisabled(), true);
  await page.goto('/security/private-ca/issue');
  await page.getByLabel('Certificate signing request').setInputFiles([file('a.csr', await longRequest())]);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('heading', { name: 'What would be issued' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Issue certificate' }).count(), 0);
  assert.deepEqual(faults, []);
});

/** A hundred names, one of them as long as names can be. */
async function longRequest(): Promise<string> {
  const { privateKey } = await generateKey('ec-p256');
  const longest = [...['a', 'b', 'c'].map((letter) => letter.repeat(63)), 'd'.repeat(49), 'example.com'].join('.');
  const names = [longest, ...Array.from({ length: 99 }, (_, index) => `host${index}.example.com`)];
  const der = buildCsr({
    subject: [{ type: 'O', value: 'o'.repeat(64) }],
    names: names.map((value) => ({ kind: 'dns', value })),
    extendedKeyUsage: ['serverAuth'],
    keyUsage: ['digitalSignature'],
    digest: 'sha256',
    key: privateKey,
  });
  return encodePem('CERTIFICATE REQUEST', der);
}
