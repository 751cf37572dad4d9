import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCsr, problem, startPrivateCa } from '../../../../test/support/private-ca.ts';
import { auditRows, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { toHex } from '../../../lib/bytes.ts';
import { canonicalSerial, newSerial, serialText } from '../issue/serial.ts';
import type { RevokedBlock, StatusChange } from '../private-ca.ts';
import { insertCertificates } from '../store.ts';

test('a certificate is revoked once, with its reason, and keeps it', async (t) => {
  const { ca, clock, issue, storage } = await startPrivateCa(t);
  const { serial } = await issue(['a.example.com']);
  const revoked = await ca.revoke(
    testAdministrator,
    { serial: serial.toUpperCase().replace(/(..)(?=.)/g, '$1:') },
    'key-compromise',
  );
  assert.deepEqual([revoked.state, revoked.reason, revoked.revokedAt], ['revoked', 1, clock.now()]);
  await assert.rejects(ca.revoke(testAdministrator, { serial }, 'superseded'), problem('private-ca.already-revoked'));
  await assert.rejects(ca.release(testAdministrator, { serial }), problem('private-ca.not-on-hold'));
  await assert.rejects(
    ca.revoke(testAdministrator, { serial: 'ff' }, 'superseded'),
    problem('private-ca.no-certificate'),
  );
  await assert.rejects(ca.certificate({ serial: 'not a number' }), problem('private-ca.no-certificate'));
  const [row] = await auditRows(storage);
  assert.deepEqual([row?.action, row?.object, row?.actor_name], ['private-ca.revoke', serial, 'ada']);
});

test('a hold ends by its release, or becomes a revocation from its beginning', async (t) => {
  const { ca, clock, issue } = await startPrivateCa(t);
  const [one, two] = [await issue(['a.example.com']), await issue(['b.example.com'])];
  for (const { serial } of [one, two]) {
    const held = await ca.revoke(testAdministrator, { serial }, 'certificate-hold');
    assert.deepEqual([held.state, held.reason], ['on-hold', 6]);
    await assert.rejects(
      ca.revoke(testAdministrator, { serial }, 'certificate-hold'),
      problem('private-ca.already-revoked'),
    );
  }
  const begun = clock.now();
  clock.advance(3_600_000);
  const released = await ca.release(testAdministrator, { serial: one.serial });
  assert.deepEqual([released.state, released.revokedAt, released.reason], ['good', null, null]);
  const revoked = await ca.revoke(testAdministrator, { serial: two.serial }, 'unspecified');
  assert.deepEqual([revoked.state, revoked.revokedAt, revoked.reason], ['revoked', begun, null]);
});

test('of two who revoke at once one succeeds', async (t) => {
  const { ca, issue } = await startPrivateCa(t);
  const { serial } = await issue(['a.example.com']);
  const both = [
    ca.revoke(testAdministrator, { serial }, 'superseded'),
    ca.revoke(testAdministrator, { serial }, 'key-compromise'),
  ];
  const results = await Promise.allSettled(both);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('who holds the key of a certificate revokes that one and no other, and not for every reason', async (t) => {
  const { ca, issue, storage } = await startPrivateCa(t);
  const [own, other] = [await issue(['a.example.com']), await issue(['b.example.com'])];
  const holder = { publicKeyInfo: own.parsed.publicKeyInfo, address: '192.0.2.9' };
  await assert.rejects(
    ca.revokeByHolder({ serial: other.serial }, 'key-compromise', holder),
    problem('private-ca.not-the-holder'),
  );
  await assert.rejects(
    ca.revokeByHolder({ serial: own.serial }, 'privilege-withdrawn', holder),
    problem('private-ca.reason-not-allowed'),
  );
  assert.equal((await ca.revokeByHolder({ serial: own.serial }, 'key-compromise', holder)).state, 'revoked');
  assert.equal((await ca.certificate({ serial: other.serial })).state, 'good');
  assert.deepEqual((await auditRows(storage))[0]?.address, '192.0.2.9');
});

test('an auditor revokes nothing', async (t) => {
  const { ca, issue } = await startPrivateCa(t);
  const { serial } = await issue(['a.example.com']);
  const auditor = { ...testAdministrator, role: 'auditor' } as const;
  await assert.rejects(ca.revoke(auditor, { serial }, 'superseded'), problem('audit.not-allowed'));
  assert.equal((await ca.certificate({ serial })).state, 'good');
});

test('the record is searched by words, serial number, state, template and end, page by page', async (t) => {
  const { ca, clock, issue, intermediate } = await startPrivateCa(t);
  const made: string[] = [];
  for (const name of ['one', 'two', 'three', '100%_x']) {
    const subject = [{ type: 'CN', value: `Host ${name}` } as const];
    const { csr } = await makeCsr([], {
      subject,
      names: [{ kind: 'dns', value: `${name.replace(/\W|_/g, '')}.example.com` }],
    });
    made.push(
      (
        await issue([], {
          csr,
          template: name === 'one' ? 'client' : 'web-server',
          notAfter: clock.now() + made.length * 86_400_000 + 1_000,
        })
      ).serial,
    );
  }
  await ca.revoke(testAdministrator, { serial: made[1]! }, 'superseded');
  const found = async (query: object) =>
    (await ca.issued({ authority: intermediate.id, limit: 50, ...query })).certificates.map(({ serial }) =>
      made.indexOf(serial),
    );
  assert.deepEqual(await found({}), [3, 2, 1, 0]);
  assert.deepEqual(await found({ text: 'THREE example' }), [2]);
  assert.deepEqual(await found({ text: '100%_' }), [3]);
  assert.deepEqual(await found({ text: '%' }), [3]);
  assert.deepEqual(await found({ serial: made[2]!.slice(0, 9).toUpperCase() }), [2]);
  assert.deepEqual(await found({ template: 'client' }), [0]);
  assert.deepEqual(await found({ state: 'revoked' }), [1]);
  assert.deepEqual(await found({ expiresBefore: clock.now() + 86_400_000 }), [0]);
  clock.advance(2 * 86_400_000);
  assert.deepEqual(await found({ state: 'expired' }), [0]);
  assert.deepEqual(await found({ state: 'good' }), [3, 2]);
  const first = await ca.issued({ authority: intermediate.id, limit: 3 });
  const rest = await ca.issued({ authority: intermediate.id, limit: 3, before: first.next ?? 0 });
  assert.deepEqual([first.certificates.length, rest.certificates.length, rest.next], [3, 1, null]);
});

test('a search finds what is rare among 20,000 records, page by page', async (t) => {
  const { ca, storage, issue } = await startPrivateCa(t);
  const { serial } = await issue(['a.example.com']);
  const stored = storage.db.selectFrom('private_ca_certificates').selectAll().where('serial', '=', serial);
  const { seq, ...row } = await stored.executeTakeFirstOrThrow();
  const rare = new Set([0, 9_999, 10_000, 10_001, 20_199]);
  const rows = Array.from({ length: 20_200 }, (_, i) => {
    const search = rare.has(i) ? 'needle' : 'hay';
    return { ...row, serial: i.toString(16).padStart(32, '0'), search, der: null };
  });
  await storage.transaction((trx) => insertCertificates(trx, rows));
  const found: number[] = [];
  for (let before: number | null = null; ; ) {
    const page = await ca.issued({ text: 'needle', limit: 2, ...(before !== null && { before }) });
    found.push(...page.certificates.map((one) => one.seq - seq - 1));
    before = page.next;
    if (before === null) break;
  }
  assert.deepEqual(found, [...rare].reverse());
  assert.equal((await ca.issued({ text: 'nobody', limit: 2 })).certificates.length, 0);
});

test('what is revoked comes in the order of serial numbers, whole and without what has expired', async (t) => {
  const { ca, clock, issue, intermediate } = await startPrivateCa(t);
  const { csr } = await makeCsr(['a.example.com']);
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, i) => issue([], { csr, notAfter: clock.now() + (i < 10 ? 1 : 50) * 86_400_000 })),
  );
  for (const { serial } of all.slice(0, 40)) await ca.revoke(testAdministrator, { serial }, 'superseded');
  const listed = async (only: object) => {
    const serials: string[] = [];
    for await (const block of ca.revokedOf(intermediate.id, only)) serials.push(...serialsOf(block));
    return serials;
  };
  assert.deepEqual(
    await listed({}),
    all
      .slice(0, 40)
      .map(({ serial }) => serial)
      .sort(),
  );
  assert.equal((await listed({ expiredBefore: clock.now() + 10 * 86_400_000 })).length, 30);
  assert.deepEqual(await listed({ partition: 1 }), []);
  const good: string[] = [];
  for await (const { serial, status } of ca.current(intermediate.id)) if (status === 'good') good.push(serial);
  assert.deepEqual(
    good,
    all.slice(40).map(({ serial }) => serial),
  );
  assert.equal((await ca.statusOf(intermediate.id, all[0]!.serial))?.status, 'revoked');
  assert.equal(await ca.statusOf(intermediate.id, 'ff'), undefined);
});

