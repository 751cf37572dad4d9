/** Zones, peers and the tests around them, clicked and typed through as a person does; what opens is looked at. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { ApiClient } from '../support/api.ts';
import { createOpensslCa, type OpensslCa } from '../support/openssl.ts';
import { look } from './look.ts';
import { file, goTo, password } from './person.ts';
import { populate } from './populated.ts';
import { raiseStage } from './stage.ts';

/** A person of its own: the oldest sessions of one who logs in often end. */
const name = 'tester';
let ca: OpensslCa;
let client: ApiClient;
const stage = raiseStage({ env: { TOLLGATE_TEST_ALLOW: '127.0.0.0/8' } }, async ({ gateway, folder }) => {
  ca = await createOpensslCa(join(folder, 'users'), { name: 'Users CA' });
  client = await populate(gateway, folder);
  await client.must('POST', '/users', { name, role: 'administrator', password });
  await client.must('POST', '/trusted-cas', {
    file: Buffer.from(ca.certificate).toString('base64'),
    name: 'users.pem',
  });
});
const { skip } = stage;

/** Logged in, in a light and wide window and then in a dark and narrow one; `work` takes its pictures by `picture`. */
async function inBoth(
  t: TestContext,
  work: (page: Page, picture: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const variant of [
    { scheme: 'light', width: 1280 },
    { scheme: 'dark', width: 390 },
  ] as const) {
    const { page, faults } = await stage.enter(t, { ...variant, name });
    await work(page, async (what) =>
      assert.deepEqual(await look(page, `${what}-${variant.scheme}-${variant.width}`), []),
    );
    assert.deepEqual(faults, []);
  }
}

