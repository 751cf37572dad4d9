import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCa, makeLeaf, makeManyCas } from '../../../test/support/made-certificates.ts';
import { createOpensslCa } from '../../../test/support/openssl.ts';
import { testAdministrator as ada, auditRows } from '../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';
import { Problem } from '../../lib/problem.ts';

test('1000 CAs load; the 1001st is refused and nothing changes; duplicates and CRLs do not count', async (t) => {
  const { append, api, gateway } = await startTrustGateway(t);
  const all = makeManyCas(1001);
  const pem = (from: number, to: number): string =>
    all
      .slice(from, to)
      .map((ca) => ca.pem)
      .join('');
  assert.equal((await append(pem(0, 998))).json['added'], 998);
  const tooMany = await append(pem(998, 1001));
  assert.equal(tooMany.status, 409);
  assert.equal(tooMany.json['code'], 'trusted-ca.limit');
  assert.equal((await append(pem(998, 1001), { takeGood: true })).status, 409, 'taking the good ones is no way round');
  assert.equal((await api('GET', '/trusted-cas')).json['certificates'], 998);
  assert.equal((await append(pem(0, 1000))).json['added'], 2, 'duplicates do not count');
  const rows = (await auditRows(gateway.storage)).length;
  const list = (await api('GET', '/trusted-cas')).text;
  const refused = await append(pem(1000, 1001));
  assert.equal(refused.json['code'], 'trusted-ca.limit');
  assert.match(String(refused.json['detail']), /holds 1000 certificates and the file would add 1/);
  assert.equal((await api('GET', '/trusted-cas')).text, list);
  assert.equal((await auditRows(gateway.storage)).length, rows);
  assert.equal((await append(pem(0, 1))).json['duplicates'], 1);
});

test('no file, however broken, crashes the preview or changes the list, and each is answered in under a second', async (t) => {
  const seed = Number(process.env['FAST_CHECK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`fast-check seed ${seed}`);
  const { trustedCa } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-fuzz-'));
  t.after(() => rm(folder, { recursive: true }));
  const real = await createOpensslCa(folder, { name: 'Real' });
  await trustedCa.append(ada, Buffer.from(makeCa('Kept').pem), { fileName: '' });
  const before = JSON.stringify(await trustedCa.list());
  const root = makeCa('Seed');
  const files = [
    Buffer.from(root.der),
    Buffer.from(root.pem + makeCa('Sub', { issuer: root }).pem + real.certificate),
    Buffer.from(makeLeaf('pinned.example.com', undefined).der),
    Buffer.from((await real.crl()) + real.certificate),
    Buffer.from(Buffer.from(root.der).toString('base64')),
  ];
  const octet = fc.integer({ min: 0, max: 255 });
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: octet, kind: fc.nat(3) });
  const mutated = fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 8 }))
    .map(([file, changes]) => changes.reduce(mutate, file));
  const anything = fc.oneof(
    { weight: 6, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.string({ maxLength: 400 }).map((text) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}`)),
    },
  );
  let refused = 0;
  let slowest = 0;
  const property = fc.asyncProperty(anything, async (file) => {
    const start = process.cpuUsage();
    try {
      const report = await trustedCa.previewAppend(file, 'fuzz');
      assert.equal(report.members.length > 0, true);
    } catch (error) {
      assert.ok(error instanceof Problem, `${error}`);
      assert.equal(error.details.code, 'trusted-ca.unreadable');
      assert.ok((error.details.detail ?? '').length < 4096);
      assert.doesNotMatch(error.details.detail ?? '', /[\u0000-\u001f\u007f-\u009f]/);
      refused++;
    }
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1_000);
  });
  await fc.assert(property, { seed, numRuns: 2_500, interruptAfterTimeLimit: 280_000, markInterruptAsFailure: true });
  assert.ok(refused > 200, `${refused} refused as unreadable`);
  assert.ok(slowest < 1000, `the slowest took ${slowest} ms of processor time`);
  assert.equal(JSON.stringify(await trustedCa.list()), before);
});

test('what is appended of a mutated file is what the preview said, and a refusal leaves the list as it was', async (t) => {
  const { trustedCa } = await startTrustGateway(t);
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`fast-check seed ${seed}`);
  const made = makeManyCas(4);
  const file = Buffer.from(made.map((ca) => ca.pem).join(''));
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.integer({ min: 0, max: 255 }),
    kind: fc.nat(3),
  });
  const property = fc.asyncProperty(change, fc.boolean(), async (one, takeGood) => {
    const bytes = mutate(file, one);
    const before = await trustedCa.list();
    const preview = await trustedCa.previewAppend(bytes, '').catch(() => undefined);
    const done = await trustedCa.append(ada, bytes, { fileName: '', takeGood }).catch(() => undefined);
    const expected = takeGood ? preview?.acceptableInPart : preview?.acceptable;
    assert.equal(done !== undefined, expected ?? false);
    assert.equal((await trustedCa.list()).length, before.length + (done?.added ?? 0));
    if (done !== undefined) assert.deepEqual(done, preview);
  });
  await fc.assert(property, { seed, numRuns: 100 });
});

/** Changes one octet, cuts the end, doubles a part, or takes one out. */
function mutate(file: Buffer, { at, to, kind }: { at: number; to: number; kind: number }): Buffer {
  const place = Math.min(file.length - 1, Math.floor(at * file.length));
  if (kind === 0) return Buffer.concat([file.subarray(0, place), Buffer.of(to), file.subarray(place + 1)]);
  if (kind === 1) return file.subarray(0, Math.max(1, place));
  if (kind === 2) return Buffer.concat([file.subarray(0, place), file.subarray(Math.max(0, place - to))]);
  return Buffer.concat([file.subarray(0, place), file.subarray(Math.min(file.length, place + 1 + (to % 4)))]);
}
