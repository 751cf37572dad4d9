/** The private CA of one gateway, over its storage: ties the rules of this folder together. */
import type { KeyObject } from 'node:crypto';
import { type Actor, systemActor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { Problem } from '../../lib/problem.ts';
import type { Secret } from '../../lib/secret.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import type { SettingsFeature } from '../settings/settings.ts';
import type { TrustedCaFeature } from '../trusted-ca/trusted-ca.ts';
import { type Authority, authorityOf } from './authority/authority.ts';
import { type AuthorityKeys, createAuthorityKeys } from './authority/authority-keys.ts';
import { limitsOf } from './authority/default-limits.ts';
import { discardPending, installIntermediate } from './authority/install-authority.ts';
import { type AuthorityWork, makeIntermediate, makeRoot } from './authority/manage-authorities.ts';
import { passphraseFaults } from './authority/passphrase-rules.ts';
import { rotationOf } from './authority/rotate-authority.ts';
import { authorityConditions } from './conditions.ts';
import { exportFolder } from './demo-ca/export-folder.ts';
import { importFolder } from './demo-ca/import-folder.ts';
import { createIssuing } from './issue/issuing.ts';
import { issueForSlot, type SlotDeps, slotRequest } from './issue/slot-requests.ts';
import type { Linter } from './issue/zlint.ts';
import { sha256 } from './issued/certificate-row.ts';
import { createCounter } from './issued/counts.ts';
import { findIssued, findRow, showIssued } from './issued/find-issued.ts';
import type { RevocationReason } from './issued/revocations.ts';
import { currentStatuses, releaseRow, revokedBlocks, revokeRow, statusOf } from './issued/revoking.ts';
import type { CertificateName, PrivateCa, StatusChange } from './private-ca.ts';
import { createSettingsKeeper } from './private-ca-settings.ts';
import { invalidRequest, noAuthority, wrongState } from './problems.ts';
import { authorityUrls, type PublicUrls } from './public-urls.ts';
import { type AuthorityRow, type CertificateRow, certificatesWith, readAuthorities, updateAuthority } from './store.ts';
import { createTemplates } from './template/manage-templates.ts';

export { installedZlint } from './issue/zlint.ts';

export interface PrivateCaDeps {
  readonly storage: Storage;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Events;
  readonly trustedCas: Pick<TrustedCaFeature, 'addWithin'>;
  /** The gateway's own names, for the limits of intermediates; none unless given. */
  readonly settings?: Pick<SettingsFeature, 'get'>;
  /** The slots whose requests are signed; none unless given. */
  readonly slots?: SlotDeps;
  /** `http://name:port` of this gateway's own publishing, empty while it has no name; none unless given. */
  readonly ownUrl?: () => Promise<string>;
  /** The number the next CRL of an authority must have; what an imported folder had reached unless given. */
  readonly nextCrlNumber?: (authority: Authority) => Promise<bigint>;
  /** A second linter; none unless given. */
  readonly zlint?: Linter | undefined;
}

export function createPrivateCa(deps: PrivateCaDeps): PrivateCa {
  const { storage, events, trustedCas } = deps;
  const now = (): number => deps.clock.now();
  const keys = createAuthorityKeys(storage.vault);
  const templates = createTemplates(storage);
  const settings = createSettingsKeeper(storage);
  const listeners = new Set<(change: StatusChange) => void>();
  let known: readonly { readonly row: AuthorityRow; readonly authority: Authority }[] | undefined;
  let ownUrl: Promise<string> | undefined;
  events.on('changed', ({ feature }) => {
    if (feature !== 'settings') return;
    ownUrl = undefined;
    addressChanged();
  });

  const counter = createCounter(storage.db);
  const tell = (change: StatusChange): void => {
    counter.note(change);
    for (const listener of listeners) listener(change);
  };
  const addressChanged = () => tell({ what: 'authority', authority: '', serial: '' });
  const loaded = async () => {
    known ??= (await readAuthorities(storage.db)).map((row) => ({ row, authority: authorityOf(row) }));
    return known;
  };
  const changed = async (id: string): Promise<Authority> => {
    known = undefined;
    events.emit('changed', { feature: 'private-ca' });
    tell({ what: 'authority', authority: id, serial: '' });
    return authority(id);
  };
  const find = async (id: string) => {
    const found = (await loaded()).find(({ row }) => row.id === id);
    if (found === undefined) throw noAuthority(id);
    return found;
  };
  const authority = async (id: string): Promise<Authority> => (await find(id)).authority;
  const defaultAuthority = async (): Promise<Authority | undefined> => {
    const active = (await loaded())
      .map((one) => one.authority)
      .filter(({ state, notAfter }) => state === 'active' && notAfter > now());
    return active.find(({ role }) => role === 'intermediate') ?? active[0];
  };
  const base = async (): Promise<string> => {
    const { publicUrl } = await settings.get();
    if (publicUrl !== '') return publicUrl;
    ownUrl ??= deps.ownUrl?.() ?? Promise.resolve('');
    return ownUrl;
  };
  const urls = async () => {
    const [address, { crlUrl, ocspUrl, issuerUrl }] = [await base(), await settings.get()];
    return (of: Authority, partition: number): Partial<PublicUrls> => {
      if (address === '') return {};
      const { crl, ocsp, issuer } = authorityUrls(address, of, partition);
      return { ...(crlUrl ? { crl } : {}), ...(ocspUrl ? { ocsp } : {}), ...(issuerUrl ? { issuer } : {}) };
    };
  };
  const work: AuthorityWork = {
    storage,
    keys,
    now,
    trustedCas,
    authority,
    row: async (id) => (await find(id)).row,
    urls: async (of, partition) => (await urls())(of, partition),
  };
  const issuing = createIssuing({
    storage,
    keys,
    now,
    urls,
    zlint: deps.zlint,
    changed: tell,
    template: templates.get,
    row: work.row,
    async authority(id) {
      if (id !== undefined) return authority(id);
      const chosen = await defaultAuthority();
      if (chosen === undefined) throw noAuthority('');
      return chosen;
    },
  });
  const show = async (row: Parameters<typeof showIssued>[1]) =>
    showIssued(storage.db, row, { authority: await authority(row.authority), now: now() });
  /** The authority here whose own certificate this is. */
  const authorityWith = async (row: CertificateRow) =>
    (await loaded()).find((one) => one.row.parent === row.authority && isOf(one.authority, row.fingerprint));
  const revoke = async (actor: Actor, name: CertificateName, reason: RevocationReason, key?: Uint8Array) => {
    const row = await findRow(storage.db, name);
    if (key !== undefined && sha256(key) !== row.key_id) throw notTheHolder();
    const below = await authorityWith(row);
    const revoked = await revokeRow(storage, actor, {
      row,
      reason,
      now: now(),
      also: async (trx) => {
        if (below !== undefined) await updateAuthority(trx, below.row.id, { state: 'retired' });
      },
    });
    tell({ what: 'revoked', authority: row.authority, serial: row.serial });
    if (below !== undefined) await changed(below.row.id);
    return show(revoked);
  };

  return {
    authorities: async () => (await loaded()).map((one) => one.authority),
    authority,
    defaultAuthority,
    async createRoot(actor, request) {
      const id = await makeRoot(work, actor, request);
      if (request.trust) events.emit('changed', { feature: 'trusted-ca' });
      return changed(id);
    },
    defaultLimits: async () => limitsOf(await deps.settings?.get()),
    createIntermediate: async (actor, request) => changed(await makeIntermediate(work, actor, request)),
    async installIntermediate(actor, id, chain) {
      await installIntermediate(work, actor, id, chain);
      return changed(id);
    },
    async rotateIntermediate(actor, id, request) {
      const old = await authority(id);
      return changed(await makeIntermediate(work, actor, rotationOf(old, request, await loadedAll()), old));
    },
    async discardPending(actor, id) {
      await discardPending(work, actor, id);
      known = undefined;
      events.emit('changed', { feature: 'private-ca' });
    },
    async trust(actor, id) {
      const { certificate, above, label } = await authority(id);
      if (certificate === undefined) throw wrongState(`${label} has no certificate yet.`, 'Install it first.');
      const root = above.at(-1) ?? certificate;
      const added = await storage.transaction((trx) => trustedCas.addWithin(trx, actor, [root]));
      if (added.length > 0) events.emit('changed', { feature: 'trusted-ca' });
      return added.length > 0;
    },
    async withKey(id, use, passphrase) {
      const { row, authority: found } = await find(id);
      const { certificate } = found;
      if (certificate === undefined) throw wrongState(`${found.label} has no certificate yet.`, 'Install it first.');
      return use({ authority: { ...found, certificate }, key: await keys.open(row, passphrase) });
    },

    templates: templates.list,
    template: templates.get,
    saveTemplate: templates.save,
    removeTemplate: templates.remove,

    preview: issuing.preview,
    issue: issuing.issue,
    slotRequest: (slot) => slotRequest(deps.slots, slot),
    issueForSlot: (actor, to, request) =>
      issueForSlot({ slots: deps.slots, issue: issuing.issue, authority }, actor, to, request),
    issueResponder: issuing.issueResponder,

    issued: (query) => findIssued(storage.db, query, now()),
    counts: counter.counts,
    certificate: async (name) => show(await findRow(storage.db, name)),
    current: (id) => currentStatuses(storage.db, id, now()),
    async statusOf(id, serial) {
      const [row] = await certificatesWith(storage.db, serial, id);
      return row === undefined ? undefined : statusOf(row);
    },
    revokedOf: (id, only) => revokedBlocks(storage.db, id, only),
    revoke: (actor, name, reason) => revoke(actor, name, reason),
    async revokeByHolder(name, reason, { publicKeyInfo, address }) {
      if (!holderReasons.has(reason)) throw notForHolders(reason);
      return revoke({ ...systemActor('holder of the key'), address }, name, reason, publicKeyInfo);
    },
    async release(actor, name) {
      const held = await findRow(storage.db, name);
      const below = await authorityWith(held);
      // what nobody replaced meanwhile issues again
      const again = below !== undefined && below.row.replaced_by === null ? below.row.id : undefined;
      const row = await releaseRow(storage, actor, {
        row: held,
        also: async (trx) => {
          if (again !== undefined) await updateAuthority(trx, again, { state: 'active' });
        },
      });
      tell({ what: 'revoked', authority: row.authority, serial: row.serial });
      if (again !== undefined) await changed(again);
      return show(row);
    },
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    settings: settings.get,
    async changeSettings(actor, patch, version) {
      const after = await settings.change(actor, patch, version);
      addressChanged();
      return after;
    },
    publicUrl: base,

    async importDemoCa(actor, archive, passphrase) {
      const { id, report } = await importFolder(work, actor, archive, passphrase);
      return { ...report, authority: await changed(id) };
    },
    async exportDemoCa(actor, id, passphrase) {
      const { row, authority: found } = await find(id);
      const crlNumber = (await deps.nextCrlNumber?.(found)) ?? found.crlNumberFloor + 1n;
      const key = passphrase === undefined ? undefined : await keyForExport(keys, row, passphrase);
      const folder = await exportFolder({
        db: storage.db,
        authority: found,
        crlNumber,
        key,
        passphrase,
        now: now(),
      });
      const detail = { label: found.label, certificates: folder.certificates, withKey: folder.withKey };
      await storage.transaction((trx) => recordAudit(trx, actor, { action: 'private-ca.export', object: id, detail }));
      return folder;
    },

    async conditions() {
      const longest = Math.max(...(await templates.list()).map(({ days }) => days));
      const hasAddress = (await base()) !== '';
      return authorityConditions(await loadedAll(), { now: now(), longest, hasAddress });
    },
  };

  async function loadedAll(): Promise<readonly Authority[]> {
    return (await loaded()).map((one) => one.authority);
  }
}

/** A key that was sealed gets its passphrase here, so that must be a good one. */
async function keyForExport(keys: AuthorityKeys, row: AuthorityRow, passphrase: Secret<string>): Promise<KeyObject> {
  const faults = row.key_kind === 'sealed' ? passphraseFaults(passphrase) : [];
  if (faults.length > 0) throw invalidRequest(faults);
  return keys.open(row, row.key_kind === 'passphrase' ? passphrase : undefined);
}

/** What a holder may say about a key; the rest is the issuer's to say. */
const holderReasons: ReadonlySet<RevocationReason> = new Set([
  'unspecified',
  'key-compromise',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
]);

function isOf({ certificate }: { readonly certificate: Certificate | undefined }, fingerprint: string): boolean {
  return certificate !== undefined && sha256(certificate.der) === fingerprint;
}

function notTheHolder(): Problem {
  return new Problem({
    code: 'private-ca.not-the-holder',
    status: 403,
    title: 'The key is not that of the certificate.',
    detail: 'Only the authority, or who proves to hold the key of a certificate, may revoke it.',
    hint: 'Prove it with the key of the certificate itself, or ask an administrator.',
  });
}

function notForHolders(reason: RevocationReason): Problem {
  return new Problem({
    code: 'private-ca.reason-not-allowed',
    status: 422,
    title: 'This reason is for the authority to give.',
    detail: `The holder of a key may not give the reason ${reason}.`,
    hint: `Give one of these: ${[...holderReasons].join(', ')}.`,
  });
}
