/**
 * A lease: who may work on something now, in the database, so that two processes never do the same. It ends by itself
 * when its holder is gone; a holder that slept too long finds that its epoch is over, and none of its results is written.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { Problem } from '../lib/problem.ts';
import type { Trx } from './schema.ts';
import type { Storage } from './storage.ts';

export interface Lease {
  readonly name: string;
  readonly epoch: number;
  /** Rejects with `storage.lease-lost` inside the transaction of a result, when another holder has taken over. */
  guard(trx: Trx): Promise<void>;
  /** Lets others in at once. */
  release(): Promise<void>;
}

/** Milliseconds after which a holder that no longer renews has lost its lease. */
const lastsMs = 20_000;
const renewEveryMs = 5_000;

/** Takes the lease, or answers undefined while another holder has it. It is renewed until it is released. */
export async function takeLease(storage: Storage, name: string): Promise<Lease | undefined> {
  const holder = `${process.pid}-${randomBytes(8).toString('hex')}`;
  const epoch = await storage.transaction(async (trx) => {
    const now = await databaseTime(trx);
    const row = await trx.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst();
    // one that lasts longer than any does was written by a clock that ran ahead: who holds it renews it with the right time
    if (row !== undefined && row.holder !== '' && row.expires_at > now && row.expires_at <= now + 3 * lastsMs)
      return undefined;
    const values = { name, holder, epoch: (row?.epoch ?? 0) + 1, expires_at: now + lastsMs };
    if (row === undefined) await trx.insertInto('leases').values(values).execute();
    else await trx.updateTable('leases').set(values).where('name', '=', name).execute();
    return values.epoch;
  });
  if (epoch === undefined) return undefined;
  const timer = setInterval(() => {
    void renew(storage, name, epoch).catch(() => undefined);
  }, renewEveryMs);
  timer.unref();
  return {
    name,
    epoch,
    guard: (trx) => guard(trx, name, epoch),
    release: async () => {
      clearInterval(timer);
      await storage.transaction(async (trx) => {
        await trx
          .updateTable('leases')
          .set({ holder: '', expires_at: 0 })
          .where('name', '=', name)
          .where('epoch', '=', epoch)
          .execute();
      });
    },
  };
}

async function renew(storage: Storage, name: string, epoch: number): Promise<void> {
  await storage.transaction(async (trx) => {
    const now = await databaseTime(trx);
    await trx
      .updateTable('leases')
      .set({ expires_at: now + lastsMs })
      .where('name', '=', name)
      .where('epoch', '=', epoch)
      .execute();
  });
}

async function guard(trx: Trx, name: string, epoch: number): Promise<void> {
  const row = await trx.selectFrom('leases').select('epoch').where('name', '=', name).executeTakeFirst();
  if (row?.epoch === epoch) return;
  throw new Problem({
    code: 'storage.lease-lost',
    status: 409,
    title: 'Another process has taken over.',
    detail: `This process was too slow to keep ${name}; nothing of its result is stored.`,
    hint: 'Look again: the other process goes on with it.',
  });
}

/** The clock of the database, in milliseconds since 1970: the one that all holders share. */
async function databaseTime(trx: Trx): Promise<number> {
  const found = await sql<{ now: number }>`select cast(unixepoch('subsec') * 1000 as integer) as now`.execute(trx);
  return Number(found.rows[0]?.now ?? 0);
}
