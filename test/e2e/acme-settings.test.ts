/** What is set for ACME, by a person and by one who may only look: provider, account, port of challenges. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { choose, raiseAcmeStage } from './acme-stage.ts';
import { lookAll } from './look-all.ts';
import { goTo, step } from './person.ts';

const stage = await raiseAcmeStage();
const { skip } = stage;
const auditor = { name: 'nightwatch', password: 'quiet heron walks at dawn' } as const;

test('a provider’s fields are filled and emptied, secrets are not shown again', { skip }, async (t) => {
  const { api, provider } = stage.made;
  const { page, faults } = await stage.enter(t, { path: `/security/acme/${provider}` });
  const form = page.getByRole('form', { name: 'Provider' });
  const save = async () => {
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('No changes.').waitFor();
  };
  const known = () => api.must<Record<string, unknown>>('GET', `/acme/providers/${provider}`);

  await step(t, 'an external account, a profile, a webhook with its token', async () => {
    await form.getByLabel('External account: key identifier').fill('kid-1');
    await form.getByLabel('External account: HMAC key', { exact: true }).fill('c2VjcmV0');
    await form.getByLabel('Profile').fill('web-server');
    await form.getByLabel('Preferred chain').fill('Example Root');
    await choose(page, 'Challenge type', /DNS-01/);
    await choose(page, 'TXT record set by', 'Webhook');
    await form.getByLabel('URL', { exact: true }).fill('https://dns.example.com/acme');
    await form.getByLabel('Bearer token', { exact: true }).fill('token');
    await save();
    const { externalAccount, profile, challenge } = await known();
    assert.deepEqual([externalAccount, profile], [{ keyId: 'kid-1' }, 'web-server']);
    assert.deepEqual(challenge, { type: 'dns-01', method: 'webhook', url: 'https://dns.example.com/acme' });
    assert.equal(await form.getByLabel('External account: HMAC key', { exact: true }).inputValue(), '');
    assert.equal(await form.getByLabel('Bearer token', { exact: true }).inputValue(), '');
  });

  await step(t, 'the kept token goes to no other host, unless the person says that there is none', async () => {
    await form.getByLabel('URL', { exact: true }).fill('https://dns.example.net/acme');
    await form.getByRole('button', { name: 'Save' }).click();
    await form
      .getByText(/The kept bearer token is not sent to another host/)
      .first()
      .waitFor();
    assert.deepEqual(await lookAll(page, 'acme-provider-token', [0, 3]), []);
    await form.getByLabel('Call it without a token from now on').check();
    await save();
  });

  await step(t, 'everything that may be empty is emptied', async () => {
    await choose(page, 'Challenge type', /HTTP-01/);
    for (const label of [
      'Staging directory URL',
      'CA file (PEM)',
      'Further hosts',
      'Admin e-mail',
      'External account: key identifier',
      'Profile',
      'Preferred chain',
    ]) {
      await form.getByLabel(label).fill('');
    }
    await save();
    const { stagingUrl, caPem, approvedHosts, contact, externalAccount, profile, preferredChain, challenge } =
      await known();
    assert.deepEqual([stagingUrl, caPem, approvedHosts, contact], [null, '', [], []]);
    assert.deepEqual([externalAccount, profile, preferredChain, challenge], [null, '', '', { type: 'http-01' }]);
    await page.reload();
    await form.getByLabel('Staging directory URL').waitFor();
    assert.equal(await form.getByLabel('Staging directory URL').inputValue(), '');
  });

  await step(t, 'and filled again', async () => {
    await form.getByLabel('CA file (PEM)').fill(stage.made.ca.httpsRoot + stage.made.staging.httpsRoot);
    await form.getByLabel('Further hosts').fill('localhost');
    await form.getByLabel('Staging directory URL').fill(stage.made.staging.directoryUrl);
    await save();
  });
  assert.deepEqual(faults, []);
});

test('an account is made, gets another key, is deactivated, and is forgotten', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: `/security/acme/${stage.made.provider}` });
  const thumbprint = () => page.locator('dt:text-is("Key thumbprint") + dd').innerText();
  const make = async () => {
    const button = page.getByRole('button', { name: 'Make account' });
    const read = page.getByRole('button', { name: 'Read the terms of the CA' });
    await button.or(read).waitFor();
    // what the CA said of itself is remembered
    if (await read.isVisible()) await read.click();
    await button.click();
    await page.getByRole('button', { name: 'Roll over the key' }).waitFor();
  };
  const confirmed = async (button: 'Deactivate' | 'Reset') => {
    await page.getByRole('button', { name: button, exact: true }).press('Enter');
    const asked = page.getByRole('dialog', { name: `${button} the account?` });
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: button, exact: true }).click();
    await asked.getByRole('button', { name: button }).click();
  };
  await step(t, 'the key is rolled over', async () => {
    await make();
    const before = await thumbprint();
    await page.getByRole('button', { name: 'Roll over the key' }).click();
    await page.getByText('The account has a new key.').waitFor();
    await page.getByText(before).waitFor({ state: 'detached' });
    assert.notEqual(await thumbprint(), before);
    assert.deepEqual(await lookAll(page, 'acme-account', [0, 3]), []);
  });
  await step(t, 'terms that are new are shown and accepted', async () => {
    const terms = 'https://ca.example.com/terms-of-2027';
    await stage.made.ca.change({ termsUrl: terms });
    await page.getByRole('button', { name: 'Ask the CA', exact: true }).click();
    const form = page.getByRole('form', { name: 'Accept the terms' });
    assert.equal(await form.getByRole('link', { name: terms }).getAttribute('href'), terms);
    await form.getByLabel(/I accept the terms of service/).press('Space');
    await form.getByRole('button', { name: 'Accept the terms' }).press('Enter');
    await page.getByText('The terms are accepted.').waitFor();
    await form.waitFor({ state: 'detached' });
    await stage.made.ca.change({ termsUrl: '' });
    await page.reload();
  });
  await step(t, 'it is deactivated at the CA', async () => {
    await confirmed('Deactivate');
    await page.getByText('The account is deactivated.').waitFor();
    await page.getByText('Deactivated', { exact: true }).waitFor();
  });
  await step(t, 'another is made and forgotten here', async () => {
    await make();
    await confirmed('Reset');
    await page.getByText('The account is forgotten here.').waitFor();
    await page.getByText('No account', { exact: true }).waitFor();
  });
  assert.deepEqual(faults, []);
});

test('the port of challenges is kept open, and sends what is no challenge to HTTPS', { skip }, async (t) => {
  const { page, faults } = await stage.enter(t, { path: '/security/acme' });
  const form = page.getByRole('form', { name: 'Port of HTTP-01 challenges' });
  const save = async () => {
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('No changes.').waitFor();
  };
  await form.getByText(`Port ${stage.made.httpPort}.`).waitFor();
  assert.equal(await answerOf('/'), undefined, 'closed while no challenge is pending');
  // without a mouse
  await page.getByRole('combobox', { name: 'Open', exact: true }).press('ArrowDown');
  await page.getByRole('option', { name: 'Always' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await save();
  assert.deepEqual(await answerOf('/'), { status: 404, location: undefined });
  const redirect = form.getByLabel(/^Redirect to HTTPS/);
  await redirect.press('Space');
  await save();
  const { httpsPort } = stage.gateway;
  assert.deepEqual(await answerOf('/a'), { status: 308, location: `https://gateway.example.com:${httpsPort}/a` });
  assert.deepEqual(await lookAll(page, 'acme-port', [0, 3]), []);
  await redirect.press('Space');
  await choose(page, 'Open', 'While a challenge is pending');
  await save();
  assert.equal(await answerOf('/'), undefined);
  assert.deepEqual(faults, []);
});

test('an auditor reads all of ACME, and finds no button that would be refused', { skip }, async (t) => {
  const { api, provider, changeSlot } = stage.made;
  await api.must('POST', '/users', { ...auditor, role: 'auditor' });
  await changeSlot('server', { providers: [provider], scheduler: true });
  const { page, faults } = await stage.enter(t, { path: '/security/acme', ...auditor });
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() === 403) refused.push(response.url());
  });
  await page.goto('/security/server-certificate');
  await page.getByRole('button', { name: 'Deploy Pending Cert' }).waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'Pending ACME certificate' }).waitFor();
  assert.deepEqual(await changesOffered(page), []);
  await page.getByRole('button', { name: 'Show (decoded): pending certificate' }).click();
  await page.getByRole('dialog').locator('textarea').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show ACME settings' }).click();
  assert.equal(await page.getByLabel('Automated scheduler').isDisabled(), true);
  await page
    .getByRole('button', { name: /^Steps of the order/ })
    .first()
    .click();
  await page.getByRole('region', { name: 'Order at Test CA' }).waitFor();
  assert.deepEqual(await lookAll(page, 'acme-auditor-slot', [0, 3]), []);

  await goTo(page, 'ACME');
  await page.getByRole('form', { name: 'Port of HTTP-01 challenges' }).waitFor();
  assert.equal(await page.getByLabel(/^Redirect to HTTPS/).isDisabled(), true);
  assert.deepEqual(await changesOffered(page), []);
  await page.getByRole('link', { name: 'Test CA' }).click();
  await page.getByRole('form', { name: 'Provider' }).waitFor();
  assert.equal(await page.getByLabel('Directory URL', { exact: true }).inputValue(), stage.made.ca.directoryUrl);
  assert.equal(await page.getByLabel('Directory URL', { exact: true }).isDisabled(), true);
  // anybody may ask the CA what it says of itself
  await page.getByRole('button', { name: 'Ask the CA', exact: true }).click();
  await page.getByText('What the CA says of itself').waitFor();
  assert.deepEqual(await changesOffered(page), []);
  assert.deepEqual(await lookAll(page, 'acme-auditor-provider', [0, 3]), []);
  await page.goto('/security/acme/new');
  await page.getByText(/You are logged in as auditor/).waitFor();
  assert.deepEqual([...refused, ...faults], []);
});

/** Enabled buttons of the page that change something. */
async function changesOffered(page: Page): Promise<string[]> {
  const changes =
    /^(Save|Sign|Check first|Test this|Retry|Revoke|Deploy|Discard|Stop|Append|Add|Up$|Down$|Move|Remove|Make|Roll over|Deactivate|Reset|Tell|Read the terms|Change)/;
  const buttons = page.getByRole('main').getByRole('button', { name: changes });
  const names = await buttons.evaluateAll((all) =>
    all.filter((one) => !one.matches(':disabled')).map((one) => one.textContent ?? ''),
  );
  return names;
}

/** What the port of challenges says; undefined when nobody listens. */
function answerOf(path: string): Promise<{ status: number | undefined; location: string | undefined } | undefined> {
  return new Promise((resolve) => {
    const headers = { host: 'gateway.example.com' };
    const asked = request({ host: '127.0.0.1', port: stage.made.httpPort, path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, location: answer.headers.location });
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