test('certificates spread over the CRLs by their serial number, and each is listed in its own', async (t) => {
  const { ca, issue, intermediate } = await startPrivateCa(t, { partitions: 4 });
  const all = await Promise.all(Array.from({ length: 40 }, () => issue(['a.example.com'])));
  for (const { serial } of all) await ca.revoke(testAdministrator, { serial }, 'superseded');
  let total = 0;
  for (const partition of [1, 2, 3, 4]) {
    for await (const block of ca.revokedOf(intermediate.id, { partition })) {
      total += block.count;
      for (const serial of serialsOf(block)) assert.equal((await ca.certificate({ serial })).partition, partition);
    }
  }
  assert.equal(total, 40);
});

test('listeners hear of what is issued, revoked and released, and of new authorities', async (t) => {
  const { ca, issue, intermediate } = await startPrivateCa(t);
  const heard: StatusChange[] = [];
  const end = ca.onStatus((change) => heard.push(change));
  const { serial } = await issue(['a.example.com']);
  await ca.revoke(testAdministrator, { serial }, 'certificate-hold');
  await ca.release(testAdministrator, { serial });
  end();
  await issue(['a.example.com']);
  assert.deepEqual(
    heard.map(({ what }) => what),
    ['issued', 'revoked', 'revoked'],
  );
  assert.ok(heard.every((one) => one.serial === serial && one.authority === intermediate.id));
  assert.deepEqual(await ca.counts(intermediate.id), { issued: 2, revoked: 0 });
});

