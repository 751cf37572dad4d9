/** How the console behaves: by keyboard, with unsaved work, when the password is asked again, for an auditor. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createOpensslCa } from '../support/openssl.ts';
import { seriousFindings } from './browser.ts';
import { file, goTo, logIn, password } from './person.ts';
import { populate } from './populated.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage({}, ({ gateway, folder }) => populate(gateway, folder));
const { skip } = stage;

/** Changes the stored sessions as time would. */
function sessions(change: string): void {
  const database = new DatabaseSync(join(stage.gateway.folder, 'tollgate.db'));
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec(change);
  database.close();
}

const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const element = document.activeElement;
    return element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 60);
  })()`);

test('everything can be reached by keyboard, and the focus is always to be seen', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/server-certificate' });
  await page.reload();
  await page.getByRole('button', { name: 'Show (decoded)' }).first().waitFor();
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to the content');
  await page.keyboard.press('Enter');
  await page.locator('#main:focus').waitFor();

  const seen: string[] = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    seen.push(await focused(page));
    const visible = await page.evaluate<boolean>(`(() => {
      const own = document.activeElement;
      const drawn = (element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none' || style.borderColor !== 'rgba(0, 0, 0, 0)';
      };
      return own === document.body || drawn(own) || drawn(own.parentElement);
    })()`);
    assert.ok(visible, `no focus to be seen on: ${seen.at(-1)}`);
  }
  for (const name of ['Show (decoded)', 'Show (PEM file)', 'Reset to default server certificate', 'Discard CSR'])
    assert.ok(seen.includes(name), `${name} was not reached: ${seen.join(', ')}`);

  await page.getByRole('button', { name: 'Show (decoded)' }).first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Server certificate: decoded' });
  await dialog.getByRole('textbox').waitFor();
  assert.match(await dialog.getByRole('textbox').inputValue(), /^Certificate:\n {4}Data:/);
  assert.deepEqual(await seriousFindings(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Show (decoded)' }).first().and(page.locator(':focus')).waitFor();
  assert.deepEqual(faults, []);
});

test('Ctrl-K finds a page by what it is about and goes there', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages' }).fill('cluster peers');
  await page.getByRole('option', { name: /Settings/ }).waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  assert.deepEqual(faults, []);
});

test('leaving a form with unsaved changes asks first, by link and by the Back button', { skip }, async (t) => {
  const { page } = await stage.enter(t);
  await goTo(page, 'Settings');
  const field = page.getByLabel('FQDN of this gateway', { exact: true });
  await field.fill('changed.example.com');
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Stay on this page' }).click();
  assert.equal(await field.inputValue(), 'changed.example.com');
  await page.goBack();
  await page.getByRole('button', { name: 'Stay on this page' }).click();
  assert.equal(new URL(page.url()).pathname, '/system/settings');
  assert.equal(await field.inputValue(), 'changed.example.com');
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});

test('a dangerous change asks for the password again when the log-in is old', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/trusted-ca' });
  sessions('UPDATE sessions SET authenticated_at = authenticated_at - 600000');
  await page.getByLabel('Filter by issuer, subject or fingerprint').fill('example root');
  await page.getByRole('checkbox', { name: 'Select Example Root CA' }).first().check();
  await page.getByRole('button', { name: 'Delete (1)' }).click();
  const asked = page.getByRole('dialog', { name: 'Confirm your password' });
  await asked.getByLabel('Password', { exact: true }).fill('not the password at all');
  await asked.getByRole('button', { name: 'Confirm' }).click();
  await asked.getByRole('alert').waitFor();
  await asked.getByLabel('Password', { exact: true }).fill(password);
  await asked.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('dialog', { name: 'Delete 1 certificate?' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted: 1.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Put back: 1.').waitFor();
  assert.deepEqual(faults, []);
});

test('a session that ended leads to the log-in page and back to the same page', { skip }, async (t) => {
  const { page } = await stage.enter(t, { path: '/security/trusted-ca' });
  // Once all is loaded, nothing but the click finds out.
  await page
    .getByRole('button', { name: /^View \(decoded\)/ })
    .first()
    .waitFor();
  await page.waitForLoadState('networkidle');
  sessions('DELETE FROM sessions');
  await page.getByRole('button', { name: 'Show all (decoded)' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await logIn(page);
  await page.getByRole('heading', { level: 1, name: 'Trusted CA certificate' }).waitFor();

  sessions('DELETE FROM sessions');
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await page.getByText('Your session has ended.').count(), 0);
});

test('an auditor sees every page and no button that changes anything', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { name: 'nightwatch', password: 'quiet heron walks at dawn' });
  const changes =
    /^(Save|Generate CSR|Discard CSR|Upload|Reset|Roll back|Delete|Append|Add|Remove|New|Acknowledge|Revoke|Undo)/;
  for (const title of ['Alarms', 'Settings', 'Unified Communications', 'Server certificate', 'Domain certificates']) {
    await goTo(page, title);
    await page.waitForTimeout(200);
    assert.equal(await page.getByRole('main').getByRole('button', { name: changes }).count(), 0, title);
  }
  for (const title of ['Trusted CA certificate', 'Users and tokens', 'Audit log', 'Decode']) {
    await goTo(page, title);
    await page.waitForTimeout(200);
    assert.equal(await page.getByRole('main').getByRole('button', { name: changes }).count(), 0, title);
  }
  assert.deepEqual(faults, []);
});

test('an expired certificate is served only after the word was typed', { skip }, async (t) => {
  const ca = await createOpensslCa(join(stage.folder, 'expired'), { name: 'Expiring CA' });
  const day = (offset: number) =>
    `${new Date(Date.now() + offset * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const made = await ca.issue(['meet.example.org'], { startDate: day(-40), endDate: day(-1) });
  const { page, faults } = await stage.enter(t, { path: '/security/domain-certificates/meet.example.org' });
  await page.getByLabel('Select the domain private key file').setInputFiles(file('key.pem', made.key));
  await page.getByLabel('Select the domain certificate file').setInputFiles(file('old.pem', made.certificate));
  await page.getByRole('button', { name: 'Upload domain certificate data' }).click();
  await page.getByText(/^File upload failed\.: /).waitFor();
  await page.getByRole('button', { name: 'Upload although it has expired' }).click();
  await page.getByRole('button', { name: 'Confirm and serve this certificate' }).click();
  const asked = page.getByRole('dialog', { name: 'Serve this certificate in spite of the warning?' });
  assert.ok(await asked.getByRole('button', { name: 'Serve it' }).isDisabled());
  await asked.getByLabel(/^Type expired/).fill('expired');
  await asked.getByRole('button', { name: 'Serve it' }).click();
  await page.getByText('The new certificate serves from the next handshake on.').waitFor();
  await page
    .getByText(/^Expired .* ago$/)
    .first()
    .waitFor();
  assert.deepEqual(faults, []);
});

