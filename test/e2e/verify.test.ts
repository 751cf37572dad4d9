/** Tools > Verify: a refused certificate and a remote server, explained to a person. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createVerification } from '../../src/features/verification/create-verification.ts';
import { explainRemote } from '../../src/features/verification/verification.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { setUp as makeFirstAccount } from '../support/api.ts';
import { makeCa, makeLeaf } from '../support/made-certificates.ts';
import { look, variants } from './look.ts';
import { file } from './person.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage({}, ({ gateway }) => makeFirstAccount(gateway));

const anywhere = createVerification({
  clock: systemClock,
  trusted: async () => [root.certificate],
  addresses: () => undefined,
});
const root = makeCa('Page Root');
const issuing = makeCa('Page Issuing CA', { issuer: root });
const leaf = makeLeaf('sip.example.com', issuing, { extensions: { extendedKeyUsage: ['serverAuth'] } });

for (const variant of variants) {
  test(`a certificate is refused, then accepted, with the reason (${variant.scheme}, ${variant.width})`, {
    skip: stage.skip,
  }, async (t) => {
    const { page, faults } = await stage.enter(t, { ...variant, path: '/tools/verify' });
    const picture = (what: string) => look(page, `${what}-${variant.scheme}-${variant.width}`);
    await page.getByRole('heading', { level: 1, name: 'Verify' }).waitFor();
    const problems = [...(await picture('verify'))];

    await page
      .getByLabel('Certificate and chain')
      .setInputFiles([file('sip.pem', leaf.pem), file('ca.pem', issuing.pem)]);
    await page.getByLabel('Expected names').fill('192.0.2.7');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByRole('alert').getByText('Refused: The certificate is not for 192.0.2.7').waitFor();
    await page.getByText('configure the peer address as sip.example.com').first().waitFor();
    problems.push(...(await picture('verify-refused')));

    await page.getByText('Other trust, CRLs, another moment').click();
    await page.getByLabel('CA certificates to trust').setInputFiles([file('root.pem', root.pem)]);
    await page.getByLabel('Expected names').fill('sip:sip.example.com');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByRole('alert').getByText('Accepted: The certificate proves sip.example.com').waitFor();
    problems.push(...(await picture('verify-accepted')));

    problems.push(...(await remote(page, picture)));
    assert.deepEqual([...problems, ...faults], []);
  });
}

async function remote(page: Page, picture: (what: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  await page.getByText('Remote server').click();
  await page.getByLabel('Host and port').fill(`127.0.0.1:${stage.gateway.sipPort}`);
  await page.getByRole('button', { name: 'Connect and verify' }).click();
  await page.getByText('The gateway does not call this address').waitFor();
  // this machine has loopback only, which the gateway does not call: the same check, made here, stands for its answer
  const answer = await anywhere.checkRemote({ target: `localhost:${stage.gateway.sipPort}`, sip: true });
  await page.route('**/verification/remote', (route) =>
    route.fulfill({ json: { ...answer, text: explainRemote(answer) } }),
  );
  await page.getByLabel('Host and port').fill(`localhost:${stage.gateway.sipPort}`);
  await page.getByRole('button', { name: 'Connect and verify' }).click();
  await page.getByText('200 OK', { exact: true }).waitFor();
  return picture('verify-remote');
}
