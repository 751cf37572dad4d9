/** Puts together what is served and writes it for the serving process: with this file everything is exchanged at once. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failPoint } from '../../../lib/fail-point.ts';
import {
  crlFolder,
  type PublicationLimits,
  type PublishedAuthority,
  type PublishedCrl,
  readPublished,
  writePublished,
} from '../../../storage/publication/published-snapshot.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { Authority } from '../authority/authority.ts';
import { digestFor } from '../issue/leaf-writer.ts';
import { authorityUrls } from '../public-urls.ts';
import { numberOfFile } from './crl/crl-numbers.ts';
import { renewAt } from './crl/crl-plan.ts';
import { openResponderKey } from './ocsp/responders.ts';
import type { CrlRow, ResponderRow } from './store.ts';

export interface SnapshotParts {
  readonly storage: Storage;
  readonly key: Uint8Array;
  /** Those with a certificate. */
  readonly authorities: readonly Authority[];
  readonly crls: readonly CrlRow[];
  readonly responders: ReadonlyMap<string, ResponderRow>;
  /** Name of the status register of an authority that has a responder. */
  readonly registerOf: (authority: string) => Promise<string>;
  /** How long OCSP answers hold, in milliseconds. */
  readonly validity: number;
  readonly limits: PublicationLimits;
  readonly now: number;
}

/** Answers the serial of the snapshot written. */
export async function writeSnapshot(parts: SnapshotParts): Promise<number> {
  const { storage, key, limits, now } = parts;
  const before = await readPublished(storage.folder, key).catch(() => undefined);
  const serial = Math.max(now, (before?.serial ?? 0) + 1);
  await writePublished(storage.folder, key, {
    format: 1,
    serial,
    authorities: await Promise.all(parts.authorities.map((one) => publishedAuthority(parts, one))),
    crls: await publishedCrls(parts, before?.crls ?? []),
    limits,
  });
  failPoint('private-ca.published');
  return serial;
}

/** Whether the file of a CRL is there with the length it had. */
export async function isWhole(folder: string, { file, bytes }: Pick<CrlRow, 'file' | 'bytes'>): Promise<boolean> {
  try {
    return (await stat(join(crlFolder(folder), file))).size === bytes;
  } catch {
    return false;
  }
}

async function publishedAuthority(parts: SnapshotParts, authority: Authority): Promise<PublishedAuthority> {
  const { id, certificate } = authority;
  const responder = parts.responders.get(id);
  const plain = {
    path: authorityUrls('', authority, 0).issuer,
    certificate: Buffer.from(certificate?.der ?? []).toString('base64'),
  };
  if (responder === undefined || responder.not_after <= parts.now) return plain;
  const pkcs8 = openResponderKey(parts.storage, responder);
  try {
    return {
      ...plain,
      ocsp: {
        certificate: Buffer.from(responder.certificate).toString('base64'),
        keyPkcs8: Buffer.from(pkcs8).toString('base64'),
        digest: digestFor(certificate?.publicKey.curve),
        validity: parts.validity,
        register: await parts.registerOf(id),
      },
    };
  } finally {
    pkcs8.fill(0);
  }
}

/** A CRL whose file is gone, as after a restore of an old database, does not take the place of one that is whole. */
async function publishedCrls(parts: SnapshotParts, before: readonly PublishedCrl[]): Promise<readonly PublishedCrl[]> {
  const { storage, authorities, crls } = parts;
  const all: PublishedCrl[] = [];
  for (const row of crls) {
    const authority = authorities.find(({ id }) => id === row.authority);
    if (authority === undefined) continue;
    const path = authorityUrls('', authority, row.partition).crl;
    const served = before.find((one) => one.path === path);
    const newer =
      served !== undefined && numberOfFile(served.file) > BigInt(row.number) && (await isWhole(storage.folder, served));
    if (newer) all.push(served);
    else if (await isWhole(storage.folder, row)) {
      const { file, bytes, sha256, this_update: thisUpdate, next_update: nextUpdate } = row;
      all.push({ path, file, bytes, sha256, thisUpdate, nextUpdate, renewAt: renewAt(row) });
    } else if (served !== undefined) all.push(served);
  }
  return all;
}