test('a renewed authority is added beside the older one, which can then be deleted', { skip }, async (t) => {
  const name = 'Renewed Root CA';
  const first = await createOpensslCa(join(stage.folder, 'renewed-1'), { name, days: 900 });
  const second = await createOpensslCa(join(stage.folder, 'renewed-2'), { name, days: 2000 });
  const { page, faults } = await stage.enter(t, { path: '/security/trusted-ca' });
  const append = async (pem: string) => {
    await page.getByLabel('Select the file containing trusted CA certificates').setInputFiles(file('ca.pem', pem));
    await page.getByRole('button', { name: 'Append CA certificate' }).click();
    await page.getByRole('button', { name: 'Confirm: add 1' }).click();
  };
  await append(first.certificate);
  await page.getByText('Added to the trusted CA list: 1.').waitFor();
  await append(second.certificate);
  await page.getByRole('button', { name: 'Delete the older' }).click();
  await page.getByRole('dialog', { name: 'Delete 1 certificate?' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted: 1.').waitFor();
  await page.getByLabel('Filter by issuer, subject or fingerprint').fill(name);
  await page.getByText('1 of ').waitFor();
  assert.deepEqual(faults, []);
});

test('light and dark follow the system until the person chooses, and the choice stays', { skip }, async (t) => {
  const { page } = await stage.open(t, { scheme: 'dark' });
  const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme');
  await page.goto('/');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await scheme(), 'dark');
  await page.getByRole('button', { name: /^Colours: as the system/ }).click();
  assert.equal(await scheme(), 'light');
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await scheme(), 'light');
});
