/**
 * `npm run soak -- issue [COUNT]`: 100,000 certificates (or a million) of one intermediate, each recorded on the disk
 * under the index that lets no serial number in twice: none comes twice, each is found with its bytes and its audit row,
 * and those that are revoked, a tenth but 10,000 at most, are listed in order.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import { createTrustedCa } from '../../src/features/trusted-ca/trusted-ca.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { makeAuthorities, makeCsr } from '../../test/support/private-ca.ts';

const count = Number(process.argv[2] ?? 100_000);
const together = 256;
const folder = mkdtempSync(join(tmpdir(), 'tollgate-soak-issue-'));
try {
  const storage = await openStorage(join(folder, 'data'));
  const events = createEvents((error) => console.error(error));
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const ca = createPrivateCa({ storage, clock, events, trustedCas });
  const constraints = { dns: ['example.com'], ip: [], email: [] };
  const { intermediate } = await makeAuthorities(ca, { algorithm: 'ec-p256', constraints, days: 1_825, partitions: 0 });
  const { csr } = await makeCsr(['a.example.com']);
  const actor = systemActor('soak');
  const serials = new Set<string>();
  let left = count;
  const began = performance.now();
  const issue = async (): Promise<void> => {
    while (left-- > 0) serials.add((await ca.issue(actor, { csr, template: 'web-server', source: 'upload' })).serial);
  };
  await Promise.all(Array.from({ length: together }, issue));
  const seconds = (performance.now() - began) / 1_000;
  if (serials.size !== count) throw new Error(`${count - serials.size} serial numbers came twice`);
  await checkRecords(storage, intermediate.id);
  const every = Math.max(10, Math.ceil(count / 10_000));
  const revoked = [...serials].filter((_, i) => i % every === 0);
  for (const serial of revoked) await ca.revoke(actor, { serial }, 'superseded');
  let listed = 0;
  let last = '';
  const from = performance.now();
  for await (const block of ca.revokedOf(intermediate.id)) {
    listed += block.count;
    const first = Buffer.from(block.serials.subarray(0, block.ends[0])).toString('hex');
    if (first < last) throw new Error('the blocks are out of order');
    last = first;
  }
  if (listed !== revoked.length) throw new Error(`${revoked.length} are revoked, ${listed} are listed`);
  const listMs = Math.round(performance.now() - from);
  const searchFrom = performance.now();
  await ca.issued({ text: 'nobody', limit: 50 });
  const searchMs = Math.round(performance.now() - searchFrom);
  const megabytes = Math.round(statSync(join(folder, 'data', 'tollgate.db')).size / 1e6);
  const figures = {
    count,
    seconds: Math.round(seconds),
    ops_s: Math.round(count / seconds),
    revoked: listed,
    listMs,
    searchMs,
    megabytes,
  };
  console.log(JSON.stringify(figures));
  await storage.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** As many certificates, bytes and audit rows are on the disk as were issued. */
async function checkRecords({ db }: Storage, authority: string): Promise<void> {
  const { records } = await db
    .selectFrom('private_ca_certificates')
    .innerJoin('private_ca_bodies', 'private_ca_bodies.seq', 'private_ca_certificates.seq')
    .where('authority', '=', authority)
    .select((e) => e.fn.countAll<number>().as('records'))
    .executeTakeFirstOrThrow();
  const { audits } = await db
    .selectFrom('audit')
    .where('action', '=', 'private-ca.issue')
    .select((e) => e.fn.count<number>('object').distinct().as('audits'))
    .executeTakeFirstOrThrow();
  if (records !== count || audits !== count) throw new Error(`${records} records and ${audits} audit rows`);
}
