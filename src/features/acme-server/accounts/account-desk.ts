/** What the operator sees and does of accounts, and of the keys that let somebody register. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../lib/actor.ts';
import { printable } from '../../../lib/printable.ts';
import { Secret } from '../../../lib/secret.ts';
import { recordAudit } from '../../audit/audit.ts';
import { deactivatePendingAuthorizations } from '../authorizations/authorization-store.ts';
import { isNameEntry } from '../orders/name-policy.ts';
import { invalid, type SettingsFault, unknownAccount, unknownKey } from '../problems.ts';
import { toBase64url } from '../protocol/base64url.ts';
import { type Core, newId } from '../protocol/core.ts';
import {
  type AccountQuery,
  type AccountRow,
  type EabKeyRow,
  insertEabKey,
  selectAccount,
  selectAccounts,
  selectEabKey,
  selectEabKeys,
  updateAccount,
  updateEabKey,
} from './account-store.ts';
import { sealPlace } from './external-account.ts';

export interface NewEabKey {
  /** For whom, or for what. */
  readonly name: string;
  /** What its accounts may order, narrower than the settings; empty: what those allow. */
  readonly names: readonly string[];
  readonly profiles: readonly string[];
  /** 1 to 10000. */
  readonly maxAccounts: number;
  /** 1 to 3650; undefined: until it is revoked. */
  readonly days?: number | undefined;
}

export interface EabKeyView {
  readonly id: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly profiles: readonly string[];
  readonly state: 'active' | 'expired' | 'revoked' | 'used-up';
  readonly accounts: number;
  readonly maxAccounts: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface AccountView {
  readonly id: string;
  /** Of its key (RFC 7638), base64url. */
  readonly thumbprint: string;
  readonly status: AccountRow['status'];
  readonly contacts: readonly string[];
  /** The key it was registered with. */
  readonly key: { readonly id: string; readonly name: string } | null;
  readonly address: string;
  readonly createdAt: number;
  /** To the terms that were set when it was made. */
  readonly termsAgreedAt: number | null;
  readonly certificates: number;
  readonly lastOrderAt: number | null;
}

const day = 24 * 3_600_000;

export function createAccountDesk({ storage, clock, ca }: Core) {
  return {
    async keys(): Promise<readonly EabKeyView[]> {
      const now = clock.now();
      return (await selectEabKeys(storage.db)).map((row) => keyView(row, Number(row.accounts), now));
    },
    /** The secret (base64url, as clients take it) is in this answer and nowhere else. Throws `acme-server.invalid`. */
    async createKey(
      actor: Actor,
      key: NewEabKey,
    ): Promise<{ readonly key: EabKeyView; readonly hmac: Secret<string> }> {
      const names = [...new Set(key.names.map((entry) => entry.trim().toLowerCase()))];
      checkKey(
        key,
        names,
        (await ca.templates()).map(({ name }) => name),
      );
      const hmac = newHmac();
      const secret = new Secret(toBase64url(hmac));
      const now = clock.now();
      const id = newId();
      const row: EabKeyRow = {
        id,
        name: key.name,
        sealed_hmac: storage.vault.seal(sealPlace(id), hmac),
        names: JSON.stringify(names),
        profiles: JSON.stringify([...new Set(key.profiles)]),
        max_accounts: key.maxAccounts,
        created_by: actor.name,
        created_at: now,
        expires_at: key.days === undefined ? null : now + key.days * day,
        revoked_at: null,
      };
      hmac.fill(0);
      await storage.transaction(async (trx) => {
        await insertEabKey(trx, row);
        await recordAudit(trx, actor, {
          action: 'acme-server.key-create',
          object: id,
          detail: {
            name: key.name,
            names,
            profiles: key.profiles,
            maxAccounts: key.maxAccounts,
            days: key.days ?? null,
          },
        });
      });
      return { key: keyView(row, 0, now), hmac: secret };
    },
    /** Nobody registers with it any more; its accounts stay. Revoking twice is no error. Throws `acme-server.no-key`. */
    async revokeKey(actor: Actor, id: string): Promise<void> {
      await storage.transaction(async (trx) => {
        const row = await selectEabKey(trx, id);
        if (row === undefined) throw unknownKey(id);
        if (row.revoked_at === null) await updateEabKey(trx, id, { revoked_at: clock.now() });
        await recordAudit(trx, actor, { action: 'acme-server.key-revoke', object: id, detail: { name: row.name } });
      });
    },
    /** Newest first; `next` is the `before` of the next page. */
    async list(
      query: AccountQuery,
    ): Promise<{ readonly accounts: readonly AccountView[]; readonly next: number | null }> {
      const rows = await selectAccounts(storage.db, query);
      const keyNames = new Map((await selectEabKeys(storage.db)).map(({ id, name }) => [id, name]));
      return {
        accounts: rows.map((row) => ({
          id: row.id,
          thumbprint: row.thumbprint,
          status: row.status,
          contacts: (JSON.parse(row.contacts) as string[]).map((contact) => printable(contact)),
          key: row.eab_key_id === null ? null : { id: row.eab_key_id, name: keyNames.get(row.eab_key_id) ?? '' },
          address: row.address,
          createdAt: row.created_at,
          termsAgreedAt: row.terms_agreed_at,
          certificates: Number(row.certificates),
          lastOrderAt: row.last_order_at === null ? null : Number(row.last_order_at),
        })),
        next: rows.length >= query.limit ? (rows.at(-1)?.created_at ?? null) : null,
      };
    },
    /** It orders nothing more; its certificates hold on. Throws `acme-server.no-account`. */
    async deactivate(actor: Actor, id: string): Promise<void> {
      await storage.transaction(async (trx) => {
        const row = await selectAccount(trx, id);
        if (row === undefined) throw unknownAccount(id);
        // RFC 8555 7.1.2: `revoked` is the word for what the server has ended
        if (row.status === 'valid') await updateAccount(trx, id, { status: 'revoked' });
        await deactivatePendingAuthorizations(trx, id);
        await recordAudit(trx, actor, {
          action: 'acme-server.account-revoke',
          object: id,
          before: row.status,
          detail: { thumbprint: row.thumbprint },
        });
      });
    },
  };
}

/** One whose text begins with no hyphen: command lines would take it for an option. */
function newHmac(): Buffer {
  for (;;) {
    const hmac = randomBytes(32);
    if (!toBase64url(hmac).startsWith('-')) return hmac;
  }
}

function checkKey(key: NewEabKey, names: readonly string[], templates: readonly string[]): void {
  const faults: SettingsFault[] = [];
  const fault = (field: string, detail: string, hint: string): void => {
    faults.push({ code: 'acme-server.invalid', field, detail, hint });
  };
  for (const entry of names)
    if (!isNameEntry(entry))
      fault('names', `${printable(entry, 100)} is no domain, no address range and not *.`, 'Such as example.com.');
  for (const profile of key.profiles)
    if (!templates.includes(profile))
      fault('profiles', `There is no template ${printable(profile, 60)}.`, 'Choose among the templates of the CA.');
  if (faults.length > 0) throw invalid(faults);
}

function keyView(row: EabKeyRow, accounts: number, now: number): EabKeyView {
  const ended = row.expires_at !== null && row.expires_at <= now;
  const used = accounts >= row.max_accounts;
  return {
    id: row.id,
    name: row.name,
    names: JSON.parse(row.names) as string[],
    profiles: JSON.parse(row.profiles) as string[],
    state: row.revoked_at !== null ? 'revoked' : ended ? 'expired' : used ? 'used-up' : 'active',
    accounts,
    maxAccounts: row.max_accounts,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
