import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf, makeManyCas } from '../../../test/support/made-certificates.ts';
import { testAdministrator as admin, auditRows } from '../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';
import { bundledRoots } from './seed.ts';

interface Report {
  readonly removalId: string | null;
  readonly removed: readonly { readonly fingerprint: string; readonly label: string }[];
  readonly restored: readonly { readonly label: string; readonly source: string }[];
  readonly breaks: readonly { readonly name: string; readonly reason: string }[];
  readonly total: number;
  readonly confirmation: string | null;
}

const report = (answer: { json: Record<string, unknown> }): Report => answer.json as unknown as Report;
const hour = 3_600_000;

test('deletes one or many, with one audit row each time', async (t) => {
  const { append, api, gateway, trustedCa } = await startTrustGateway(t);
  await append(
    makeManyCas(5)
      .map((ca) => ca.pem)
      .join(''),
  );
  const prints = (await trustedCa.list()).map((row) => row.fingerprint);
  const rows = (await auditRows(gateway.storage)).length;
  assert.equal((await api('DELETE', `/trusted-cas/${prints[0]}`)).status, 200);
  const many = await api('POST', '/trusted-cas/removals', { fingerprints: prints.slice(1, 4) });
  assert.equal(report(many).total, 1);
  assert.deepEqual(
    (await trustedCa.list()).map((row) => row.fingerprint),
    prints.slice(4),
  );
  const audit = await auditRows(gateway.storage);
  assert.deepEqual(
    audit.slice(0, audit.length - rows).map((row) => row.action),
    ['trusted-ca.remove', 'trusted-ca.remove'],
  );
});

test('a fingerprint may be typed with colons and capitals; an unknown one is refused and nothing goes', async (t) => {
  const { append, api, trustedCa } = await startTrustGateway(t);
  await append(
    makeManyCas(3)
      .map((ca) => ca.pem)
      .join(''),
  );
  const [first, second] = (await trustedCa.list()).map((row) => row.fingerprint);
  const typed = (first ?? '').toUpperCase().replace(/(..)(?=.)/g, '$1:');
  assert.equal((await api('GET', `/trusted-cas/${encodeURIComponent(typed)}`)).status, 200);
  const unknown = await api('POST', '/trusted-cas/removals', { fingerprints: [second, 'ab'.repeat(32)] });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.json['code'], 'trusted-ca.unknown');
  assert.equal((await trustedCa.list()).length, 3);
  assert.equal((await api('DELETE', `/trusted-cas/${encodeURIComponent(typed)}`)).status, 200);
});

test('deleting every certificate needs the typed words, however the rows are named', async (t) => {
  const { append, api, trustedCa } = await startTrustGateway(t);
  await append(
    makeManyCas(2)
      .map((ca) => ca.pem)
      .join(''),
  );
  const prints = (await trustedCa.list()).map((row) => row.fingerprint);
  for (const fingerprints of ['all', prints]) {
    for (const confirmation of [undefined, 'yes', 'delete']) {
      const answer = await api('POST', '/trusted-cas/removals', { fingerprints, confirmation });
      assert.equal(answer.status, 422);
      assert.equal(answer.json['code'], 'trusted-ca.confirmation');
    }
  }
  assert.equal((await trustedCa.list()).length, 2);
  assert.equal((await api('DELETE', `/trusted-cas/${prints[0]}`)).status, 200);
  assert.equal((await api('DELETE', `/trusted-cas/${prints[1]}`)).status, 422);
  const preview = await api('POST', '/trusted-cas/removals', { fingerprints: 'all', preview: true });
  assert.equal(report(preview).confirmation, 'delete all');
  const done = await api('POST', '/trusted-cas/removals', { fingerprints: 'all', confirmation: 'delete all' });
  assert.equal(report(done).total, 0);
});

test('every change of the list asks for a password check that is not older than five minutes', async (t) => {
  const { api, gateway, append } = await startTrustGateway(t);
  gateway.time.now += 6 * 60_000;
  assert.equal((await append(makeCa('A').pem)).json['code'], 'access.confirm-needed');
  for (const [method, path, body] of [
    ['POST', '/trusted-cas/removals', { fingerprints: 'all', confirmation: 'delete all' }],
    ['POST', '/trusted-cas/removals/x/undo', undefined],
    ['POST', '/trusted-cas/reset', {}],
    ['DELETE', '/trusted-cas/aa', undefined],
  ] as const) {
    assert.equal((await api(method, path, body)).json['code'], 'access.confirm-needed', `${method} ${path}`);
  }
  assert.equal((await api('GET', '/trusted-cas')).status, 200);
});

