/**
 * The trusted CA list: the certificates every peer's chain must end at, the intermediates that help to get there,
 * single pinned peers, and the CRLs that came with them. At most 1000 certificates; a change is made completely or
 * not at all, and a deletion can be undone for a day.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Events } from '../../lib/events.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { Crl } from '../../pki/crl/crl.ts';
import type { Trx } from '../../storage/schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { addPlanned, undoTime } from './change.ts';
import { listConditions } from './conditions.ts';
import { memberPem, memberText } from './decoded.ts';
import { issuersOf } from './impact.ts';
import { judgeCertificates, judgeFile } from './judge-file.ts';
import { planAppend } from './plan-append.ts';
import { appendProblem, unknownRows } from './problems.ts';
import { listRemovals, previewDefaults, previewRemoval, removeRows, resetList, undoRemoval } from './removal.ts';
import { listRows } from './rows.ts';
import { adoptTemporary, bundledRoots, seedList } from './seed.ts';
import { createTrustSets, type TrustSets } from './sets/trust-sets.ts';
import { crlSignature, memberId, StateLoader } from './state.ts';

export { deleteAllConfirmation, maximumBytes, maximumCertificates } from './limits.ts';
export type { TrustSet, TrustSets } from './sets/trust-sets.ts';

export type CaSource = 'default' | 'temporary' | 'appended';
export type Validity = 'valid' | 'expires-soon' | 'expired' | 'not-yet-valid';

/** Something a person should know about a member; never keeps it off the list. */
export interface CaWarning {
  readonly code:
    | 'trusted-ca.same-common-name'
    | 'trusted-ca.newer-exists'
    | 'trusted-ca.weak'
    | 'trusted-ca.expired'
    | 'trusted-ca.expires-soon'
    | 'trusted-ca.not-yet-valid'
    | 'trusted-ca.ends-2050'
    | 'trusted-ca.unsupported-oid'
    | 'trusted-ca.no-certificate-signing'
    | 'trusted-ca.critical-extension'
    | 'trusted-ca.irregular'
    | 'trusted-ca.crl-unverified';
  readonly message: string;
  readonly hint: string;
}

/** One row of the list. */
export interface TrustedCa {
  /** SHA-256 of the DER, lower-case hexadecimal: names the row everywhere. */
  readonly fingerprint: string;
  readonly type: 'certificate' | 'crl';
  /** RFC 4514. */
  readonly issuer: string;
  /** RFC 4514, or `Matches issuer` when it is the issuer's name; for a CRL empty. */
  readonly subject: string;
  /** The name a person knows it by: common name, else organisation, else the whole name. */
  readonly label: string;
  /** Milliseconds since 1970; thisUpdate of a CRL. */
  readonly notBefore: number;
  /** Milliseconds since 1970; nextUpdate of a CRL, undefined when it has none. */
  readonly notAfter: number | undefined;
  readonly validity: Validity;
  readonly source: CaSource;
  /** Trusts exactly this certificate; never an issuer. */
  readonly pinned: boolean;
  /** Signed by its own key: an anchor. False for intermediates and CRLs. */
  readonly selfSigned: boolean;
  /** What the gateway presents that needs this row to be complete: `Server certificate`. */
  readonly usedBy: readonly string[];
  readonly warnings: readonly CaWarning[];
  /** Fingerprint of a newer member with the same issuer and subject. */
  readonly newer: string | undefined;
  readonly addedAt: number;
}

/** What became, or would become, of one member of a file. */
export interface AppendMember {
  /** 1 for the first of the file. */
  readonly position: number;
  readonly kind: 'certificate' | 'crl' | 'other';
  /** `pinned`: added as pinned peer. `older`: a CRL not newer than the one kept. */
  readonly verdict: 'added' | 'pinned' | 'duplicate' | 'older' | 'refused';
  /** Empty where the member could not be read. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notAfter: number | undefined;
  /** Why it is refused; undefined for the others. */
  readonly refusal: AppendRefusal | undefined;
  readonly warnings: readonly CaWarning[];
  /** Members of the list with the same issuer and subject that are older: the page offers to delete them. */
  readonly older: readonly string[];
}

export interface AppendRefusal {
  readonly code:
    | 'trusted-ca.unreadable-member'
    | 'trusted-ca.version-1'
    | 'trusted-ca.no-basic-constraints'
    | 'trusted-ca.not-a-ca'
    | 'trusted-ca.forbidden-key'
    | 'trusted-ca.self-signature'
    | 'trusted-ca.crl-signature'
    | 'trusted-ca.wrong-kind';
  readonly message: string;
  readonly hint: string;
}

export interface AppendReport {
  /** The file's name as a label, safe to print. */
  readonly fileName: string;
  readonly members: readonly AppendMember[];
  /** What was converted or repaired, in words. */
  readonly notes: readonly string[];
  readonly added: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly crls: number;
  /** Certificates on the list afterwards. */
  readonly total: number;
  readonly limit: number;
  /** True when `append` takes the file as it is; false when it needs `takeGood` or cannot be taken. */
  readonly acceptable: boolean;
  /** True when `append` with `takeGood` takes it. */
  readonly acceptableInPart: boolean;
  /** Why it would be refused; undefined when acceptable. */
  readonly problem: string | undefined;
}