test('of 100,000 serial numbers none comes twice, and each survives being written and read', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 100_000; i++) seen.add(serialText(newSerial()));
  assert.equal(seen.size, 100_000);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (serial) => {
      const text = serialText(serial);
      assert.equal(canonicalSerial(text.toUpperCase().replace(/(..)(?=.)/g, '$1:')), text);
      assert.equal(BigInt(`0x${text}`), BigInt(`0x${toHex(serial)}`));
    }),
  );
});

function serialsOf({ count, serials, ends, reasons }: RevokedBlock): string[] {
  assert.ok(reasons.subarray(0, count).every((reason) => reason === 4));
  return Array.from({ length: count }, (_, i) => toHex(serials.subarray(i === 0 ? 0 : ends[i - 1], ends[i])));
}

test('the database takes no serial number of an authority twice, whatever the program thinks', async (t) => {
  const { ca, storage, issue, intermediate } = await startPrivateCa(t);
  const { serial, certificate } = await issue(['a.example.com']);
  const stored = storage.db.selectFrom('private_ca_certificates').selectAll().where('serial', '=', serial);
  const { seq: _seq, ...row } = await stored.executeTakeFirstOrThrow();
  const again = (authority: string) =>
    storage.transaction((trx) => insertCertificates(trx, [{ ...row, authority, der: certificate }]));
  await assert.rejects(again(intermediate.id), /unique/i);
  // two that were made elsewhere may have given out the same number
  await again('another');
  await assert.rejects(ca.certificate({ serial }), problem('private-ca.ambiguous'));
});
