import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings, type Settings } from '../settings/settings.ts';
import { requiredNames, unifiedCommunicationsNames } from './required-names.ts';

type Uc = Settings['unifiedCommunications'];

const lists: Partial<Uc> = {
  registrationDomains: ['reg.example.com'],
  federationDomains: ['fed.example.com'],
  chatNodeAliases: ['chat.example.com'],
  phoneSecurityProfiles: ['phone.example.com'],
};

function settings(role: Settings['role'], uc: Partial<Uc>, more: Partial<Settings> = {}): Settings {
  return {
    ...defaultSettings,
    role,
    fqdn: 'gw1.example.com',
    dnsNames: ['other.example.com'],
    ...more,
    unifiedCommunications: { ...defaultSettings.unifiedCommunications, ...lists, ...uc },
  };
}

const clustered = { clustered: true, clusterName: 'cluster.example.com', peers: ['gw2.example.com'] };

const table: [Settings['role'], keyof Uc, string[]][] = [
  ['edge', 'mra', ['reg.example.com', 'other.example.com']],
  ['edge', 'jabberGuest', ['other.example.com']],
  ['edge', 'xmppFederation', ['fed.example.com', 'chat.example.com', 'other.example.com']],
  ['edge', 'b2b', ['other.example.com']],
  ['core', 'mra', ['phone.example.com', 'cluster.example.com']],
  ['core', 'jabberGuest', ['cluster.example.com']],
  ['core', 'xmppFederation', ['chat.example.com', 'cluster.example.com']],
  ['core', 'b2b', []],
];

for (const [role, feature, names] of table) {
  test(`on ${role}, ${feature} demands ${names.join(', ') || 'nothing'} in a cluster`, () => {
    const found = unifiedCommunicationsNames(settings(role, { [feature]: true }, clustered));
    assert.deepEqual(
      found.map((name) => name.value),
      names,
    );
  });
}

test('with every switch off nothing but this peer is demanded', () => {
  assert.deepEqual(
    requiredNames('server', settings('edge', {})).map((name) => name.value),
    ['gw1.example.com'],
  );
});

test('the cluster name is demanded only in a cluster', () => {
  assert.deepEqual(unifiedCommunicationsNames(settings('core', { jabberGuest: true })), []);
});

test('in a cluster this peer and the cluster are always demanded, other peers never', () => {
  assert.deepEqual(
    requiredNames('server', settings('core', {}, clustered)).map((name) => name.value),
    ['gw1.example.com', 'cluster.example.com'],
  );
});

test('registration domains take the form DNS, CollabEdgeDNS or SRVName', () => {
  const one = (registrationDomainFormat: Uc['registrationDomainFormat']) => {
    const [name] = unifiedCommunicationsNames(settings('edge', { mra: true, registrationDomainFormat }));
    return [name?.kind, name?.value];
  };
  assert.deepEqual(one('dns'), ['dns', 'reg.example.com']);
  assert.deepEqual(one('collab-edge-dns'), ['dns', 'collab-edge.reg.example.com']);
  assert.deepEqual(one('srv'), ['srv', '_collab-edge._tls.reg.example.com']);
});

test('federation domains and chat aliases take the form DNS or XMPPAddress', () => {
  const names = unifiedCommunicationsNames(
    settings('edge', { xmppFederation: true, federationDomainFormat: 'xmpp', chatNodeAliasFormat: 'xmpp' }),
  );
  assert.deepEqual(
    names.map((name) => [name.kind, name.value]),
    [
      ['xmpp', 'fed.example.com'],
      ['xmpp', 'chat.example.com'],
      ['dns', 'other.example.com'],
    ],
  );
});

test('a name that several features need stands once, with every feature in its reason', () => {
  const names = unifiedCommunicationsNames(settings('edge', { mra: true, b2b: true }));
  const other = names.filter((name) => name.value === 'other.example.com');
  assert.equal(other.length, 1);
  assert.match(other[0]?.reason ?? '', /mobile and remote access, business to business calls/);
});

test('a domain slot demands its domain and nothing else', () => {
  assert.deepEqual(
    requiredNames('domain:video.example.com', settings('edge', { mra: true }, clustered)).map((name) => name.value),
    ['video.example.com'],
  );
});
