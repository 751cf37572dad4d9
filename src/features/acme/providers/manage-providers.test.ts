/** What a provider is told, changed and emptied: every optional field, and the secrets that nobody gets to see again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAcmePair } from '../../../../test/support/acme-pair.ts';
import { testAdministrator as actor } from '../../../../test/support/temporary-storage.ts';
import type { Problem } from '../../../lib/problem.ts';
import { acmeProviderPatch } from '../schemas.ts';
import * as store from '../store.ts';
import { readSecrets } from './provider.ts';

async function openProvider(context: Parameters<typeof openAcmePair>[0]) {
  const { acme, storage, provider, ca } = await openAcmePair(context);
  return {
    ca,
    change: async (patch: object) => {
      const { version } = await acme.providers.get(provider);
      return acme.providers.change(actor, provider, acmeProviderPatch.parse({ version, ...patch }));
    },
    secrets: async () => {
      const row = await store.selectProvider(storage.db, provider);
      return row === undefined ? undefined : readSecrets(storage.vault, row);
    },
    changeBuiltIn: async (patch: object) => {
      await acme.start();
      const { version } = await acme.providers.get('letsencrypt');
      return acme.providers.change(actor, 'letsencrypt', acmeProviderPatch.parse({ version, ...patch }));
    },
  };
}

function invalid(field: string) {
  return (error: unknown) => (error as Problem).details.errors?.some((one) => one.field === field) === true;
}

const dns = { type: 'dns-01', method: 'rfc2136', server: '192.0.2.53', keyName: 'tollgate' } as const;
const webhook = { type: 'dns-01', method: 'webhook', url: 'https://dns.example.com/acme' } as const;

test('Every optional field that was set is emptied by null, and what is not named stays', async (context) => {
  const { ca, change, secrets } = await openProvider(context);
  await change({
    stagingUrl: 'https://staging.example.com/directory',
    externalAccount: { keyId: 'kid-1', hmacKey: 'c2VjcmV0' },
    contact: ['ops@example.com'],
    profile: 'web-server',
    preferredChain: 'Example Root',
    challenge: { ...dns, zone: 'example.com', secret: 'c2VjcmV0' },
  });
  assert.deepEqual(await secrets(), { hmacKey: 'c2VjcmV0', challenge: 'c2VjcmV0' });
  const named = await change({ name: 'Renamed' });
  assert.equal(named.stagingUrl, 'https://staging.example.com/directory');
  assert.deepEqual(named.externalAccount, { keyId: 'kid-1' });
  assert.deepEqual(named.challenge, { ...dns, zone: 'example.com' }, 'the secret is never shown');
  const emptied = await change({
    stagingUrl: null,
    externalAccount: null,
    contact: null,
    profile: null,
    preferredChain: null,
    challenge: null,
    caPem: null,
    approvedHosts: null,
  });
  const { stagingUrl, externalAccount, contact, profile, preferredChain, challenge, caPem, approvedHosts } = emptied;
  assert.deepEqual(
    { stagingUrl, externalAccount, contact, profile, preferredChain, challenge, caPem, approvedHosts },
    {
      stagingUrl: null,
      externalAccount: null,
      contact: [],
      profile: '',
      preferredChain: '',
      challenge: { type: 'http-01' },
      caPem: '',
      approvedHosts: [],
    },
  );
  assert.deepEqual([emptied.name, emptied.directoryUrl], ['Renamed', ca.directoryUrl]);
  assert.deepEqual(await secrets(), {}, 'the secrets go with what they were for');
});

test('A kept secret serves nothing but what it was entered for', async (context) => {
  const { change, secrets } = await openProvider(context);
  await change({ challenge: { ...dns, secret: 'c2VjcmV0' } });
  await change({ challenge: { ...dns, server: '192.0.2.54' } });
  assert.deepEqual(await secrets(), { challenge: 'c2VjcmV0' }, 'a name server that moves keeps its key');
  await change({ challenge: webhook });
  assert.deepEqual(await secrets(), {}, 'a TSIG key is never sent as bearer token');
  await change({ challenge: { ...webhook, secret: 'token' } });
  await change({ challenge: { ...webhook, url: 'https://dns.example.com/other' } });
  assert.deepEqual(await secrets(), { challenge: 'token' });
  await assert.rejects(change({ challenge: { ...webhook, url: 'https://evil.example.net/' } }), invalid('challenge'));
  await change({ challenge: { ...webhook, url: 'https://dns.example.net/', secret: null } });
  assert.deepEqual(await secrets(), {});
});

test('Another key identifier needs its own HMAC key', async (context) => {
  const { change, secrets } = await openProvider(context);
  await change({ externalAccount: { keyId: 'kid-1', hmacKey: 'b25l' } });
  await change({ externalAccount: { keyId: 'kid-1', hmacKey: '' } });
  assert.deepEqual(await secrets(), { hmacKey: 'b25l' });
  await assert.rejects(change({ externalAccount: { keyId: 'kid-2', hmacKey: '' } }), invalid('externalAccount'));
});

test('CA files are certificates, and the directories of built-in providers are fixed', async (context) => {
  const { change, changeBuiltIn } = await openProvider(context);
  await assert.rejects(change({ caPem: 'not PEM' }), invalid('caPem'));
  await assert.rejects(change({ challenge: { ...webhook, caPem: 'not PEM' } }), invalid('challenge'));
  await assert.rejects(changeBuiltIn({ stagingUrl: null }), invalid('stagingUrl'));
  const { contact } = await changeBuiltIn({ contact: ['ops@example.com'] });
  assert.deepEqual(contact, ['ops@example.com']);
});
