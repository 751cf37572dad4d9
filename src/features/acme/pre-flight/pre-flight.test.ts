/** The look at everything before a CA is asked: a row for each, in words, with what one click can mend. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import { ownAddresses } from '../../../lib/own-addresses.ts';
import { decodePem } from '../../../pki/pem.ts';

function failing(code: string) {
  return Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));
}

async function openChecks(context: Parameters<typeof openAcmePair>[0]) {
  const answers = { addresses: (): Promise<readonly string[]> => Promise.resolve(ownAddresses().slice(0, 1)) };
  const more = { resolve: () => answers.addresses(), resolveCaa: async () => [] };
  const pair = await openAcmePair(context, { gateway: { more } });
  return {
    ...pair,
    answers,
    row: async (check: string, id?: string) =>
      (await pair.acme.slots.preFlight('server', id)).find((one) => one.check === check),
  };
}

test('Names that lead here, elsewhere, nowhere, and such as cannot be looked up are told apart', async (context) => {
  const { row, answers } = await openChecks(context);
  assert.equal((await row('resolve'))?.outcome, 'good');
  answers.addresses = async () => [...ownAddresses().slice(0, 1), '2001:db8::1'];
  assert.equal((await row('resolve'))?.outcome, 'warning', 'one of its addresses leads elsewhere');
  answers.addresses = () => failing('ENOTFOUND');
  assert.equal((await row('resolve'))?.outcome, 'bad');
  answers.addresses = () => failing('EAI_AGAIN');
  assert.equal((await row('resolve'))?.outcome, 'unknown');
  assert.match((await row('resolve'))?.words ?? '', /EAI_AGAIN/);
});

test('CA certificates that are known are appended with one click and given as a file for traversal clients', async (context) => {
  const { acme, row, sign, trustedCas } = await openChecks(context);
  await sign();
  const known = decodePem(await acme.slots.issuersPem('server'));
  assert.ok(known.ok && known.value.length > 1, 'the CA file and the chain of what was signed');
  const warned = await row('issuers');
  assert.deepEqual([warned?.outcome, warned?.action], ['warning', 'append-issuers']);
  assert.equal((await row('traversal-clients'))?.action, 'download-issuers');
  const after = await acme.slots.appendIssuers(actor, 'server');
  assert.equal(after.find(({ check }) => check === 'issuers')?.outcome, 'good');
  assert.ok((await trustedCas.issuers()).length >= known.value.length);
});

test('The roots of the built-in provider are known, also where somebody has deleted them', async (context) => {
  const { acme, row } = await openChecks(context);
  await acme.start();
  await acme.slots.change(actor, 'server', { version: 1, providers: ['letsencrypt'] });
  const found = await row('issuers', 'letsencrypt');
  assert.deepEqual([found?.outcome, found?.action], ['warning', 'append-issuers']);
  assert.match(await acme.slots.issuersPem('server'), /BEGIN CERTIFICATE/);
});

test('A profile that the CA does not offer, a binding that is missing and a CA that does not answer stop it', async (context) => {
  const { acme, ca, row, provider } = await openChecks(context);
  assert.deepEqual([(await row('profile'))?.outcome, (await row('account'))?.outcome], ['good', 'good']);
  const { version } = await acme.providers.get(provider);
  await acme.providers.change(actor, provider, { version, profile: 'tlsclient' });
  const profile = await row('profile');
  assert.equal(profile?.outcome, 'bad');
  assert.match(profile?.words ?? '', /no longer offers tlsclient; the certificate in use stays/);
  assert.match(profile?.hint ?? '', /web-server/);
  await ca.change({ externalAccountRequired: true });
  const account = await row('account');
  assert.equal(account?.outcome, 'bad');
  assert.match(account?.words ?? '', /external account/);
  ca.misbehave.absent = 'unavailable';
  const directory = await row('directory');
  assert.equal(directory?.outcome, 'bad');
  assert.ok((directory?.hint ?? '') !== '');
});

test('A port 80 that does not show our token is told with its name, and the token is taken away again', async (context) => {
  const { answers, row, tokens } = await openChecks(context);
  // nothing of this gateway listens there
  answers.addresses = () => Promise.resolve(['127.0.0.1']);
  const port = await row('port');
  assert.equal(port?.outcome, 'bad');
  assert.match(port?.words ?? '', /^http:\/\/gateway\.example\.com\/\.well-known\/acme-challenge\//);
  assert.match(port?.hint ?? '', /Lead port 80/);
  assert.equal(tokens.size, 0);
});

test('Room in the limits, and until when a CA has asked not to be called', async (context) => {
  const { row, ca, sign } = await openChecks(context);
  assert.equal((await row('limits'))?.outcome, 'good');
  ca.misbehave.rateLimited = 3600;
  await sign();
  assert.equal((await row('directory'))?.outcome, 'warning', 'until when the CA has asked not to be called');
});
