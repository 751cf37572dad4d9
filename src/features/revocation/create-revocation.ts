/** The revocation data of one gateway, over its storage and the files beside it: ties the rules of this folder together. */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resolve } from '../../lib/address-filter.ts';
import { allowListRules } from '../../lib/allow-list.ts';
import { toHex } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { failPoint } from '../../lib/fail-point.ts';
import { printable } from '../../lib/printable.ts';
import { fingerprint } from '../../pki/certificate/certificate.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import { changeSettings, readSettings } from '../settings/settings.ts';
import type { TrustedCaFeature } from '../trusted-ca/trusted-ca.ts';
import { AutomaticUpdates, sourceId } from './automatic-updates.ts';
import { revocationConditions } from './conditions.ts';
import { CdpRefresh } from './crls/cdp-refresh.ts';
import { CdpSource } from './crls/cdp-source.ts';
import { CrlLibrary } from './crls/crl-library.ts';
import { EmbeddedCrls } from './crls/embedded-crls.ts';
import { EvidenceGatherer } from './evidence.ts';
import { createOutboundHttp } from './fetch/outbound-http.ts';
import { RefusedHosts } from './fetch/refused-hosts.ts';
import { createVerifyServer } from './fetch/verify-https-server.ts';
import { purposesWithoutCrl } from './missing-crl.ts';
import { OcspSource } from './ocsp/ocsp-source.ts';
import { OcspWatch } from './ocsp/ocsp-watch.ts';
import { noPoints, nothingToRemove, unknownSource, uploadRefused } from './problems.ts';
import type { RevocationFeature } from './revocation.ts';
import type { EdgeCrl, StoredCrl } from './revocation-data.ts';
import { defaultRevocationSettings, keptRevocationSettings, type RevocationSettings } from './revocation-settings.ts';
import { applyRevocationPatch } from './settings-patch.ts';
import { deleteCrlRows, deleteSourceRow, readSourceRows } from './store.ts';
import { coverageRows, crlVerdict, embeddedCrl, sourceStatuses, storedCrl } from './views.ts';

export interface RevocationDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly trustedCas: Pick<TrustedCaFeature, 'certificates' | 'issuers' | 'embeddedCrls'>;
  readonly onError: (error: unknown) => void;
  /** For tests: how names are resolved, addresses let through whatever they are, 0 to 1 for the spread of updates. */
  readonly resolve?: Resolve;
  readonly testAllow?: readonly string[];
  readonly chance?: () => number;
  /** For tests: milliseconds between two looks at what is due. */
  readonly lookEvery?: number;
}

const everyHalfMinute = 30_000;
/** What an upload may hold, larger CRLs come by automatic updates. */
const largestUpload = 25 << 20;

