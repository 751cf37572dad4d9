import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';

test('settings are read with their flags and changed with the version they were read at', async (t) => {
  const { api } = await startTrustGateway(t);
  const first = await api('GET', '/settings');
  assert.equal(first.status, 200);
  assert.equal(first.json['version'], 0);
  assert.deepEqual(
    (first.json['flags'] as { code: string }[]).map((flag) => flag.code),
    ['settings.no-fqdn'],
  );
  const body = { version: 0, fqdn: 'gate.example.com', unifiedCommunications: { xmppFederation: true } };
  const changed = await api('PATCH', '/settings', body);
  assert.equal(changed.status, 200);
  assert.equal(changed.json['version'], 1);
  const flags = changed.json['flags'] as { field: string }[];
  assert.deepEqual(
    flags.map((flag) => flag.field.split('.')[1]),
    ['federationDomains', 'chatNodeAliases'],
  );
  const stale = await api('PATCH', '/settings', body);
  assert.equal(stale.status, 409);
  assert.equal(stale.json['code'], 'settings.stale');
  assert.equal((await api('GET', '/settings')).json['version'], 1);
});

test('a list may be sent as text with commas', async (t) => {
  const { api } = await startTrustGateway(t);
  const unifiedCommunications = {
    registrationDomains: 'a.example.com, b.example.com',
    federationDomains: ['c.example.com'],
  };
  const changed = await api('PATCH', '/settings', { version: 0, unifiedCommunications });
  const shown = changed.json['unifiedCommunications'] as Record<string, unknown>;
  assert.deepEqual(shown['registrationDomains'], ['a.example.com', 'b.example.com']);
  assert.deepEqual(shown['federationDomains'], ['c.example.com']);
});

test('a phone security profile that is no FQDN is refused with the field and the remedy', async (t) => {
  const { api } = await startTrustGateway(t);
  const unifiedCommunications = { phoneSecurityProfiles: 'Standard_SIP_Profile' };
  const refused = await api('PATCH', '/settings', { version: 0, role: 'core', unifiedCommunications });
  assert.equal(refused.status, 422);
  assert.equal(refused.json['code'], 'settings.invalid');
  const [error] = refused.json['errors'] as { field: string; code: string; hint: string }[];
  assert.equal(error?.field, 'unifiedCommunications.phoneSecurityProfiles');
  assert.equal(error?.code, 'settings.not-an-fqdn');
  assert.match(error?.hint ?? '', /Rename the phone security profile in Unified CM/);
});

test('what no setting is called is refused, and so is a wrong kind of value', async (t) => {
  const { api } = await startTrustGateway(t);
  for (const wrong of [{ colour: 'blue' }, { role: 'middle' }, { limits: { sip: { total: 'many' } } }, { fqdn: 7 }]) {
    assert.equal((await api('PATCH', '/settings', { version: 0, ...wrong })).status, 400, JSON.stringify(wrong));
  }
  assert.equal((await api('PATCH', '/settings', { role: 'core' })).status, 400, 'without a version');
  assert.equal((await api('GET', '/settings')).json['version'], 0);
});
