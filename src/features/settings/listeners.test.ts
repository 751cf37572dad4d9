import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testAdministrator as ada, auditRows, openTemporaryStorage } from '../../../test/support/temporary-storage.ts';
import { Problem } from '../../lib/problem.ts';
import { parseServeArguments } from '../../supervisor.ts';
import { hostAndPort, target } from './listener-commands.ts';
import { createSettings, type ListenerState, type SettingsPatch, writeListeners } from './settings.ts';

const relay = {
  name: 'syslog',
  port: 6514,
  upstream: { host: '192.0.2.20', port: 601 },
  requireClientCertificate: true,
  trustSet: '',
  clientNames: 'Log.example.com',
  purpose: 'syslog',
} as const;

test('the SIP server, the mutual TLS port and relays are kept with one audit row and told to the next start', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const sip = { upstream: { host: ' SIP.Inside ', port: 5060 }, mutualTlsPort: 5062 };
  const next = await settings.update(ada, { sip, relays: [relay] }, 0);
  assert.deepEqual(next.sip, { upstream: { host: 'sip.inside', port: 5060 }, mutualTlsPort: 5062 });
  assert.deepEqual(next.relays[0]?.clientNames, ['log.example.com']);
  assert.equal((await auditRows(storage)).length, 1);
  assert.equal(await writeListeners(storage.folder, next), true);
  assert.equal(await writeListeners(storage.folder, next), false, 'nothing new is not written again');
  assert.deepEqual(parseServeArguments([`--data=${storage.folder}`]).furtherPorts, [
    { kind: 'sip-mutual', name: 'sip-mutual', port: 5062, optional: true },
    { kind: 'relay', name: 'syslog', port: 6514, optional: true },
  ]);
  const without = await settings.update(ada, { sip: { upstream: null, mutualTlsPort: null }, relays: [] }, 1);
  assert.deepEqual(without.sip, { upstream: null, mutualTlsPort: null });
  await writeListeners(storage.folder, without);
  assert.doesNotMatch(
    await readFile(join(storage.folder, 'snapshot', 'listeners.json'), 'utf8'),
    /relays|sipMutualTlsPort/,
  );
});

test('ports that clash, names that are taken or odd, hosts that are none and trust sets that are missing are all told', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events, trustSets: async () => ['partners'] });
  const patch: SettingsPatch = {
    sip: { upstream: { host: 'not a host', port: 0 }, mutualTlsPort: 5061 },
    relays: [
      { ...relay, port: 8443 },
      { ...relay, port: 6514, trustSet: 'nobody' },
      { ...relay, name: 'sip-mutual', port: 6514 },
      { ...relay, name: 'Capital', port: 70_000, trustSet: 'partners', upstream: { host: 'a.example', port: 70_000 } },
    ],
  };
  assert.deepEqual(await faults(settings.update(ada, patch, 0)), [
    'relays.0.port settings.conflict',
    'relays.1.name settings.conflict',
    'relays.1.trustSet settings.unknown-trust-set',
    'relays.2.name settings.conflict',
    'relays.2.port settings.conflict',
    'relays.3.name settings.relay-name',
    'relays.3.port settings.out-of-range',
    'relays.3.upstream.port settings.out-of-range',
    'sip.mutualTlsPort settings.conflict',
    'sip.upstream.host settings.not-a-host',
    'sip.upstream.port settings.out-of-range',
  ]);
  assert.equal((await settings.get()).version, 0);
});

test('a server behind a listener cannot be the gateway itself', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  for (const host of ['127.0.0.1', 'localhost', '::1', 'gate.example.com']) {
    const patch = { fqdn: 'gate.example.com', sip: { upstream: { host, port: 5061 } } };
    assert.deepEqual(await faults(settings.update(ada, patch, 0)), ['sip.upstream settings.conflict'], host);
  }
  const next = await settings.update(ada, { sip: { upstream: { host: '127.0.0.1', port: 5060 } } }, 0);
  assert.equal(next.sip.upstream?.port, 5060);
});

test('a listener that does not listen is an alarm until it does, and what the binder says is shown', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const settings = createSettings({ storage, clock, events });
  const told: string[] = [];
  events.on('changed', ({ feature }) => told.push(feature));
  const state: ListenerState = { kind: 'relay', name: 'ldap', port: 636, bound: false, words: 'Port 636 is in use.' };
  settings.noteListeners([state]);
  assert.deepEqual(settings.listenerStates(), [state]);
  const deaf = (await settings.conditions()).filter(({ code }) => code === 'settings.not-listening');
  assert.deepEqual(
    deaf.map(({ object, message }) => [object, message]),
    [['listener ldap', 'The relay ldap does not listen on port 636: Port 636 is in use.']],
  );
  settings.noteListeners([{ ...state, bound: true, words: '' }]);
  assert.equal((await settings.conditions()).filter(({ code }) => code === 'settings.not-listening').length, 0);
  settings.noteListeners([{ ...state, bound: true, words: '' }]);
  assert.deepEqual(told, ['listeners', 'listeners'], 'only a change is told');
});

test('a host and a port are read and written, IPv6 in brackets', () => {
  for (const text of ['sip.example.com:5060', '192.0.2.1:1', '[2001:db8::1]:5060'])
    assert.equal(target(hostAndPort(text)), text);
  for (const text of ['', 'host', ':5060', '2001:db8::1:5060', 'host:port']) assert.throws(() => hostAndPort(text));
});

/** Field and code of each fault, in order. */
async function faults(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Problem, 'expected a refusal');
  assert.equal(error.details.code, 'settings.invalid');
  return (error.details.errors ?? []).map(({ field, code }) => `${field} ${code}`).sort();
}
