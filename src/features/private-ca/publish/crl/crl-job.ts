/** One CRL from collected entries to the file on the disk: the work that a thread of its own does for long ones. */
import { createHash, type KeyObject } from 'node:crypto';
import type { RevocationReason } from '../../../../pki/certificate/extension/distribution-points.ts';
import { buildCrl, type CrlEntryWriter, type CrlScope } from '../../../../pki/crl/build.ts';
import { reasonCodes } from '../../../../pki/crl/build-entries.ts';
import type { SigningDigest } from '../../../../pki/key/sign.ts';
import { writeDurably } from '../../../../storage/durable-file.ts';
import type { RevokedBlock } from '../../issued/revocations.ts';

/** Everything about a CRL but its entries and the key. */
export interface CrlOrder {
  /** DER of the issuer's name. */
  readonly issuer: Uint8Array;
  readonly authorityKeyIdentifier: Uint8Array;
  readonly number: bigint;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly scope: CrlScope | undefined;
  readonly digest: SigningDigest;
  /** Where the file is to be. */
  readonly path: string;
}

export interface MadeCrl {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly entries: number;
}

/** Adds the entries of a block without an object for each. */
export function addBlock(writer: CrlEntryWriter, block: RevokedBlock): void {
  const entry: { serial: Uint8Array; revokedAt: number; reason: RevocationReason } = {
    serial: block.serials,
    revokedAt: 0,
    reason: 'unspecified',
  };
  for (let i = 0, start = 0; i < block.count; i++) {
    const end = block.ends[i]!;
    entry.serial = block.serials.subarray(start, end);
    entry.revokedAt = block.revokedAt[i]!;
    entry.reason = reasons[block.reasons[i]!] ?? 'unspecified';
    writer.add(entry);
    start = end;
  }
}

/** Signs the CRL and writes it to the disk. */
export async function finishCrl(order: CrlOrder, key: KeyObject, writer: CrlEntryWriter): Promise<MadeCrl> {
  const { path, issuer, scope, ...contents } = order;
  const der = buildCrl({
    ...contents,
    issuer: { der: issuer },
    entries: writer,
    signingKey: key,
    ...(scope === undefined ? {} : { scope }),
  });
  await writeDurably(path, der);
  return { bytes: der.length, sha256: createHash('sha256').update(der).digest('hex'), entries: writer.entryCount };
}

const reasons = Object.fromEntries(
  Object.entries(reasonCodes).map(([name, code]) => [code, name as RevocationReason]),
) as Readonly<Record<number, RevocationReason>>;
