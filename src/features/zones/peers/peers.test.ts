import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { startZonesGateway } from '../../../../test/support/zones-gateway.ts';
import type { PeerRow, PeerView, ZoneView } from '../zones.ts';
import { maximumPeers } from './report-book.ts';

const day = 86_400_000;
const neighbor = { name: 'Partner', kind: 'neighbor', peers: ['sip.partner.example'], tlsVerify: true };

async function started(t: Parameters<typeof startZonesGateway>[0]) {
  const gateway = await startZonesGateway(t);
  const { id } = (await gateway.api('POST', '/zones', neighbor)).json as unknown as ZoneView;
  const zone = (await gateway.zones.forEdge()).zones.find((one) => one.id === id)!;
  const list = async (query = '') => (await gateway.api('GET', `/peers${query}`)).json['peers'] as PeerRow[];
  return { ...gateway, zone, list };
}

test('a reported certificate stands in the register with its decision, once however often it came', async (t) => {
  const { api, reportPeer, zone, list, gateway } = await started(t);
  const ca = makeCa('Partner CA');
  const leaf = makeLeaf('sip.partner.example', ca);
  await reportPeer(zone, leaf, ca);
  await reportPeer(zone, leaf, ca, { at: gateway.time.now + 60_000 });
  const [row, ...more] = await list();
  assert.equal(more.length, 0);
  assert.deepEqual(
    [row?.seen, row?.zoneName, row?.accepted, row?.names],
    [2, 'Partner', true, ['sip.partner.example']],
  );
  assert.equal(row?.lastSeen, new Date(gateway.time.now + 60_000).toISOString());
  const view = (await api('GET', `/peers/${row?.fingerprint}`)).json as unknown as PeerView;
  assert.match(view.text, /^ACCEPTED/);
  assert.match(view.decoded, /Subject: CN = sip\.partner\.example/);
  assert.equal((view.decision as { accepted: boolean }).accepted, true);
  assert.equal((await api('GET', '/peers/abcd')).json['code'], 'zones.unknown-peer');
});

test('the page shows why a peer was refused, and a search finds it', async (t) => {
  const { reportPeer, zone, list } = await started(t);
  await reportPeer(zone, makeLeaf('sip.partner.example', makeCa('Wrong CA')), makeCa('Right CA'));
  await reportPeer(zone, makeLeaf('other.example', makeCa('Wrong CA')), makeCa('Right CA'));
  const [row, ...more] = await list('?search=PARTNER%20wrong');
  assert.deepEqual([more.length, row?.accepted, row?.code], [0, false, 'path.no-issuer']);
  assert.deepEqual(await list('?zone=default'), []);
});

test('a renewal is noticed, and what came before is said of the next', async (t) => {
  const { reportPeer, zone, zones, gateway } = await started(t);
  const ca = makeCa('Partner CA');
  const { now } = gateway.time;
  await reportPeer(zone, makeLeaf('sip.partner.example', ca, { notAfter: now + 60 * day }), ca);
  gateway.time.now = now + 30 * day;
  await reportPeer(zone, makeLeaf('sip.partner.example', ca, { notAfter: now + 120 * day }), ca);
  const { peers: rows } = await zones.peers.list({});
  assert.deepEqual(
    rows.map(({ superseded }) => superseded),
    [false, true],
  );
  assert.match(rows[0]?.forecast.words.join(' ') ?? '', /renewed 30 days before the end \(once\)/);
});

test('a certificate about to end raises an alarm, and stands in the calendar', async (t) => {
  const { reportPeer, zone, zones, gateway, api } = await started(t);
  const ca = makeCa('Partner CA');
  await reportPeer(zone, makeLeaf('sip.partner.example', ca, { notAfter: gateway.time.now + 5 * day }), ca);
  const codes = (await zones.conditions()).map(({ code }) => code);
  assert.deepEqual(codes, ['zones.peer-expires-soon']);
  const { events } = (await api('GET', '/zones/calendar')).json as { events: { cause: string; zoneName: string }[] };
  assert.deepEqual(events[0] && [events[0].cause, events[0].zoneName], ['peer-expiry', 'Partner']);
});

test('the key of an accepted peer is remembered, that of a stranger is not', async (t) => {
  const { reportPeer, zone, gateway } = await started(t);
  const ca = makeCa('Partner CA');
  await reportPeer(zone, makeLeaf('sip.partner.example', ca), ca);
  await reportPeer(zone, makeLeaf('sip.partner.example', makeCa('Wrong CA')), ca);
  const known = await gateway.storage.db.selectFrom('known_keys').selectAll().where('what', '=', 'peer').execute();
  assert.equal(known.length, 1);
});

test('what an edge reports and cannot be read is left, and stops nothing', async (t) => {
  const { zones, list } = await started(t);
  for (const report of [
    {},
    { type: 'peer', at: 1 },
    { type: 'peer', at: 1, chain: ['AA=='], decision: {} },
    { type: 'zone', at: -1 },
  ])
    zones.takeReport(report);
  assert.deepEqual(await list(), []);
});

test('the register is bounded: strangers that were refused go first', { timeout: 60_000 }, async (t) => {
  const { reportPeer, zone, list, gateway, zones } = await started(t);
  const ca = makeCa('Partner CA');
  const good = makeLeaf('sip.partner.example', ca);
  await reportPeer(zone, good, ca, { at: gateway.time.now - 1_000 });
  const row = await gateway.storage.db.selectFrom('zone_peers').selectAll().executeTakeFirstOrThrow();
  await gateway.storage.transaction(async (trx) => {
    for (let i = 0; i < maximumPeers; i += 500) {
      const rows = Array.from({ length: 500 }, (_, j) => ({
        ...row,
        accepted: 0,
        fingerprint: `${i + j}`,
        last_seen: gateway.time.now + i + j,
      }));
      await trx.insertInto('zone_peers').values(rows).execute();
    }
  });
  await reportPeer(zone, makeLeaf('late.example', makeCa('Wrong CA')), ca, { at: gateway.time.now + 1_000_000 });
  await zones.flush();
  const count = await gateway.storage.db
    .selectFrom('zone_peers')
    .select((e) => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow();
  assert.equal(Number(count.n), maximumPeers);
  assert.equal((await list('?search=late.example')).length, 1);
  assert.equal(
    (await gateway.storage.db.selectFrom('zone_peers').select('fingerprint').where('accepted', '=', 1).execute())
      .length,
    1,
  );
});

test('evidence is given for chains that are trusted, by the list or by a trust set', async (t) => {
  const { zones, api } = await started(t);
  const ca = makeCa('Partner CA');
  const leaf = makeLeaf('sip.partner.example', ca);
  const asked = { purpose: 'sip-client', chain: [Buffer.from(leaf.der).toString('base64')] } as const;
  assert.deepEqual(await zones.evidenceFor(asked), { ocsp: [], crls: [] });
  await api('POST', '/trust-sets', { name: 'partners' });
  const file = { file: Buffer.from(ca.pem).toString('base64'), name: 'ca.pem' };
  await api('POST', '/trust-sets/partners/certificates', file);
  assert.deepEqual(await zones.evidenceFor(asked), { ocsp: [], crls: [] });
});