test('a deletion can be undone for 24 hours and no longer', async (t) => {
  const { append, api, gateway, trustedCa } = await startTrustGateway(t);
  await append(
    makeManyCas(4)
      .map((ca) => ca.pem)
      .join('') + makeLeaf('peer.example.com', undefined).pem,
  );
  const before = await trustedCa.list();
  const gone = await api('POST', '/trusted-cas/removals', { fingerprints: 'all', confirmation: 'delete all' });
  const id = report(gone).removalId;
  const [removal] = (await api('GET', '/trusted-cas/removals')).json['removals'] as {
    id: string;
    removedBy: string;
    rows: unknown[];
  }[];
  assert.equal(removal?.id, id);
  assert.equal(removal?.removedBy, 'ada');
  assert.equal(removal?.rows.length, 5);
  const undone = await api('POST', `/trusted-cas/removals/${id}/undo`);
  assert.equal((undone.json['restored'] as unknown[]).length, 5);
  const facts = (rows: typeof before) => rows.map((row) => [row.fingerprint, row.pinned, row.source]);
  assert.deepEqual(facts(await trustedCa.list()), facts(before));
  assert.equal((await api('POST', `/trusted-cas/removals/${id}/undo`)).status, 404);
  const again = await trustedCa.remove(admin, [before[0]?.fingerprint ?? '']);
  gateway.time.now += 24 * hour;
  await assert.rejects(trustedCa.undo(admin, again.removalId ?? ''), /no deletion/);
  assert.deepEqual(await trustedCa.removals(), []);
});

test('an undo that would exceed the limit is refused and can be tried again', async (t) => {
  const { trustedCa } = await startTrustGateway(t);
  const all = makeManyCas(1000);
  await trustedCa.append(admin, pemOf(all), { fileName: '' });
  const { removalId } = await trustedCa.remove(
    admin,
    (await trustedCa.list()).slice(0, 2).map((row) => row.fingerprint),
  );
  await trustedCa.append(admin, Buffer.from(makeCa('One more').pem), { fileName: '' });
  await assert.rejects(trustedCa.undo(admin, removalId ?? ''), /999 certificates and the file would add 2/);
  assert.equal((await trustedCa.list()).length, 999);
  await trustedCa.remove(admin, [(await trustedCa.list())[0]?.fingerprint ?? '']);
  assert.equal((await trustedCa.undo(admin, removalId ?? '')).length, 2);
});

test('shows where a CA is used and what breaks when it goes', async (t) => {
  const { append, api, users, trustedCa } = await startTrustGateway(t);
  const root = makeCa('Root');
  const sub = makeCa('Sub', { issuer: root });
  users.push({ name: 'Server certificate', chain: [makeLeaf('a.example.com', sub).certificate] });
  users.push({ name: 'Client certificate', chain: [makeLeaf('b.example.com', makeCa('Unknown')).certificate] });
  await append(root.pem + sub.pem + makeCa('Other').pem);
  const rows = await trustedCa.list();
  assert.deepEqual(
    rows.map((row) => row.usedBy),
    [['Server certificate'], ['Server certificate'], []],
  );
  for (const row of rows.slice(0, 2)) {
    const preview = await api('POST', '/trusted-cas/removals', { fingerprints: [row.fingerprint], preview: true });
    assert.deepEqual(
      report(preview).breaks.map((broken) => broken.name),
      ['Server certificate'],
    );
  }
  const harmless = await api('POST', '/trusted-cas/removals', { fingerprints: [rows[2]?.fingerprint], preview: true });
  assert.deepEqual(report(harmless).breaks, []);
  assert.equal((await trustedCa.list()).length, 3);
});

