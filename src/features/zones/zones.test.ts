import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { auditRows } from '../../../test/support/temporary-storage.ts';
import { startZonesGateway } from '../../../test/support/zones-gateway.ts';
import type { ZoneView } from './zones.ts';

const neighbor = { name: 'Partner', kind: 'neighbor', peers: ['SIP.Partner.Example'], tlsVerify: true };

test('a gateway begins with the default zone alone, with TLS verify mode off', async (t) => {
  const { api } = await startZonesGateway(t);
  const zones = (await api('GET', '/zones')).json['zones'] as ZoneView[];
  assert.deepEqual(
    zones.map(({ id, kind, tlsVerify, state }) => [id, kind, tlsVerify, state]),
    [['default', 'default', false, 'active']],
  );
});

test('a zone is added before the default zone, changed and deleted: one audit row and one event each', async (t) => {
  const { api, gateway, changes } = await startZonesGateway(t);
  const before = (await auditRows(gateway.storage)).length;
  const made = await api('POST', '/zones', neighbor);
  assert.equal(made.status, 201);
  const { id, version, peers, port, identity, ekuRule, state, words } = made.json as unknown as ZoneView;
  assert.deepEqual(
    { version, peers, port, identity, ekuRule, state, words },
    {
      version: 1,
      peers: ['sip.partner.example'],
      port: 5061,
      identity: 'server',
      ekuRule: 'strict',
      state: 'checking',
      words: 'Not called yet.',
    },
  );
  const changed = await api('PATCH', `/zones/${id}`, { version: 1, ekuRule: { until: '2027-03-15' }, port: 5071 });
  assert.deepEqual([changed.status, changed.json['version'], changed.json['port']], [200, 2, 5071]);
  const order = ((await api('GET', '/zones')).json['zones'] as ZoneView[]).map(({ kind }) => kind);
  assert.deepEqual(order, ['neighbor', 'default']);
  assert.equal((await api('DELETE', `/zones/${id}`)).status, 200);
  assert.equal((await api('GET', `/zones/${id}`)).status, 404);
  const actions = (await auditRows(gateway.storage)).map(({ action }) => action).slice(0, 3);
  assert.deepEqual(actions, ['zones.remove', 'zones.update', 'zones.create']);
  assert.equal((await auditRows(gateway.storage)).length, before + 3);
  assert.deepEqual(changes, ['zones', 'zones', 'zones']);
});

test('the default zone can be changed and not deleted', async (t) => {
  const { api } = await startZonesGateway(t);
  const answer = await api('PATCH', '/zones/default', { version: 0, tlsVerify: true });
  assert.deepEqual([answer.status, answer.json['tlsVerify'], answer.json['version']], [200, true, 1]);
  const refused = await api('DELETE', '/zones/default');
  assert.deepEqual([refused.status, refused.json['code']], [409, 'zones.default-stays']);
});

const wrong: readonly [string, object, string][] = [
  ['no peer address', { ...neighbor, peers: [] }, 'peers'],
  ['a peer address with a port', { ...neighbor, peers: ['sip.example:5061'] }, 'peers.0'],
  ['a peer address twice', { ...neighbor, peers: ['a.example', 'A.example'] }, 'peers.1'],
  ['the name of another zone in capitals', { ...neighbor, name: 'DEFAULT ZONE' }, 'name'],
  ['an invisible name', { ...neighbor, name: '\u200b' }, 'name'],
  ['a subject name on a neighbor', { ...neighbor, subjectName: 'x.example' }, 'subjectName'],
  [
    'a traversal server that verifies nobody’s name',
    { name: 'T', kind: 'traversal-server', tlsVerify: true },
    'subjectName',
  ],
  ['a traversal server that knows its client by nothing', { name: 'T', kind: 'traversal-server' }, 'peers'],
  ['a slot that is not there', { ...neighbor, identity: 'domain:other.example' }, 'identity'],
  ['a trust set that is not there', { ...neighbor, trustSet: 'partners' }, 'trustSet'],
  [
    'a choice of certificate where none is chosen',
    { name: 'T', kind: 'traversal-server', tlsVerify: true, subjectName: 'c.example', identity: 'client' },
    'identity',
  ],
];

for (const [title, body, field] of wrong) {
  test(`refuses ${title}, and names the field`, async (t) => {
    const { api } = await startZonesGateway(t);
    const answer = await api('POST', '/zones', body);
    assert.deepEqual([answer.status, answer.json['code']], [422, 'zones.invalid']);
    assert.deepEqual(
      (answer.json['errors'] as { field: string }[]).map((error) => error.field),
      [field],
    );
    assert.equal(((await api('GET', '/zones')).json['zones'] as unknown[]).length, 1);
  });
}