/** What stops working when rows go. */
export interface Breakage {
  /** `Server certificate`. */
  readonly name: string;
  readonly reason: string;
}

export interface RemovalReport {
  /** Names the deletion for `undo`; undefined in a preview and when nothing was removed. */
  readonly removalId: string | undefined;
  readonly removed: readonly TrustedCa[];
  /** Rows that come (back): only for a reset. */
  readonly restored: readonly TrustedCa[];
  readonly breaks: readonly Breakage[];
  /** Certificates on the list afterwards. */
  readonly total: number;
  /** What has to be typed, `undefined` when nothing. */
  readonly confirmation: string | undefined;
}

/** A deletion that can still be undone. */
export interface Removal {
  readonly id: string;
  readonly removedAt: number;
  readonly removedBy: string;
  readonly undoUntil: number;
  readonly rows: readonly {
    readonly fingerprint: string;
    readonly type: 'certificate' | 'crl';
    readonly label: string;
  }[];
}

/** A chain that the gateway presents, told by the feature that presents it. */
export interface ChainUser {
  readonly name: string;
  /** Leaf first, then what is sent with it. */
  readonly chain: readonly Certificate[];
}

export interface TrustedCaDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  /** Who presents which chain; asked whenever `usedBy` or a preview is wanted. */
  readonly users?: () => Promise<readonly ChainUser[]>;
  /** Names of the zones that use a trust set; unless told, none does. */
  readonly setUsers?: (name: string) => Promise<readonly string[]>;
  /** DER of the bundled public roots, unless told those of the program. */
  readonly publicRoots?: readonly Uint8Array[];
}

export interface TrustedCaFeature {
  /** Further lists, by name. */
  readonly sets: TrustSets;
  list(): Promise<readonly TrustedCa[]>;
  /** One row with its bytes and decoded text. Throws `trusted-ca.unknown` (404). */
  view(
    fingerprint: string,
  ): Promise<TrustedCa & { readonly der: Uint8Array; readonly pem: string; readonly text: string }>;
  /** Every certificate and CRL as one PEM file, in the order of the list. */
  pem(): Promise<string>;
  /** Every certificate and CRL decoded. */
  text(): Promise<string>;
  /** Anchors, intermediates and pinned peers, in the order of the list. Parsed once and kept. */
  certificates(): Promise<readonly Certificate[]>;
  /** The same without the pinned peers: what may act as an issuer. */
  issuers(): Promise<readonly Certificate[]>;
  /** What `append` would do; changes nothing. Throws `trusted-ca.unreadable` (422) when the file cannot be read. */
  previewAppend(file: Uint8Array, fileName: string): Promise<AppendReport>;
  /**
   * Adds every certificate and CRL of a file; never replaces. Throws, with nothing changed, `trusted-ca.bad-member`
   * (422) when a member is refused and `takeGood` is not set, `trusted-ca.nothing-good` (422) when none is left,
   * `trusted-ca.limit` (409) when the list would exceed 1000.
   */
  append(
    actor: Actor,
    file: Uint8Array,
    options: { readonly fileName: string; readonly takeGood?: boolean },
  ): Promise<AppendReport>;
  /** What `remove` would do and break. `all`: every row. */
  previewRemove(fingerprints: readonly string[] | 'all'): Promise<RemovalReport>;
  /**
   * Deletes rows. Throws, with nothing changed, `trusted-ca.unknown` (404), and `trusted-ca.confirmation` (422) when no
   * certificate would be left and `confirmation` is not `delete all`.
   */
  remove(actor: Actor, fingerprints: readonly string[] | 'all', confirmation?: string): Promise<RemovalReport>;
  previewReset(): Promise<RemovalReport>;
  /** Makes the list the default one: the temporary CA and the bundled public roots. */
  reset(actor: Actor): Promise<RemovalReport>;
  /** Deletions of the last 24 hours, newest first. */
  removals(): Promise<readonly Removal[]>;
  /** Puts back what a deletion took. Throws `trusted-ca.no-such-removal` (404), `trusted-ca.limit` (409). */
  undo(actor: Actor, removalId: string): Promise<readonly TrustedCa[]>;
  /**
   * Adds certificates inside the caller's transaction, under the same rules and with an audit row of its own; the
   * caller emits `changed` for `trusted-ca` afterwards. Returns the fingerprints added (duplicates are skipped).
   */
  addWithin(trx: Trx, actor: Actor, certificates: readonly Certificate[]): Promise<readonly string[]>;
  /** First start: the default list with this temporary CA. Later calls change nothing. */
  seed(temporaryCa: Uint8Array): Promise<void>;
  /** Trusts a temporary CA made later, which is then the one that a reset restores. Inside the caller's transaction. */
  adoptTemporaryCa(trx: Trx, actor: Actor, temporaryCa: Uint8Array): Promise<void>;
  /** CRLs that came with the list and whose signature is good. */
  embeddedCrls(): Promise<readonly Crl[]>;
  /** What about the list deserves an alarm now. */
  conditions(): Promise<readonly Condition[]>;
}

