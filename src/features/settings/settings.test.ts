import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAdministrator as ada, auditRows, openTemporaryStorage } from '../../../test/support/temporary-storage.ts';
import { Problem } from '../../lib/problem.ts';
import { createSettings, defaultSettings, type SettingsPatch, settingsFlags } from './settings.ts';

test('a fresh gateway has the defaults, and what is changed stays with the rest untouched', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  assert.deepEqual(await settings.get(), defaultSettings);
  let told = 0;
  events.on('changed', ({ feature }) => {
    if (feature === 'settings') told++;
  });
  const next = await settings.update(ada, { role: 'core', fqdn: ' Gate.Example.COM ' }, 0);
  assert.equal(next.version, 1);
  assert.equal(next.fqdn, 'gate.example.com');
  assert.deepEqual(next.listeners, defaultSettings.listeners);
  assert.deepEqual(await createSettings({ storage, clock, events }).get(), next);
  assert.equal(told, 1);
  const [row, ...older] = await auditRows(storage);
  assert.equal(row?.action, 'settings.update');
  assert.equal(row?.actor_name, 'ada');
  assert.equal(older.length, 0);
});

test('a change made from an old version is refused with 409 and changes nothing', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const first = await settings.update(ada, { fqdn: 'a.example.com' }, 0);
  await refused(settings.update(ada, { fqdn: 'b.example.com' }, 0), 'settings.stale', 409);
  assert.deepEqual(await settings.get(), first);
  assert.equal((await auditRows(storage)).length, 1);
});

test('two changes from the same version at once: one is taken, the other refused', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const both = await Promise.allSettled([
    settings.update(ada, { fqdn: 'a.example.com' }, 0),
    settings.update(ada, { fqdn: 'b.example.com' }, 0),
  ]);
  assert.deepEqual(both.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await settings.get()).version, 1);
});

test('lists come as arrays or with commas, lose blanks and doubles, and are lower-case; profile names keep their case', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const next = await settings.update(
    ada,
    {
      clusterName: 'cluster.example.com',
      peers: 'p1.example.com, P2.example.com,\n p1.EXAMPLE.com,,',
      unifiedCommunications: { phoneSecurityProfiles: 'Phones.Example.com, phones.example.com', mra: true },
    },
    0,
  );
  assert.deepEqual(next.peers, ['p1.example.com', 'p2.example.com']);
  assert.deepEqual(next.unifiedCommunications.phoneSecurityProfiles, ['Phones.Example.com']);
  assert.equal(next.clustered, true);
});

test('every fault is told at once with its field, and nothing is saved', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const patch: SettingsPatch = {
    fqdn: 'host',
    dnsNames: ['good.example.com', '192.0.2.1'],
    peers: ['p.example.com'],
    unifiedCommunications: { phoneSecurityProfiles: 'My Phones', registrationDomains: 'my_domain.example' },
    listeners: { address: 'nowhere', httpsPort: 70_000, sipTlsPort: 5061 },
    limits: { sip: { total: 0 }, exemptAddresses: '10.0.0.0/8, 10.0.0.0/33' },
  };
  const problem = await refused(settings.update(ada, patch, 0), 'settings.invalid', 422);
  assert.deepEqual(
    problem.details.errors?.map((error) => error.field).sort(),
    [
      'dnsNames',
      'fqdn',
      'limits.exemptAddresses',
      'limits.sip.total',
      'listeners.address',
      'listeners.httpsPort',
      'peers',
      'unifiedCommunications.phoneSecurityProfiles',
      'unifiedCommunications.registrationDomains',
    ].sort(),
  );
  const profile = problem.details.errors?.find((error) => error.field?.endsWith('phoneSecurityProfiles'));
  assert.match(profile?.hint ?? '', /Rename .* Unified CM/);
  assert.deepEqual(await settings.get(), defaultSettings);
  assert.equal((await auditRows(storage)).length, 0);
});

test('a name with control characters is refused without being repeated as it is, and a thousand faults stay short', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const names = ['a\r\nb\u001b[2J.example.com', ...Array.from({ length: 1000 }, (_, i) => `host_${i}.example.com`)];
  const problem = await refused(settings.update(ada, { dnsNames: names }, 0), 'settings.invalid', 422);
  assert.doesNotMatch(problem.details.detail ?? '', /[\u0000-\u001f\u007f]/);
  assert.ok((problem.details.detail ?? '').length < 4096);
  assert.equal(problem.details.errors?.length, 20);
});

test('the cluster name is another name than the gateway itself, and the gateway is not its own peer', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const name = 'a.example.com';
  const problem = await refused(
    settings.update(ada, { fqdn: name, clusterName: name, peers: [name] }, 0),
    'settings.invalid',
    422,
  );
  assert.deepEqual(
    problem.details.errors?.map((error) => error.field),
    ['clusterName', 'peers'],
  );
});

test('a switch that is on with its list empty is flagged, per role', () => {
  const flags = (role: 'core' | 'edge', uc: Partial<typeof defaultSettings.unifiedCommunications>) =>
    settingsFlags({
      ...defaultSettings,
      fqdn: 'a.example.com',
      role,
      unifiedCommunications: { ...defaultSettings.unifiedCommunications, ...uc },
    }).map((flag) => `${flag.code} ${flag.field.replace('unifiedCommunications.', '')}`);
  assert.deepEqual(flags('edge', {}), []);
  assert.deepEqual(flags('edge', { mra: true }), ['settings.list-empty registrationDomains']);
  assert.deepEqual(flags('core', { mra: true }), ['settings.list-empty phoneSecurityProfiles']);
  assert.deepEqual(flags('edge', { xmppFederation: true }), [
    'settings.list-empty federationDomains',
    'settings.list-empty chatNodeAliases',
  ]);
  assert.deepEqual(flags('core', { xmppFederation: true }), ['settings.list-empty chatNodeAliases']);
  assert.deepEqual(flags('edge', { jabberGuest: true, b2b: true }), []);
});

test('names that end in .local are flagged', () => {
  const [flag] = settingsFlags({
    ...defaultSettings,
    fqdn: 'a.example.com',
    unifiedCommunications: {
      ...defaultSettings.unifiedCommunications,
      registrationDomains: ['corp.local', 'example.com'],
    },
  });
  assert.equal(flag?.code, 'settings.local-name');
  assert.match(flag?.message ?? '', /^corp\.local:/);
});

test('chat node aliases that differ between core and edge are flagged with the names on each side', () => {
  const uc = {
    ...defaultSettings.unifiedCommunications,
    chatNodeAliases: ['a.example.com', 'b.example.com'],
    otherSideChatNodeAliases: ['b.example.com', 'c.example.com'],
  };
  const base = { ...defaultSettings, fqdn: 'x.example.com', unifiedCommunications: uc };
  const [flag, ...more] = settingsFlags(base);
  assert.equal(flag?.code, 'settings.chat-aliases-differ');
  assert.match(flag?.message ?? '', /only here: a\.example\.com; only on the core: c\.example\.com/);
  assert.equal(more.length, 0);
  const same = {
    ...base,
    unifiedCommunications: { ...uc, otherSideChatNodeAliases: [...uc.chatNodeAliases].reverse() },
  };
  assert.deepEqual(settingsFlags(same), []);
});

async function refused(work: Promise<unknown>, code: string, status: number): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Problem, `expected a refusal ${code}`);
  assert.equal(error.details.code, code);
  assert.equal(error.details.status, status);
  return error;
}
