/** Orders as a person meets them: tested, watched, stopped, discarded, deployed, revoked, begun by the scheduler, tried again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, raiseAcmeStage } from './acme-stage.ts';
import { lookAll } from './look-all.ts';
import { step } from './person.ts';

const stage = await raiseAcmeStage();

test('every button of an order does what it says, and the page follows without being loaded again', {
  skip: stage.skip,
}, async (t) => {
  const { ca, staging, api, provider, changeSlot } = stage.made;
  await changeSlot('server', { providers: [provider] });
  const { page, faults } = await stage.enter(t, { path: '/security/server-certificate' });
  const order = page.getByRole('region', { name: 'Order at Test CA' });
  const sign = page.getByRole('button', { name: 'Sign CSR with ACME Provider' });
  const pending = page.getByRole('region', { name: 'Pending ACME certificate' });

  await step(t, 'Test this set-up orders at the staging server and keeps nothing', async () => {
    await page.getByRole('button', { name: 'Test this set-up' }).click();
    const orders = page.getByRole('region', { name: 'Orders' });
    await orders
      .getByText(/Test CA \(test\)/)
      .or(order.getByText('test of the set-up'))
      .first()
      .waitFor();
    await orders.getByText('Done').first().waitFor();
    await orders
      .getByRole('button', { name: /^Steps of the order/ })
      .first()
      .press('Enter');
    await order.getByText('The set-up works; the certificate for the test was thrown away.').waitFor();
    assert.ok(staging.requests.some((one) => one.endsWith('/new-order')));
    assert.ok(!ca.requests.some((one) => one.endsWith('/new-order')), 'the real CA was not asked');
    assert.equal(await pending.count(), 0);
  });

  await step(t, 'a running order shows the challenge of each name, and is stopped', async () => {
    ca.misbehave.delay = 1_500;
    await sign.click();
    const row = order.getByRole('row', { name: /gateway\.example\.com/ });
    await row.getByText('HTTP-01').waitFor();
    await row.getByText(/^(In place|CA asked to look|CA is looking)$/).waitFor();
    // the CA takes its time from here on, so that there is time to look
    ca.misbehave.delay = 12_000;
    await row.getByText(/^pending|^processing/).waitFor();
    assert.deepEqual(await lookAll(page, 'acme-challenges'), []);
    await order.getByRole('button', { name: 'Stop order' }).click();
    await page.getByText('The order is stopped.').waitFor();
    ca.misbehave.delay = 0;
    await page.getByRole('listitem').filter({ hasText: 'Stopped' }).first().waitFor();
  });

  await step(t, 'what waits is thrown away, after a question', async () => {
    await sign.click();
    await pending.getByRole('button', { name: 'Discard Pending Cert' }).click();
    const asked = page.getByRole('dialog', { name: 'Discard the pending certificate?' });
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await pending.getByRole('button', { name: 'Discard Pending Cert' }).click();
    await asked.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The pending certificate is discarded.').waitFor();
    await pending.waitFor({ state: 'detached' });
  });

  await step(t, 'a name that was proven before says so in its row', async () => {
    await sign.click();
    await pending.waitFor();
    // to those who do not see the page, too
    await page.getByRole('status').getByText('Done: order at Test CA').waitFor();
    await page
      .getByRole('button', { name: /^Steps of the order/ })
      .first()
      .click();
    const row = order.getByRole('row', { name: /gateway\.example\.com/ });
    await row.getByText('Proven', { exact: true }).waitFor();
    await row.getByText('valid, proven before').waitFor();
  });

  await step(t, 'what waits is revoked for a reason, and is gone', async () => {
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await choose(page, 'Reason', 'The key leaked');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The certificate is revoked.').waitFor();
    await pending.waitFor({ state: 'detached' });
  });

  await step(t, 'what is signed is deployed, then revoked for another reason', async () => {
    await sign.click();
    await pending.getByRole('button', { name: 'Deploy Pending Cert' }).press('Enter');
    await page.getByText('Deployed: every new handshake gets it.').waitFor();
    await pending.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Revoke…' }).press('Enter');
    await choose(page, 'Reason', 'Replaced by another certificate');
    // the word about the pending one may still be there
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/acme/slots/server/revocation'));
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).press('Enter');
    await answered;
    type Rows = { rows: { detail: { which: string; reason: string } }[] };
    const { rows } = await api.must<Rows>('GET', '/audit?action=acme.revoke');
    const given = rows.map(({ detail: { which, reason } }) => `${which} ${reason}`);
    assert.deepEqual(given.toSorted(), ['active superseded', 'pending key-compromise']);
  });

  await step(t, 'an order of the scheduler appears by itself, and Retry now makes another', async () => {
    ca.misbehave.refuses = 'rejectedIdentifier';
    // by somebody else: this page is told of nothing
    await changeSlot('server', { scheduler: true });
    await order.getByText('by the scheduler').waitFor();
    await order.getByText('Failed', { exact: true }).first().waitFor();
    await page.getByText('Failing', { exact: true }).waitFor();
    await page.getByText('Next try').waitFor();
    await page.getByText('Attempts left before expiry').waitFor();
    assert.deepEqual(await lookAll(page, 'acme-failing'), []);
    ca.misbehave.refuses = undefined;
    await page.getByRole('button', { name: 'Retry now' }).press('Enter');
    await page.getByText('The scheduler tries once more within a minute.').waitFor();
    await pending.getByRole('button', { name: 'Deploy Pending Cert' }).waitFor();
    await page.getByText('Waits to be deployed').waitFor();
  });

  await step(t, 'the list of certificates follows too', async () => {
    await page.goto('/security/acme');
    const row = page
      .getByRole('region', { name: 'Table: Certificates' })
      .getByRole('row', { name: /Server certificate/ });
    await row.getByText('Waits to be deployed').waitFor();
    await api.must('POST', '/acme/slots/server/pending/deployment');
    await row.getByText('Renews itself').waitFor();
  });
  assert.deepEqual(faults, []);
});