/** The list kept in `storage`. */
export function createTrustedCa(deps: TrustedCaDeps): TrustedCaFeature {
  const { storage, clock, events } = deps;
  const loader = new StateLoader();
  const users = deps.users ?? (async () => []);
  const work: TrustedCaWork = { storage, clock, loader, users, publicRoots: deps.publicRoots ?? bundledRoots() };
  const load = () => loader.load(storage.db);
  const list = async () => listRows(await load(), await users(), clock.now());
  const changed = <T>(answer: T): T => {
    events.emit('changed', { feature: 'trusted-ca' });
    return answer;
  };
  const sets = createTrustSets({ storage, clock, events, usersOf: deps.setUsers ?? (async () => []) });
  return {
    sets,
    list,
    async view(fingerprint) {
      const id = canonicalFingerprint(fingerprint);
      const row = (await list()).find((one) => one.fingerprint === id);
      const state = await load();
      const member = [...state.cas, ...state.crls].find((one) => memberId(one) === id);
      if (row === undefined || member === undefined) throw unknownRows([fingerprint]);
      return { ...row, der: member.row.der, pem: memberPem(member), text: memberText(member) };
    },
    async pem() {
      const state = await load();
      return [...state.cas, ...state.crls].map((member) => memberPem(member, true)).join('\n');
    },
    async text() {
      const state = await load();
      return [...state.cas, ...state.crls].map(memberText).join('\n');
    },
    certificates: async () => (await load()).cas.map(({ certificate }) => certificate),
    issuers: async () => issuersOf((await load()).cas),
    async embeddedCrls() {
      const { cas, crls } = await load();
      const issuers = issuersOf(cas);
      return crls.map(({ crl }) => crl).filter((crl) => crlSignature(crl, issuers) === 'verified');
    },
    async previewAppend(file, fileName) {
      return planAppend(await judgeFile(file), await load(), fileName, clock.now()).report;
    },
    async append(actor, file, { fileName, takeGood = false }) {
      const judged = await judgeFile(file);
      const report = await storage.transaction(async (trx) => {
        const state = await loader.load(trx);
        const plan = planAppend(judged, state, fileName, clock.now());
        const problem = appendProblem(plan.report, takeGood);
        if (problem !== undefined) throw problem;
        if (plan.certificates.length + plan.crls.length > 0) {
          const options = { source: 'appended', now: clock.now(), action: 'trusted-ca.append' } as const;
          await addPlanned(trx, actor, plan, state, options);
        }
        return plan.report;
      });
      return report.added + report.crls > 0 ? changed(report) : report;
    },
    previewRemove: (fingerprints) => previewRemoval(work, canonicalRows(fingerprints)),
    remove: async (actor, fingerprints, confirmation) =>
      changed(await removeRows(work, actor, canonicalRows(fingerprints), confirmation)),
    previewReset: () => previewDefaults(work),
    reset: async (actor) => changed(await resetList(work, actor)),
    removals: () => listRemovals(work, clock.now() - undoTime),
    undo: async (actor, removalId) => changed(await undoRemoval(work, actor, removalId)),
    async addWithin(trx, actor, certificates) {
      const judged = await judgeCertificates(certificates);
      const state = await loader.load(trx);
      const plan = planAppend(judged, state, '', clock.now());
      const problem = appendProblem(plan.report, false);
      if (problem !== undefined) throw problem;
      if (plan.certificates.length > 0) {
        const options = { source: 'appended', now: clock.now(), action: 'trusted-ca.append' } as const;
        await addPlanned(trx, actor, plan, state, options);
      }
      return plan.certificates.map(({ hash }) => hash);
    },
    async seed(temporaryCa) {
      if (await seedList(work, temporaryCa)) changed(undefined);
    },
    adoptTemporaryCa: (trx, actor, temporaryCa) => adoptTemporary(work, trx, actor, temporaryCa),
    async conditions() {
      const state = await load();
      return listConditions(listRows(state, await users(), clock.now()), state.damaged);
    },
  };
}

/** What the operations of the list work with. */
export interface TrustedCaWork {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly loader: StateLoader;
  readonly users: () => Promise<readonly ChainUser[]>;
  readonly publicRoots: readonly Uint8Array[];
}

function canonicalRows(fingerprints: readonly string[] | 'all'): readonly string[] | 'all' {
  return fingerprints === 'all' ? 'all' : [...new Set(fingerprints.map(canonicalFingerprint))];
}

/** As typed by people: colons, spaces and capitals do not matter. */
function canonicalFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(/[:\s]/g, '').toLowerCase();
}