/** Presses Tab until this has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, label: string): Promise<void> {
  const named = { name: label, exact: true } as const;
  const target = page
    .getByRole('textbox', named)
    .or(page.getByRole('button', named))
    .or(page.getByRole('switch', { name: new RegExp(`^${label}`) }));
  for (let presses = 0; presses < 80; presses++) {
    if ((await page.locator(':focus').and(target).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${label} cannot be reached by Tab`);
}

test('a zone is made, tested against a wrong field, found in the list and deleted, without a mouse', {
  skip,
}, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/configuration/zones', name });
  await tabTo(page, 'New zone');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'New zone' }).waitFor();
  await tabTo(page, 'Peer addresses');
  await page.keyboard.type('sip.new.example, 192.0.2.99');
  await tabTo(page, 'TLS verify mode');
  await page.keyboard.press('Space');
  await tabTo(page, 'Create zone');
  await page.keyboard.press('Enter');
  // the browser itself insists on a name, and puts the focus there
  assert.equal(await page.evaluate('document.activeElement === document.querySelector("input[required]")'), true);
  await page.keyboard.type('Partner');
  await page.keyboard.press('Enter');
  await page.getByText('Another zone is called Partner.').first().waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Keyboard zone');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Zone Keyboard zone' }).waitFor();
  // certificates are made for FQDNs: the address is advised against
  await page
    .getByText(/192\.0\.2\.99/)
    .first()
    .waitFor();
  assert.equal(await page.getByRole('switch', { name: 'TLS verify mode' }).isChecked(), true);
  await page.goto('/configuration/zones');
  await page.getByRole('link', { name: 'Keyboard zone' }).waitFor();
  await tabTo(page, 'Delete: Keyboard zone');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete zone Keyboard zone?' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await tabTo(page, 'Delete: Keyboard zone');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await page.getByText('The zone is deleted.').waitFor();
  await page.getByRole('link', { name: 'Keyboard zone' }).waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
});

test('a form that somebody else has overtaken keeps what was typed, is refused and says so', { skip }, async (t) => {
  const made = await client.must<{ id: string; version: number }>('POST', '/zones', {
    name: 'Shared',
    kind: 'neighbor',
    peers: ['shared.example.com'],
  });
  const { page } = await stage.enter(t, { path: `/configuration/zones/${made.id}`, name });
  await page.getByLabel('Peer addresses').fill('mine.example.com');
  await client.must('PATCH', `/zones/${made.id}`, { version: made.version, peers: ['theirs.example.com'] });
  // the page reads the zones again, as it does when it comes to the front
  await page.evaluate(
    `dispatchEvent(new Event('visibilitychange')); document.dispatchEvent(new Event('visibilitychange'))`,
  );
  await page.getByRole('button', { name: 'Save' }).click();
  const refusal = page.getByRole('alert');
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /changed meanwhile/i);
  assert.equal(await page.getByLabel('Peer addresses').inputValue(), 'mine.example.com');
  assert.deepEqual(await look(page, 'zone-overtaken-light-1280'), []);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('link', { name: 'Shared' }).click();
  await page.getByRole('heading', { level: 1, name: 'Zone Shared' }).waitFor();
  assert.equal(await page.getByLabel('Peer addresses').inputValue(), 'theirs.example.com');
  await page.getByLabel('Peer addresses').fill('mine.example.com');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await client.must('DELETE', `/zones/${made.id}`);
});

test('zones are put in order, and their state and its reason are read', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/configuration/zones', name });
  const first = (name: string) =>
    page.getByRole('region', { name: 'Table: Zones' }).getByRole('link').first().filter({ hasText: name });
  const names = async () =>
    (await page.getByRole('region', { name: 'Table: Zones' }).getByRole('link').allInnerTexts()).slice(0, 2);
  await first('Partner').waitFor();
  assert.deepEqual(await names(), ['Partner', 'Core']);
  await page.getByRole('button', { name: 'Move down: Partner' }).click();
  await first('Core').waitFor();
  assert.deepEqual(await names(), ['Core', 'Partner']);
  await page.getByRole('button', { name: 'Move up: Partner' }).click();
  await first('Partner').waitFor();
  await page.getByRole('link', { name: 'Core', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Zone Core' }).waitFor();
  await page
    .getByText(/^192\.0\.2\.17:7001/)
    .first()
    .waitFor();
  assert.deepEqual(faults, []);
});

test('a peer is found, and the last decision about it is read in full', { skip }, async (t) => {
  await inBoth(t, async (page, picture) => {
    await page.goto('/status/peers');
    await page.getByLabel('Search').fill('stranger');
    await page.getByRole('link', { name: 'stranger.example.org' }).click();
    await page.getByRole('heading', { level: 1, name: 'Peer stranger.example.org' }).waitFor();
    const text = await page.getByRole('textbox', { name: 'The last decision in full' }).inputValue();
    assert.match(text, /^Refused|What to do:/m);
    await picture('peer');
  });
});

test('a client certificate is tested by file, with its user, and the expression is made permanent', {
  skip,
}, async (t) => {
  const { certificate } = await ca.issue(['admin'], { subject: '/CN=admin' });
  await inBoth(t, async (page, picture) => {
    await page.goto('/security/client-certificate-testing');
    assert.equal(await page.getByRole('radio', { name: 'The certificate of this browser' }).isDisabled(), true);
    await page.getByLabel('Client certificate', { exact: true }).setInputFiles(file('admin.pem', certificate));
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await page.getByText('The certificate would be accepted.').waitFor();
    await page.getByText('User name: admin').waitFor();
    await picture('client-certificate-tested');
    await page.getByLabel('User name format').fill('#commonName');
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await page.getByText(/#/).first().waitFor();
    await page.getByLabel('User name format').fill('user-#commonName#');
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await page.getByText('User name: user-admin').waitFor();
    await page.getByText('There is no user of that name who may log in.').waitFor();
    await page.getByRole('button', { name: 'Make these settings permanent' }).click();
    await page.getByText('These settings are permanent.').waitFor();
    await page.goto('/security/certificate-based-authentication');
    await page.getByText('user-#commonName#').waitFor();
    const settings = await client.must<object>('GET', '/zones/certificate-authentication');
    await client.must('PUT', '/zones/certificate-authentication', { ...settings, template: '#commonName#' });
  });
});

test('demanding client certificates is asked about first, and can be thought better of', { skip }, async (t) => {
  await inBoth(t, async (page, picture) => {
    await page.goto('/security/certificate-based-authentication');
    await page.getByRole('radio', { name: 'Certificate validation' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: 'Demand client certificates?' }).waitFor();
    await picture('demand-dialog');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.getByRole('radio', { name: 'Not required' }).isChecked(), true);
    assert.match((await client.get('/zones/certificate-authentication')).text, /not-required/);
  });
});

test('the secure traversal test of this gateway by itself tells both directions, each check with its remedy', {
  skip,
}, async (t) => {
  await inBoth(t, async (page, picture) => {
    await page.goto('/');
    if ((page.viewportSize()?.width ?? 0) > 600) await goTo(page, 'Secure traversal test');
    else await page.goto('/security/secure-traversal-test');
    await page.getByRole('combobox', { name: 'Zone' }).click();
    await page.getByRole('option', { name: 'Any other system' }).click();
    await page.getByLabel('Address of the other side').fill(`localhost:${stage.gateway.sipPort}`);
    await page.getByRole('button', { name: 'Run test' }).click();
    await page.getByRole('region', { name: 'Their certificate, judged by this gateway', exact: true }).waitFor();
    await page.getByText('Their answer').waitFor();
    await page.getByText(/^Connected to 127\.0\.0\.1/).waitFor();
    await picture('traversal-tested');
  });
});
