/**
 * Publishes what is due, one thing after the other: CRLs whose time has come or that lack a revocation, responders to
 * renew, then one snapshot for the serving process.
 */
import type { Actor } from '../../../lib/actor.ts';
import { systemActor } from '../../../lib/actor.ts';
import type { Secret } from '../../../lib/secret.ts';
import { removeLeftovers } from '../../../storage/durable-file.ts';
import { readOrMakePublicationKey } from '../../../storage/publication/publication-key.ts';
import {
  crlFolder,
  publicationFolder,
  readPublished,
  statusFolder,
} from '../../../storage/publication/published-snapshot.ts';
import type { Storage } from '../../../storage/storage.ts';
import type { Authority } from '../authority/authority.ts';
import type { PrivateCa, StatusChange } from '../private-ca.ts';
import { authorityUrls } from '../public-urls.ts';
import { readLacks } from './crl/crl-lacks.ts';
import { isDatabaseOlder, keepRestored, readRestored } from './crl/crl-numbers.ts';
import { earliestAfter, isAhead, partitionsOf, renewAt } from './crl/crl-plan.ts';
import { createOldCrls } from './crl/old-crls.ts';
import { type CrlPublishing, publishCrl } from './crl/publish-crls.ts';
import { isResponderDue, renewResponder, respondersByAuthority } from './ocsp/responders.ts';
import { createStatusRegisters } from './ocsp/status-registers.ts';
import { knownAddresses, readPublishSettings } from './publish-settings.ts';
import type { PublicationProgress } from './publishing.ts';
import { type CrlRow, readCrls } from './store.ts';
import { isWhole, writeSnapshot } from './write-snapshot.ts';

export interface PublisherDeps {
  readonly storage: Storage;
  readonly privateCa: PublisherCa;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when there is something to serve. */
  readonly serve: () => void;
  readonly onError: (error: unknown) => void;
}

export type PublisherCa = Pick<
  PrivateCa,
  'authorities' | 'withKey' | 'issueResponder' | 'revokedOf' | 'current' | 'statusOf' | 'publicUrl'
>;

export interface Publisher {
  /** Does all that is due; calls meanwhile wait for their turn. Failures are kept and told, never thrown. */
  run(): Promise<void>;
  /** Publishes all of one authority, with the passphrase of its key where it has one. Throws what goes wrong. */
  publish(actor: Actor, authority: Authority, passphrase: Secret<string> | undefined): Promise<void>;
  noticed(change: StatusChange): void;
  readonly serial: number;
  readonly failures: ReadonlyMap<string, string>;
  /** Authorities whose database is from before their last CRL. */
  readonly restored: ReadonlySet<string>;
  progressOf(authority: string): PublicationProgress | undefined;
  settled(): Promise<void>;
}

