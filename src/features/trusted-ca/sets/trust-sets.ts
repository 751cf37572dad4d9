/**
 * Named trust sets: further lists of CA certificates that a zone can use instead of the trusted CA list. The same rules
 * decide what may join; CRLs belong to the trusted CA list and to CRL management.
 */
import type { Actor } from '../../../lib/actor.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Events } from '../../../lib/events.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import type { Db } from '../../../storage/schema.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import { type JudgedFile, judgeFile } from '../judge-file.ts';
import { planAppend } from '../plan-append.ts';
import { appendProblem } from '../problems.ts';
import { listRows } from '../rows.ts';
import type { ListState } from '../state.ts';
import type { AppendReport, TrustedCa } from '../trusted-ca.ts';
import { nameTaken, setInUse, tooManySets, unknownMembers, unknownSet, wrongName } from './set-problems.ts';
import { addMembers, deleteMembers, deleteSet, insertSet, readMembers, readSets } from './set-store.ts';

export interface TrustSet {
  readonly name: string;
  readonly createdAt: number;
  readonly rows: readonly TrustedCa[];
  /** Names of the zones that use it. */
  readonly usedBy: readonly string[];
}

export interface TrustSets {
  list(): Promise<readonly TrustSet[]>;
  /** Throws `trusted-ca.no-such-set` (404). */
  get(name: string): Promise<TrustSet>;
  names(): Promise<readonly string[]>;
  /** Letters, digits, dots, hyphens, underscores and spaces; throws `trusted-ca.set-name` (422), `trusted-ca.set-exists` (409). */
  create(actor: Actor, name: string): Promise<TrustSet>;
  /** Throws `trusted-ca.set-in-use` (409) while a zone uses it. */
  delete(actor: Actor, name: string): Promise<void>;
  previewAppend(name: string, file: Uint8Array, fileName: string): Promise<AppendReport>;
  /** Adds, never replaces; throws as appending to the trusted CA list does. */
  append(
    actor: Actor,
    name: string,
    file: Uint8Array,
    options: { readonly fileName: string; readonly takeGood?: boolean },
  ): Promise<AppendReport>;
  remove(actor: Actor, name: string, fingerprints: readonly string[]): Promise<TrustSet>;
  /** What the edges trust: by name, in the order of each list. */
  certificates(): Promise<ReadonlyMap<string, readonly Certificate[]>>;
}

export interface TrustSetsDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  /** Names of what uses a trust set. */
  readonly usersOf: (name: string) => Promise<readonly string[]>;
}

const maximumSets = 100;