test('seven peer addresses are refused before anything is looked at', async (t) => {
  const { api } = await startZonesGateway(t);
  const peers = Array.from({ length: 7 }, (_, i) => `p${i}.example`);
  assert.equal((await api('POST', '/zones', { ...neighbor, peers })).status, 400);
});

test('a change made from an old version is refused', async (t) => {
  const { api } = await startZonesGateway(t);
  const { id } = (await api('POST', '/zones', neighbor)).json as unknown as ZoneView;
  await api('PATCH', `/zones/${id}`, { version: 1, port: 5062 });
  const stale = await api('PATCH', `/zones/${id}`, { version: 1, port: 5063 });
  assert.deepEqual([stale.status, stale.json['code']], [409, 'zones.stale']);
});

test('an IP address as peer brings the advice of the guide', async (t) => {
  const { api } = await startZonesGateway(t);
  const answer = await api('POST', '/zones', { ...neighbor, peers: ['192.0.2.1'] });
  assert.match(String((answer.json['advice'] as string[])[0]), /FQDN/);
});

test('the order is the order of the list, and names every zone', async (t) => {
  const { api } = await startZonesGateway(t);
  const ids: string[] = [];
  for (const name of ['A', 'B', 'C']) {
    const peers = [`${name}.example`];
    ids.push(String((await api('POST', '/zones', { ...neighbor, name, peers })).json['id']));
  }
  const reversed = ids.toReversed();
  const answer = await api('PUT', '/zones/order', { ids: reversed });
  assert.deepEqual(
    (answer.json['zones'] as ZoneView[]).map(({ id }) => id),
    [...reversed, 'default'],
  );
  assert.equal((await api('PUT', '/zones/order', { ids: ids.slice(1) })).status, 422);
});

test('access rules are replaced as a whole; a faulty pattern is named', async (t) => {
  const { api, zones } = await startZonesGateway(t);
  const rule = { name: 'Partners', priority: 10, patternType: 'suffix', pattern: '.partner.example', action: 'allow' };
  const body = { version: 0, unmatched: 'deny', rules: [rule] };
  assert.deepEqual((await api('PUT', '/zones/access-rules', body)).json, { ...body, version: 1 });
  assert.equal((await api('PUT', '/zones/access-rules', body)).json['code'], 'zones.stale');
  const faulty = {
    version: 1,
    unmatched: 'deny',
    rules: [rule, { ...rule, name: 'Bad', patternType: 'regex', pattern: '(a' }],
  };
  const refused = await api('PUT', '/zones/access-rules', faulty);
  assert.deepEqual(
    [refused.status, (refused.json['errors'] as { field: string }[])[0]?.field],
    [422, 'rules.1.pattern'],
  );
  assert.deepEqual((await zones.forEdge()).accessRules, { unmatched: 'deny', rules: [rule] });
});

test('a trust set that a zone uses cannot be deleted, and reaches the edges', async (t) => {
  const { api, zones } = await startZonesGateway(t);
  await api('POST', '/trust-sets', { name: 'partners' });
  const ca = makeCa('Partner Root');
  const file = { file: Buffer.from(ca.pem).toString('base64'), name: 'root.pem' };
  await api('POST', '/trust-sets/partners/certificates', file);
  await api('POST', '/zones', { ...neighbor, trustSet: 'partners' });
  const refused = await api('DELETE', '/trust-sets/partners');
  assert.deepEqual([refused.status, refused.json['code']], [409, 'trusted-ca.set-in-use']);
  const edge = await zones.forEdge();
  assert.deepEqual(edge.trustSets, { partners: [Buffer.from(ca.der).toString('base64')] });
  assert.deepEqual(edge.zones[0]?.peers, [{ host: 'sip.partner.example', port: 5061 }]);
});

