/**
 * What the published CRLs of an authority lack, in the database: noted in the transaction of the change itself, taken
 * back in that of the CRL that has it. So neither a crash nor a clock that is set back loses a revocation or a release.
 */
import { readKept, writeKept } from '../../../../storage/kept-values.ts';
import type { Db, Trx } from '../../../../storage/schema.ts';

export interface CrlLack {
  /** Another number after every further change. */
  readonly change: number;
  /** Even where revocations wait for the regular CRL. */
  readonly atOnce: boolean;
}

/** By partition. */
export type CrlLacks = Readonly<Record<number, CrlLack>>;

export async function readLacks(db: Db, authority: string): Promise<CrlLacks> {
  return ((await readKept(db, keyOf(authority)))?.value ?? {}) as CrlLacks;
}

/** The CRLs of these partitions are to be made anew. */
export async function noteLack(
  trx: Trx,
  authority: string,
  partitions: readonly number[],
  atOnce = false,
): Promise<void> {
  const kept = await readKept(trx, keyOf(authority));
  const lacks = (kept?.value ?? {}) as CrlLacks;
  const change = (kept?.version ?? 0) + 1;
  const noted = partitions.map((partition) => [
    partition,
    { change, atOnce: atOnce || lacks[partition]?.atOnce === true },
  ]);
  await writeKept(trx, keyOf(authority), { ...lacks, ...Object.fromEntries(noted) }, change);
}

/** A CRL has what was `seen` before its entries were collected; what was noted since stays. */
export async function settleLack(
  trx: Trx,
  authority: string,
  partition: number,
  seen: CrlLack | undefined,
): Promise<void> {
  const kept = await readKept(trx, keyOf(authority));
  const { [partition]: lack, ...others } = (kept?.value ?? {}) as CrlLacks;
  if (kept === undefined || lack === undefined || lack.change !== seen?.change) return;
  await writeKept(trx, keyOf(authority), others, kept.version + 1);
}

function keyOf(authority: string): string {
  return `private-ca-crl-lacks:${authority}`;
}