/** The trust sets kept in `storage`. */
export function createTrustSets({ storage, clock, events, usersOf }: TrustSetsDeps): TrustSets {
  const changed = (): void => events.emit('changed', { feature: 'trusted-ca' });
  const view = async (name: string): Promise<TrustSet> => {
    const created = (await readSets(storage.db)).find((set) => set.name === name);
    if (created === undefined) throw unknownSet(name);
    const rows = listRows(await stateOf(storage.db, name), [], clock.now());
    return { name, createdAt: created.created_at, rows, usedBy: await usersOf(name) };
  };
  return {
    get: view,
    async list() {
      const sets: TrustSet[] = [];
      for (const { name } of await readSets(storage.db)) sets.push(await view(name));
      return sets;
    },
    names: async () => (await readSets(storage.db)).map(({ name }) => name),
    async create(actor, given) {
      const name = given.trim();
      if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,59}$/u.test(name)) throw wrongName(name);
      await storage.transaction(async (trx) => {
        const sets = await readSets(trx);
        if (sets.some((set) => set.name.toLowerCase() === name.toLowerCase())) throw nameTaken(name);
        if (sets.length >= maximumSets) throw tooManySets(maximumSets);
        await insertSet(trx, { name, created_at: clock.now() });
        await recordAudit(trx, actor, { action: 'trusted-ca.create-set', object: name });
      });
      changed();
      return view(name);
    },
    async delete(actor, name) {
      const users = await usersOf(name);
      if (users.length > 0) throw setInUse(name, users);
      await storage.transaction(async (trx) => {
        await mustExist(trx, name);
        const before = await stateOf(trx, name);
        await deleteSet(trx, name);
        await recordAudit(trx, actor, {
          action: 'trusted-ca.delete-set',
          object: name,
          detail: { fingerprints: before.cas.map(({ row }) => row.fingerprint).slice(0, 20), total: before.cas.length },
        });
      });
      changed();
    },
    async previewAppend(name, file, fileName) {
      await mustExist(storage.db, name);
      return planAppend(withoutCrls(await judgeFile(file)), await stateOf(storage.db, name), fileName, clock.now())
        .report;
    },
    async append(actor, name, file, { fileName, takeGood = false }) {
      const judged = withoutCrls(await judgeFile(file));
      const report = await storage.transaction(async (trx) => {
        await mustExist(trx, name);
        const state = await stateOf(trx, name);
        const plan = planAppend(judged, state, fileName, clock.now());
        const problem = appendProblem(plan.report, takeGood);
        if (problem !== undefined) throw problem;
        if (plan.certificates.length === 0) return plan.report;
        const last = state.cas.reduce((max, { row }) => Math.max(max, row.position), 0);
        await addMembers(
          trx,
          plan.certificates.map(({ certificate, hash, pinned }, i) => ({
            set_name: name,
            fingerprint: hash,
            der: certificate.der,
            pinned: pinned ? 1 : 0,
            position: last + i + 1,
            added_at: clock.now(),
          })),
        );
        await recordAudit(trx, actor, {
          action: 'trusted-ca.append-to-set',
          object: name,
          detail: {
            file: plan.report.fileName,
            fingerprints: plan.certificates.map(({ hash }) => hash).slice(0, 20),
            added: plan.report.added,
            total: plan.report.total,
          },
        });
        return plan.report;
      });
      if (report.added > 0) changed();
      return report;
    },
    async remove(actor, name, given) {
      const fingerprints = [...new Set(given.map((one) => one.replaceAll(/[:\s]/g, '').toLowerCase()))];
      await storage.transaction(async (trx) => {
        await mustExist(trx, name);
        const known = new Set((await stateOf(trx, name)).cas.map(({ row }) => row.fingerprint));
        const missing = fingerprints.filter((one) => !known.has(one));
        if (missing.length > 0) throw unknownMembers(name, missing);
        await deleteMembers(trx, name, fingerprints);
        await recordAudit(trx, actor, {
          action: 'trusted-ca.remove-from-set',
          object: name,
          detail: { fingerprints: fingerprints.slice(0, 20), total: known.size - fingerprints.length },
        });
      });
      changed();
      return view(name);
    },
    async certificates() {
      const sets = new Map<string, readonly Certificate[]>();
      for (const { name } of await readSets(storage.db))
        sets.set(
          name,
          (await stateOf(storage.db, name)).cas.map(({ certificate }) => certificate),
        );
      return sets;
    },
  };
}

async function mustExist(db: Db, name: string): Promise<void> {
  if (!(await readSets(db)).some((set) => set.name === name)) throw unknownSet(name);
}

/** The set in the form in which the rules of the trusted CA list see a list. */
async function stateOf(db: Db, name: string): Promise<ListState> {
  const damaged: string[] = [];
  const cas: ListState['cas'][number][] = [];
  for (const row of await readMembers(db, name)) {
    const parsed = parseCertificate(row.der);
    if (!parsed.ok) {
      damaged.push(row.fingerprint);
      continue;
    }
    const certificate = parsed.value;
    const { fingerprint, der, pinned, position, added_at } = row;
    const facts = {
      subject: toRfc4514(certificate.subject),
      issuer: toRfc4514(certificate.issuer),
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
      source: 'appended' as const,
    };
    cas.push({ row: { fingerprint, der, pinned, position, added_at, ...facts }, certificate });
  }
  return { cas, crls: [], damaged };
}

function withoutCrls(file: JudgedFile): JudgedFile {
  return {
    ...file,
    members: file.members.map((member) =>
      member.kind !== 'crl'
        ? member
        : {
            kind: 'other',
            refusal: {
              code: 'trusted-ca.wrong-kind',
              message: 'The file holds a CRL, which does not belong in a trust set.',
              hint: 'Append it to the trusted CA list, or take it out of the file.',
            },
          },
    ),
  };
}
