/** Publishes the CRLs of one authority: numbers, files, rows. What is served changes with the snapshot, afterwards. */
import { join } from 'node:path';
import type { Actor } from '../../../../lib/actor.ts';
import { failPoint } from '../../../../lib/fail-point.ts';
import type { Secret } from '../../../../lib/secret.ts';
import { keyIdentifier } from '../../../../pki/certificate/build-extensions.ts';
import { crlFolder } from '../../../../storage/publication/published-snapshot.ts';
import type { Storage } from '../../../../storage/storage.ts';
import { recordAudit } from '../../../audit/audit.ts';
import type { Authority } from '../../authority/authority.ts';
import { digestFor } from '../../issue/leaf-writer.ts';
import type { PrivateCa, RevokedBlock } from '../../private-ca.ts';
import { authorityUrls } from '../../public-urls.ts';
import type { PublicationProgress, PublishSettings } from '../publishing.ts';
import { type CrlRow, countRevoked, writeCrl } from '../store.ts';
import { readLacks, settleLack } from './crl-lacks.ts';
import { crlFile, takeCrlNumber } from './crl-numbers.ts';
import { crlLife, listedFrom, partitionsOf, thisUpdateFor } from './crl-plan.ts';
import { fewEntries, makeCrl } from './make-crl.ts';

export interface CrlPublishing {
  readonly storage: Storage;
  readonly privateCa: Pick<PrivateCa, 'revokedOf' | 'withKey'>;
  readonly now: () => number;
  readonly settings: PublishSettings;
  /** Addresses that certificates may name, see `knownAddresses`. */
  readonly addresses: readonly string[];
  readonly progress: (progress: PublicationProgress) => void;
}

export interface CrlRequest {
  readonly actor: Actor;
  readonly authority: Authority;
  readonly partition: number;
  /** The one that is published now. */
  readonly before: CrlRow | undefined;
  /** Whether it is published because its time has come. */
  readonly regular: boolean;
  readonly passphrase?: Secret<string> | undefined;
}

/** Makes the CRL and records it; answers its row. The file lies beside the one that is still served. */
export async function publishCrl(work: CrlPublishing, request: CrlRequest): Promise<CrlRow> {
  const { storage, privateCa, progress } = work;
  const { actor, authority, partition, before, regular, passphrase } = request;
  const began = performance.now();
  const lack = (await readLacks(storage.db, authority.id))[partition];
  const expiredBefore = listedFrom(before);
  const parts = listedParts(authority, partition);
  // to count more of them would take as long as to collect them
  const few = await countRevoked(storage.db, authority.id, { partitions: parts, expiredBefore, most: fewEntries + 1 });
  const total = few <= fewEntries ? few : Math.max(few, before?.entries ?? 0);
  progress({ partition, step: 'collecting', entries: 0, total });
  const thisUpdate = thisUpdateFor(work.now(), before);
  const nextUpdate = thisUpdate + crlLife(authority, work.settings);
  // a wrong passphrase costs no number
  if (passphrase !== undefined) await privateCa.withKey(authority.id, () => undefined, passphrase);
  const number = await takeCrlNumber(storage, authority);
  const file = crlFile(authority.id, partition, number);
  const made = await makeCrl({
    order: {
      ...orderFor(work, authority, partition),
      number,
      thisUpdate,
      nextUpdate,
      path: join(crlFolder(storage.folder), file),
    },
    blocks: blocksOf(privateCa, authority.id, parts, expiredBefore),
    total,
    withKey: (use) => privateCa.withKey(authority.id, ({ key }) => use(key), passphrase),
    progress: (step, entries) => progress({ partition, step, entries, total }),
  });
  failPoint('private-ca.crl-written');
  const row: CrlRow = {
    ...made,
    authority: authority.id,
    partition,
    number: String(number),
    file,
    this_update: thisUpdate,
    next_update: nextUpdate,
    regular_this_update: regular || before === undefined ? thisUpdate : before.regular_this_update,
    took: Math.round(performance.now() - began),
  };
  await storage.transaction(async (trx) => {
    await writeCrl(trx, row);
    await settleLack(trx, authority.id, partition, lack);
    const detail = {
      partition,
      number: row.number,
      entries: made.entries,
      nextUpdate: new Date(nextUpdate).toISOString(),
    };
    await recordAudit(trx, actor, {
      action: 'private-ca.publish-crl',
      object: authority.id,
      after: made.sha256,
      detail,
    });
  });
  failPoint('private-ca.crl-recorded');
  return row;
}

function listedParts(authority: Authority, partition: number): readonly number[] {
  return partition === 0 ? partitionsOf(authority, true) : [partition];
}

function orderFor({ addresses }: CrlPublishing, authority: Authority, partition: number) {
  const { certificate, publicKeyInfo } = authority;
  if (certificate === undefined) throw new Error('an authority without a certificate publishes nothing');
  return {
    issuer: certificate.subject.der,
    authorityKeyIdentifier: certificate.subjectKeyIdentifier ?? keyIdentifier(publicKeyInfo),
    digest: digestFor(certificate.publicKey.curve),
    // only certificates of users are spread over parts (RFC 5280 5.2.5)
    scope:
      partition === 0
        ? undefined
        : { urls: addresses.map((one) => authorityUrls(one, authority, partition).crl), onlyContainsUserCerts: true },
  };
}

async function* blocksOf(
  privateCa: CrlPublishing['privateCa'],
  authority: string,
  partitions: readonly number[],
  expiredBefore: number,
): AsyncGenerator<RevokedBlock> {
  for (const partition of partitions) yield* privateCa.revokedOf(authority, { partition, expiredBefore });
}
