/** What must hold in a data folder after any crash, and what a change left behind. */
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSnapshot, snapshotPath } from '../../src/edge/snapshot.ts';
import { isSoundRecord } from '../../src/storage/record-digest.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type CrashGateway, openGateway } from './crash-gateway.ts';

export interface FolderState {
  /** Digest over every row that a change may touch and that an audit row must account for. */
  readonly rows: string;
  readonly auditRows: number;
  /** Number of rows by table and state: what a finished change looks like whatever keys it made. */
  readonly shape: string;
}

/** Opens the folder as a restart does, checks everything, and tells its state. With `work`, it must still be usable. */
export async function checkFolder(
  folder: string,
  work?: (gateway: CrashGateway) => Promise<unknown>,
): Promise<FolderState> {
  const gateway = await openGateway(folder);
  try {
    for (const name of ['keys', 'snapshot', 'run', 'crl']) {
      assert.deepEqual(
        readdirSync(join(folder, name)).filter((file) => file.endsWith('.tmp')),
        [],
        'temporary files',
      );
    }
    await checkIdentities(gateway.storage);
    await checkSnapshot(gateway);
    await checkIssued(gateway.storage);
    const state = await readState(gateway.storage);
    await work?.(gateway);
    return state;
  } finally {
    await gateway.storage.close();
  }
}

async function checkIdentities({ db, vault }: Storage): Promise<void> {
  const slots = await db.selectFrom('identity_slots').selectAll().execute();
  const versions = await db.selectFrom('identity_versions').selectAll().execute();
  for (const version of versions) {
    assert.ok(isSoundRecord(version), `${version.slot}: the ${version.state} record is whole`);
    const slot = slots.find((row) => row.slot === version.slot);
    if (version.state === 'active')
      assert.equal(slot?.active_id, version.id, 'every active version is the one of its slot');
    if (version.state === 'previous') assert.equal(slot?.previous_id, version.id);
    if (version.state === 'retired') continue;
    const key = vault.open({ id: version.id, version: 1 }, version.sealed_key);
    const ours = createPublicKey(createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }));
    const theirs = new X509Certificate(version.certificate).publicKey;
    assert.ok(ours.equals(theirs), `${version.slot}: key and certificate of the ${version.state} version match`);
  }
  for (const slot of slots) {
    for (const id of [slot.active_id, slot.previous_id]) {
      assert.ok(id === null || versions.some((version) => version.id === id), `${slot.slot} points to a version`);
    }
  }
}

/** Nothing is issued twice or without its bytes, and what is revoked has its time. */
async function checkIssued({ db }: Storage): Promise<void> {
  const rows = await db.selectFrom('private_ca_certificates').selectAll().execute();
  const bodies = new Map((await db.selectFrom('private_ca_bodies').selectAll().execute()).map((row) => [row.seq, row]));
  const names = rows.map(({ authority, serial }) => `${authority} ${serial}`);
  assert.equal(new Set(names).size, names.length, 'no serial number twice');
  for (const { seq, serial, fingerprint, status, revoked_at: at } of rows) {
    const der = bodies.get(seq)?.der;
    assert.equal(der === undefined ? '' : createHash('sha256').update(der).digest('hex'), fingerprint, serial);
    assert.equal(at === null, status === 'good', `${serial} is ${status}`);
  }
  assert.ok(bodies.size <= rows.length, 'no certificate without its record');
}

/** The edge's file is missing only until the first change; when it is there, it opens and its pair matches. */
async function checkSnapshot({ storage, identity }: CrashGateway): Promise<void> {
  if (statSync(snapshotPath(storage.folder), { throwIfNoEntry: false }) !== undefined) {
    const snapshot = await readSnapshot(storage.folder, storage.vault);
    const server = snapshot.identities.find((entry) => entry.slot === 'server');
    assert.ok(server !== undefined);
    const key = createPrivateKey({ key: Buffer.from(server.keyPkcs8, 'base64'), format: 'der', type: 'pkcs8' });
    assert.ok(new X509Certificate(server.certificatePem).checkPrivateKey(key));
  }
  const active = await storage.db
    .selectFrom('identity_slots')
    .select('active_id')
    .where('slot', '=', 'server')
    .execute();
  if (active.length > 0) assert.ok((await identity.forEdge()).some((entry) => entry.slot === 'server'));
}

const tables = [
  'settings',
  'identity_slots',
  'identity_versions',
  'certificate_requests',
  'identity_renewals',
  'trusted_cas',
  'removed_trusted_cas',
  'embedded_crls',
  'revocation_crls',
  'private_ca_authorities',
  'private_ca_certificates',
  'private_ca_bodies',
  'private_ca_templates',
] as const;

async function readState({ db }: Storage): Promise<FolderState> {
  const hash = createHash('sha256');
  const shape: Record<string, number> = {};
  for (const table of tables) {
    const rows = await db.selectFrom(table).selectAll().execute();
    for (const row of rows) {
      const kind = `${table} ${'state' in row ? row.state : ''}${'pinned' in row ? row.source : ''}${'status' in row ? row.status : ''}`;
      shape[kind] = (shape[kind] ?? 0) + 1;
    }
    const texts = rows.map((row) =>
      JSON.stringify(row, (_, value) => (value instanceof Uint8Array ? [...value] : value)),
    );
    hash.update(`${table}\n${texts.sort().join('\n')}\n`);
  }
  const audit = await db
    .selectFrom('audit')
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return { rows: hash.digest('hex'), auditRows: Number(audit.count), shape: JSON.stringify(shape) };
}