test('a listed intermediate without its root is no anchor; two CAs of one name are both tried', async (t) => {
  const { append, trustedCa, users } = await startTrustGateway(t);
  const [wrong, right] = [makeCa('Same name'), makeCa('Same name')];
  const sub = makeCa('Sub', { issuer: right });
  users.push({ name: 'Server certificate', chain: [makeLeaf('a.example.com', sub).certificate] });
  await append(sub.pem + wrong.pem);
  const breaks = async (fingerprint: string | undefined) =>
    (await trustedCa.previewRemove([fingerprint ?? ''])).breaks.length;
  assert.equal(await breaks((await trustedCa.list())[0]?.fingerprint), 0, 'incomplete before, so nothing breaks');
  await append(right.pem);
  const [intermediate, stranger, anchor] = await trustedCa.list();
  assert.deepEqual(anchor?.usedBy, ['Server certificate']);
  assert.deepEqual(stranger?.usedBy, []);
  assert.equal(await breaks(intermediate?.fingerprint), 1);
});

test('the first start fills the list with the temporary CA and the bundled public roots, later starts change nothing', async (t) => {
  const { trustedCa } = await startTrustGateway(t, { roots: bundledRoots() });
  const temporary = makeCa('Temporary CA');
  await trustedCa.seed(temporary.der);
  const rows = await trustedCa.list();
  assert.equal(rows[0]?.source, 'temporary');
  assert.equal(rows.filter((row) => row.source === 'default').length, rows.length - 1);
  assert.equal(rows.length - 1, bundledRoots().length, 'every bundled root passes the rules for CAs');
  await trustedCa.remove(admin, [rows[1]?.fingerprint ?? '']);
  await trustedCa.seed(makeCa('Another').der);
  assert.equal((await trustedCa.list()).length, rows.length - 1);
});

test('reset to default shows what goes, what comes back and what breaks, then does it, and can be undone', async (t) => {
  const roots = makeManyCas(3, 'Public').map((ca) => ca.der);
  const { append, api, trustedCa, users, gateway } = await startTrustGateway(t, { roots });
  await trustedCa.seed(makeCa('Temporary CA').der);
  const [temporary, first] = await trustedCa.list();
  await trustedCa.remove(admin, [temporary?.fingerprint ?? '', first?.fingerprint ?? '']);
  const own = makeCa('Company CA');
  await append(own.pem);
  users.push({ name: 'Server certificate', chain: [makeLeaf('a.example.com', own).certificate] });
  const before = await trustedCa.list();
  const preview = report(await api('POST', '/trusted-cas/reset', { preview: true }));
  assert.deepEqual(await trustedCa.list(), before);
  const done = report(await api('POST', '/trusted-cas/reset', {}));
  for (const shown of [preview, done]) {
    assert.deepEqual(
      shown.removed.map((row) => row.label),
      ['Company CA'],
    );
    assert.deepEqual(
      shown.restored.map((row) => row.label),
      ['Temporary CA', 'Public 0'],
    );
    assert.deepEqual(
      shown.breaks.map((broken) => broken.name),
      ['Server certificate'],
    );
    assert.equal(shown.total, 4);
  }
  assert.deepEqual((await trustedCa.list()).map((row) => row.source).sort(), [
    'default',
    'default',
    'default',
    'temporary',
  ]);
  assert.equal((await auditRows(gateway.storage))[0]?.action, 'trusted-ca.reset');
  await trustedCa.undo(admin, done.removalId ?? '');
  assert.equal((await trustedCa.list()).at(-1)?.label, 'Company CA');
});

test('show all as PEM and decoded, view one decoded', async (t) => {
  const { append, api, trustedCa } = await startTrustGateway(t);
  const made = makeManyCas(3);
  await append(made.map((ca) => ca.pem).join(''));
  const pem = await api('GET', '/trusted-cas/pem');
  assert.deepEqual(
    pem.text.match(/-----BEGIN CERTIFICATE-----[^#]+/g),
    made.map((ca) => ca.pem).map((one, i) => (i < 2 ? `${one}\n` : one)),
  );
  assert.match(pem.text, /^# CN = CA 0\n/);
  const text = await api('GET', '/trusted-cas/text');
  assert.equal(text.text.match(/^Certificate:/gm)?.length, 3);
  const [row] = await trustedCa.list();
  const one = await api('GET', `/trusted-cas/${row?.fingerprint}`);
  assert.equal(one.json['pem'], made[0]?.pem);
  assert.match(String(one.json['text']), /Subject: CN = CA 0/);
  assert.equal((await api('GET', '/trusted-cas/00')).status, 404);
});

function pemOf(all: readonly { readonly pem: string }[]): Uint8Array {
  return Buffer.from(all.map((one) => one.pem).join(''));
}
