import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';

test('a flag becomes an alarm on the overview and goes when it is mended', async (t) => {
  const { api, alarms } = await startTrustGateway(t);
  await alarms.evaluate();
  const before = (await api('GET', '/overview')).json;
  assert.equal(before['state'], 'warning');
  assert.deepEqual(
    (before['alarms'] as { code: string }[]).map((alarm) => alarm.code),
    ['settings.no-fqdn'],
  );
  assert.deepEqual((before['steps'] as { code: string }[])[0]?.code, 'set-fqdn');
  await api('PATCH', '/settings', { version: 0, fqdn: 'gate.example.com' });
  await alarms.evaluate();
  const after = (await api('GET', '/overview')).json;
  assert.deepEqual([after['state'], after['name'], after['alarms']], ['good', 'gate.example.com', []]);
});

test('an alarm is acknowledged through the API and says by whom', async (t) => {
  const { api, alarms } = await startTrustGateway(t);
  await alarms.evaluate();
  const [alarm] = (await api('GET', '/alarms')).json['alarms'] as { id: string }[];
  const seen = await api('POST', `/alarms/${alarm?.id}/acknowledgement`);
  assert.equal(seen.json['acknowledgedBy'], 'ada');
  assert.equal((await api('POST', '/alarms/nothing/acknowledgement')).json['code'], 'alarms.unknown');
  await api('PATCH', '/settings', { version: 0, fqdn: 'gate.example.com' });
  await alarms.evaluate();
  assert.deepEqual((await api('GET', '/alarms')).json['alarms'], []);
  assert.equal(((await api('GET', '/alarms?cleared=true')).json['alarms'] as unknown[]).length, 1);
});
