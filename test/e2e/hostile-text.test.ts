/** Markup, script and control characters in certificates reach the page as text and as nothing else. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setUp } from '../support/api.ts';
import { createOpensslCa, createOpensslCsr, createOpensslKey } from '../support/openssl.ts';
import { file, logIn, password } from './person.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const markup = '<img src=x onerror=document.title=1>';
const script = '<script>document.title=1</script>';

test('a certificate full of markup is shown, decoded, trusted and served as text', { skip: stage.skip }, async (t) => {
  const { gateway, folder } = stage;
  const client = await setUp(gateway);
  const ca = await createOpensslCa(join(folder, 'ca'), { name: markup });
  const key = await createOpensslKey('ec');
  const subject = ['C=GB', 'ST', 'L', 'O', 'OU', 'emailAddress', 'street', 'title', 'GN', 'SN', 'initials']
    .map((type) => (type.includes('=') ? type : `${type}=${script.replaceAll('/', '\\/')}`))
    .join('/');
  const csr = await createOpensslCsr(folder, key, { subject: `/CN=hostile.example.com/${subject}` });
  const certificate = await ca.sign(csr, {
    extensions: [
      `subjectAltName = DNS:hostile.example.com,URI:sip:${markup.replaceAll(' ', '%20')},otherName:1.2.3.4;UTF8:${markup}`,
      'extendedKeyUsage = serverAuth, clientAuth',
    ],
  });

  const { page, faults } = await stage.open(t);
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') dialogs.push(dialog.message());
    void dialog.accept();
  });
  const unharmed = async () => {
    assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
    assert.doesNotMatch(await page.title(), /^1$/);
  };
  await page.goto('/tools/decode');
  await logIn(page, 'admin', password);
  await page.getByLabel('Or paste PEM text').fill(certificate);
  await page.getByRole('button', { name: 'Decode', exact: true }).click();
  const decoded = page.getByRole('textbox', { name: 'Certificate, decoded' });
  await decoded.waitFor();
  assert.ok((await decoded.inputValue()).includes(script));
  await unharmed();

  await page.goto('/security/trusted-ca');
  await page
    .getByLabel('Select the file containing trusted CA certificates')
    .setInputFiles(file(`${markup}.pem`, ca.certificate));
  await page.getByRole('button', { name: 'Append CA certificate' }).click();
  await page.getByRole('button', { name: 'Confirm: add 1' }).click();
  await page.getByLabel('Filter by issuer, subject or fingerprint').fill('onerror');
  await page.getByRole('button', { name: `View (decoded) ${markup}` }).click();
  await page.getByRole('dialog', { name: markup }).getByRole('textbox').waitFor();
  await unharmed();
  await page.keyboard.press('Escape');

  await page.goto('/security/server-certificate');
  await page.getByLabel('Select the server private key file').setInputFiles(file('key.pem', key));
  await page.getByLabel('Select the server certificate file').setInputFiles(file('server.pem', certificate));
  await page.getByRole('button', { name: 'Upload server certificate data' }).click();
  await page.getByRole('button', { name: 'Confirm and serve this certificate' }).waitFor();
  await unharmed();
  await page.getByRole('button', { name: 'Confirm and serve this certificate' }).click();
  await page.getByText('The new certificate serves from the next handshake on.').waitFor();
  await page.getByText(script).first().waitFor();
  await unharmed();
  // The one Trusted Types policy refuses markup whoever brings it.
  await assert.rejects(page.evaluate(`document.createElement('p').innerHTML = '<b>bold</b>'`), /Markup is never/);

  for (const path of ['/', '/status/alarms', '/status/audit']) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(300);
    await unharmed();
  }
  assert.deepEqual([...faults, ...dialogs], []);
  await client.must('DELETE', '/session');
});