/** Revocation data kept in `storage` and, the CRLs themselves, in files beside it. Nothing works before `start`. */
export function createRevocation(deps: RevocationDeps): RevocationFeature {
  const { storage, clock, events, trustedCas, onError } = deps;
  let current = defaultRevocationSettings;
  const changed = (): void => events.emit('changed', { feature: 'revocation' });
  const settings = async (): Promise<RevocationSettings> => current;
  const refused = new RefusedHosts(clock);
  const http = refused.watch(
    createOutboundHttp({
      clock,
      policy: () => current,
      verifyServer: createVerifyServer({ clock, certificates: trustedCas.certificates }),
      ...(deps.resolve && { resolve: deps.resolve }),
      ...(deps.testAllow && { testAllow: deps.testAllow }),
    }),
  );
  const library = new CrlLibrary({ storage, clock, issuers: trustedCas.issuers });
  const ocsp = new OcspSource({
    storage,
    clock,
    http,
    nonceRequired: () => current.nonceRequired,
    onStatusChange: ({ der }) => events.emit('statusChanged', { fingerprints: [toHex(fingerprint(der, 'sha256'))] }),
  });
  const watch = new OcspWatch({
    clock,
    onError,
    ask: (...question) => ocsp.ask(...question),
    isMadeInAdvance: (...certificates) => ocsp.isMadeInAdvance(...certificates),
  });
  const cdp = new CdpSource({ storage, clock, http, library, changed });
  const embedded = new EmbeddedCrls(trustedCas);
  const gatherer = new EvidenceGatherer({
    clock,
    settings,
    library,
    ocsp,
    cdp,
    onError,
    embedded: () => embedded.list(),
    follow: (certificate, issuer) => watch.want(certificate, issuer),
  });
  const chance = deps.chance ?? (() => randomInt(1_000) / 1_000);
  const updates = new AutomaticUpdates({ storage, clock, http, library, settings, changed, chance });
  const refresh = new CdpRefresh({ clock, library, cdp, settings, issuers: trustedCas.issuers, chance });
  const crls = async () => [
    ...library.rows.map((row) => ({ ...storedCrl(row, current, clock.now()), sourceId: row.source_id })),
    ...(await embedded.list()).map((one) => ({ ...embeddedCrl(one, clock.now()), sourceId: '' })),
  ];
  const shown = async () => (await crls()).map(({ sourceId: _, ...crl }): StoredCrl => crl);
  const sources = async () => sourceStatuses(current, await readSourceRows(storage.db), await crls(), updates);
  const updateSettings: RevocationFeature['updateSettings'] = async (actor, patch, expectedVersion) => {
    const before = current;
    current = await library.alone(() =>
      storage.transaction(async (trx) => {
        const old = await readSettings(trx, keptRevocationSettings);
        const change = () => applyRevocationPatch(old, patch);
        const detail = { fields: Object.keys(patch).sort() };
        const order = { actor, version: expectedVersion, change, detail };
        const next = await changeSettings(trx, keptRevocationSettings, order);
        failPoint('revocation.settings');
        for (const point of old.automatic.points.filter((one) => !next.automatic.points.includes(one))) {
          await deleteCrlRows(trx, 'automatic', sourceId(point));
          await deleteSourceRow(trx, sourceId(point));
        }
        return next;
      }),
    );
    ocsp.forgetFailures();
    cdp.forgetFailures();
    refused.forget();
    changed();
    if (current.automatic.enabled && before.automatic !== current.automatic) updates.runDue().catch(onError);
    return current;
  };
  return {
    settings,
    updateSettings,
    refusedHosts: () => refused.list(),
    allowHost: (actor, host) =>
      updateSettings(actor, { allowedHosts: [...current.allowedHosts, host] }, current.version),
    operatorRules: (host) =>
      allowListRules(host, {
        operator: true,
        allowed: current.allowedHosts,
        ...(deps.testAllow && { testAllow: deps.testAllow }),
      }),
    evidenceFor: (purpose, path, options) => gatherer.gather(purpose, path, options),
    staple: (certificate, issuer) => ocsp.staple(certificate, issuer, 10_000),
    crls: shown,
    sources,
    purposesWithoutCrl: async (certificate, issuer) =>
      purposesWithoutCrl(certificate, issuer, current, await shown(), clock.now()),
    coverage: async () => coverageRows(await trustedCas.issuers(), await shown()),
    async upload(actor, file, fileName) {
      const label = printable(fileName, 100);
      const intake = await library.shelf.inWorkFolder(async (folder) => {
        const path = join(folder, 'body');
        await writeFile(path, file, { mode: 0o600, flag: 'wx' });
        const target = {
          source: 'manual',
          sourceId: '',
          origin: label,
          maxBytes: largestUpload,
          replaces: 'all',
        } as const;
        return library.takeIn(path, folder, target, (trx, { members }) =>
          recordAudit(trx, actor, {
            action: 'revocation.upload',
            object: label,
            after: file,
            detail: { crls: members.length, issuers: members.slice(0, 20).map(({ read }) => read.issuer) },
          }),
        );
      });
      if (!intake.ok) throw uploadRefused(intake.refusal, intake.members);
      changed();
      return { fileName: label, crls: intake.members.map(crlVerdict), notes: intake.notes };
    },
    async removeManual(actor) {
      const count = await library.alone(async () => {
        const rows = library.rows.filter(({ source }) => source === 'manual');
        if (rows.length === 0) throw nothingToRemove();
        await storage.transaction(async (trx) => {
          await deleteCrlRows(trx, 'manual', '');
          const detail = { crls: rows.length, sha256: rows.slice(0, 20).map(({ sha256 }) => sha256) };
          await recordAudit(trx, actor, { action: 'revocation.remove', object: rows[0]?.origin ?? '', detail });
        });
        return rows.length;
      });
      if (count > 0) changed();
    },
    async updateNow(actor, id) {
      const { enabled, points } = current.automatic;
      if (!enabled || points.length === 0) throw noPoints();
      const wanted = id === undefined ? points : points.filter((point) => sourceId(point) === id);
      if (wanted.length === 0) throw unknownSource(id ?? '');
      await storage.transaction((trx) =>
        recordAudit(trx, actor, {
          action: 'revocation.update-now',
          object: id ?? 'all',
          detail: { points: wanted.length },
        }),
      );
      for (const point of wanted) updates.update(point).catch(onError);
      return sources();
    },
    async forEdge() {
      return library.rows.flatMap((row): EdgeCrl[] => {
        if (row.signed_by === null || (row.source === 'automatic' && !current.automatic.enabled)) return [];
        return [
          {
            id: row.sha256,
            source: row.source,
            origin: row.origin,
            signedBy: row.signed_by,
            retrievedAt: row.retrieved_at,
            delta: row.delta === 1,
            thisUpdate: row.this_update,
            nextUpdate: row.next_update,
            file: library.shelf.path(row.sha256),
            indexFile: library.shelf.indexPath(row.sha256),
          },
        ];
      });
    },
    async conditions() {
      return revocationConditions(
        library.rows,
        await readSourceRows(storage.db),
        current,
        library.shelf.damaged,
        clock.now(),
      );
    },
    async start() {
      current = await readSettings(storage.db, keptRevocationSettings);
      await library.open();
      await ocsp.open();
      const stopListening = events.on('changed', ({ feature }) => {
        if (feature !== 'trusted-ca') return;
        embedded.forget();
        library.verifyAgain().then((found) => found && changed(), onError);
      });
      const run = (): void => {
        updates.runDue().catch(onError);
        refresh.runDue().catch(onError);
      };
      const timer = setInterval(run, deps.lookEvery ?? everyHalfMinute);
      timer.unref();
      const stopWatching = watch.start();
      run();
      return async () => {
        stopListening();
        clearInterval(timer);
        stopWatching();
        await Promise.all([updates.settled(), refresh.settled()]);
      };
    },
  };
}