export function createPublisher({ storage, privateCa, now, serve, onError }: PublisherDeps): Publisher {
  const { folder } = storage;
  const failures = new Map<string, string>();
  const restored = new Set<string>();
  const progress = new Map<string, PublicationProgress>();
  /** Those of them for which no CRL was published since. */
  const toRepeat = new Set<string>();
  const oldCrls = createOldCrls(folder, () => performance.now());
  const registers = createStatusRegisters({ folder, privateCa, onError });
  let key: Uint8Array | undefined;
  let serial = 0;
  let written = '';
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  /** Those with a certificate that has not ended. */
  const published = async () =>
    (await privateCa.authorities()).filter(
      ({ certificate, notAfter }) => certificate !== undefined && notAfter > now(),
    );

  const work = async (authorities: readonly Authority[]) => {
    const settings = await readPublishSettings(storage);
    const addresses = await knownAddresses(storage, await privateCa.publicUrl(), authorities);
    return { storage, privateCa, now, settings, addresses };
  };

  const dueParts = async (authority: Authority, rows: readonly CrlRow[], hasAddress: boolean, immediately: boolean) => {
    const due: { partition: number; before: CrlRow | undefined; regular: boolean }[] = [];
    const lacks = await readLacks(storage.db, authority.id);
    for (const partition of partitionsOf(authority, hasAddress)) {
      const before = rows.find((row) => row.authority === authority.id && row.partition === partition);
      const regular = before === undefined || now() >= renewAt(before) || isAhead(before.this_update, now());
      const lack = lacks[partition];
      const wanted = lack !== undefined && (immediately || lack.atOnce);
      const soon = wanted && before !== undefined && now() >= earliestAfter(before);
      const lost = before !== undefined && (toRepeat.has(authority.id) || !(await isWhole(folder, before)));
      if (regular || soon || lost) due.push({ partition, before, regular });
    }
    return due;
  };

  const runCrls = async (authority: Authority, base: PublishingWork, rows: readonly CrlRow[]) => {
    const { id } = authority;
    for (const one of await dueParts(authority, rows, base.addresses.length > 0, base.settings.immediately)) {
      const request = { ...one, authority, actor: systemActor('crl-publisher') };
      await publishCrl({ ...base, progress: (step) => progress.set(id, step) }, request);
    }
    toRepeat.delete(id);
  };

  /** What fails keeps nothing else from being done. */
  const runAuthority = async (
    authority: Authority,
    base: PublishingWork,
    rows: readonly CrlRow[],
    responders: Responders,
  ) => {
    const { id } = authority;
    if (authority.key !== 'sealed') return;
    const problems: string[] = [];
    const attempt = async (act: () => Promise<unknown>) => {
      try {
        await act();
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        onError(error);
      }
    };
    await attempt(() => runCrls(authority, base, rows));
    progress.delete(id);
    const due = isResponderDue(responders.get(id), now());
    if (due) await attempt(() => renewResponder(storage, privateCa, authority, now()));
    if (problems.length === 0) failures.delete(id);
    else failures.set(id, problems.join(' '));
  };

  /** Writes the snapshot when anything in it is another. */
  const writeIfChanged = async (authorities: readonly Authority[], sealKey: Uint8Array) => {
    const [crls, responders, settings] = [
      await readCrls(storage.db),
      await respondersByAuthority(storage),
      await readPublishSettings(storage),
    ];
    const { ocspHours, connections, connectionsPerAddress, signaturesPerSecond } = settings;
    const limits = { connections, connectionsPerAddress, signaturesPerSecond };
    const content = JSON.stringify([
      authorities.map(({ id }) => id),
      crls,
      [...responders.values()].map(({ not_after }) => not_after),
      ocspHours,
      limits,
    ]);
    if (content === written) return;
    const validity = ocspHours * 3_600_000;
    serial = await writeSnapshot({
      storage,
      key: sealKey,
      authorities,
      crls,
      responders,
      registerOf: registers.fileOf,
      validity,
      limits,
      now: now(),
    });
    written = content;
    await registers.removeOthers();
  };

  const removeOld = async (sealKey: Uint8Array) => {
    const { crls } = await readPublished(folder, sealKey);
    await oldCrls.remove(new Set(crls.map(({ file }) => file)));
  };

  const prepare = async (authorities: readonly Authority[]): Promise<Uint8Array> => {
    if (key !== undefined) return key;
    const made = await readOrMakePublicationKey(folder, storage.vault);
    for (const path of [publicationFolder(folder), crlFolder(folder), statusFolder(folder)]) removeLeftovers(path);
    const rows = await readCrls(storage.db);
    const before = await readPublished(folder, made).catch(() => undefined);
    await oldCrls.remove(new Set([...(before?.crls ?? []), ...rows].map(({ file }) => file)));
    for (const { id } of authorities) if (await isDatabaseOlder(storage, id)) toRepeat.add(id);
    for (const id of [...(await readRestored(storage)), ...toRepeat]) restored.add(id);
    if (toRepeat.size > 0) await keepRestored(storage, restored);
    key = made;
    return made;
  };

  /** The rows of an old database, with the times of what is served: the next CRL must be newer than that. */
  const afterServed = async (rows: readonly CrlRow[], authorities: readonly Authority[], sealKey: Uint8Array) => {
    if (toRepeat.size === 0) return rows;
    const { crls } = await readPublished(folder, sealKey);
    return rows.map((row): CrlRow => {
      const authority = authorities.find(({ id }) => id === row.authority);
      const served = authority && crls.find(({ path }) => path === authorityUrls('', authority, row.partition).crl);
      return { ...row, this_update: Math.max(row.this_update, served?.thisUpdate ?? 0) };
    });
  };

  const runNow = async () => {
    const authorities = await published();
    if (authorities.length === 0) return;
    const sealKey = await prepare(authorities);
    const rows = await afterServed(await readCrls(storage.db), authorities, sealKey);
    const responders = await respondersByAuthority(storage);
    const base = await work(authorities);
    for (const authority of authorities) await runAuthority(authority, base, rows, responders);
    await writeIfChanged(authorities, sealKey);
    await removeOld(sealKey);
    serve();
  };

  return {
    get serial() {
      return serial;
    },
    failures,
    restored,
    progressOf: (id) => progress.get(id),
    run: () => inTurn(() => runNow().catch(onError)),
    publish: (actor, authority, passphrase) =>
      inTurn(async () => {
        const authorities = await published();
        const sealKey = await prepare(authorities);
        try {
          const base = await work(authorities);
          const rows = await afterServed(await readCrls(storage.db), authorities, sealKey);
          for (const partition of partitionsOf(authority, base.addresses.length > 0)) {
            const before = rows.find((row) => row.authority === authority.id && row.partition === partition);
            await publishCrl(
              { ...base, progress: (step) => progress.set(authority.id, step) },
              { actor, authority, partition, before, regular: true, passphrase },
            );
          }
          const responders = await respondersByAuthority(storage);
          if (isResponderDue(responders.get(authority.id), now()))
            await renewResponder(storage, privateCa, authority, now(), passphrase);
          failures.delete(authority.id);
          if (restored.delete(authority.id)) await keepRestored(storage, restored);
          toRepeat.delete(authority.id);
        } finally {
          progress.delete(authority.id);
        }
        await writeIfChanged(authorities, sealKey);
        serve();
      }),
    noticed: registers.noticed,
    async settled() {
      await turn;
      await registers.flushed();
    },
  };
}

type PublishingWork = Omit<CrlPublishing, 'progress'>;
type Responders = Awaited<ReturnType<typeof respondersByAuthority>>;