test('the state of a zone is what the edges report, with its history', async (t) => {
  const { api, zones, gateway } = await startZonesGateway(t);
  const { id } = (await api('POST', '/zones', neighbor)).json as unknown as ZoneView;
  const peer = 'sip.partner.example:5061';
  const report = (state: string, code: string, words: string, at: number) =>
    zones.takeReport({ type: 'zone', at, zone: id, peer, state, code, words });
  const { now } = gateway.time;
  report('active', '', 'OPTIONS answered with 200 OK.', now);
  report('active', '', 'OPTIONS answered with 200 OK.', now + 1_000);
  report('failed', 'revocation.revoked', 'The certificate was revoked on 2026-11-20.', now + 2_000);
  zones.takeReport({ type: 'zone', at: now, zone: 'gone', peer, state: 'active', code: '', words: '' });
  zones.takeReport({ type: 'nonsense' });
  const zone = (await api('GET', `/zones/${id}`)).json as unknown as ZoneView;
  assert.deepEqual([zone.state, zone.words], ['failed', 'The certificate was revoked on 2026-11-20.']);
  assert.deepEqual(
    zone.states[0]?.history.map(({ state, at }) => [state, at]),
    [
      ['failed', new Date(now + 2_000).toISOString()],
      ['active', new Date(now).toISOString()],
    ],
  );
  const codes = (await zones.conditions()).map(({ code, object }) => [code, object]);
  assert.deepEqual(codes, [['zones.failed', id]]);
  await api('PATCH', `/zones/${id}`, { version: 1, peers: ['other.example'] });
  const moved = (await api('GET', `/zones/${id}`)).json as unknown as ZoneView;
  assert.deepEqual(
    moved.states.map((state) => [state.peer, state.state]),
    [['other.example:5061', 'checking']],
  );
});

test('a peer that no edge speaks of after a start has failed; one that is spoken of stays', async (t) => {
  const { api, zones, gateway } = await startZonesGateway(t);
  const made = { ...neighbor, peers: ['old.example', 'heard.example'] };
  const { id } = (await api('POST', '/zones', made)).json as unknown as ZoneView;
  const { now } = gateway.time;
  const report = (peer: string, at: number) =>
    zones.takeReport({ type: 'zone', at, zone: id, peer: `${peer}:5061`, state: 'active', code: '', words: '' });
  report('old.example', now - 1);
  report('heard.example', now - 1);
  report('heard.example', now);
  await zones.forgetUnheard(now);
  const { states } = (await api('GET', `/zones/${id}`)).json as unknown as ZoneView;
  assert.deepEqual(
    states.map(({ state, code }) => [state, code]),
    [
      ['failed', 'zones.not-heard-of'],
      ['active', ''],
    ],
  );
});

test('TLS verify mode off is a warning for every zone but the default one', async (t) => {
  const { api, zones } = await startZonesGateway(t);
  const { id } = (await api('POST', '/zones', { ...neighbor, tlsVerify: false })).json as unknown as ZoneView;
  assert.deepEqual(
    (await zones.conditions()).map(({ code, object, severity }) => [code, object, severity]),
    [['zones.verify-off', id, 'warning']],
  );
});

test('closed connections are listed with the reason, newest first', async (t) => {
  const { api, zones, gateway } = await startZonesGateway(t);
  for (const [i, address] of ['192.0.2.1', '192.0.2.2'].entries()) {
    const at = gateway.time.now + i;
    zones.takeReport({
      type: 'closed',
      at,
      zone: 'default',
      listener: 'sip',
      address,
      fingerprint: '',
      reason: 'revoked',
    });
  }
  const { connections } = (await api('GET', '/zones/closed-connections')).json as {
    connections: Record<string, string>[];
  };
  assert.deepEqual(
    connections.map(({ address, zone }) => [address, zone]),
    [
      ['192.0.2.2', 'Default zone'],
      ['192.0.2.1', 'Default zone'],
    ],
  );
});

test('an auditor sees everything and changes nothing', async (t) => {
  const { asAuditor } = await startZonesGateway(t);
  for (const path of [
    '/zones',
    '/zones/default',
    '/zones/access-rules',
    '/zones/calendar',
    '/peers',
    '/zones/closed-connections',
  ])
    assert.equal((await asAuditor('GET', path)).status, 200, path);
  assert.equal((await asAuditor('POST', '/zones', neighbor)).status, 403);
  assert.equal((await asAuditor('PUT', '/zones/order', { ids: [] })).status, 403);
});

test('an upload for the server slot names the zones that would suffer', async (t) => {
  const { zones, api } = await startZonesGateway(t);
  await api('POST', '/zones', neighbor);
  const ca = makeCa('Public');
  const serverOnly = makeLeaf('gw.example.com', ca, { extensions: { extendedKeyUsage: ['serverAuth'] } });
  const affected = await zones.zonesAffected('server', serverOnly.certificate);
  assert.equal(affected.length, 1);
  assert.match(affected[0] ?? '', /^zone Partner: .*clientAuth$/);
  assert.deepEqual(await zones.zonesAffected('server', makeLeaf('gw.example.com', ca).certificate), []);
});
