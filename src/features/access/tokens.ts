/** API tokens for programs: shown once, kept by hash, with a role, scopes, an end and, if wanted, address ranges. */
import type { Actor, Role } from '../../lib/actor.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { Secret } from '../../lib/secret.ts';
import { isoTimeOrNull } from '../../lib/time-text.ts';
import { recordAudit } from '../audit/audit.ts';
import type { AccessDeps, Origin, TokenView } from './access.ts';
import { inRanges, isAddressRange } from './address-range.ts';
import type { Caller, Scope } from './roles.ts';
import { newId, newSecretToken, tokenHash } from './secret-token.ts';
import { insertToken, selectToken, selectTokenByHash, selectTokens, type TokenRow, updateToken } from './store.ts';

/** So that scanners find a leaked token. */
export const tokenPrefix = 'tg_';
const day = 24 * 60 * 60_000;
const touch = 60_000;

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** 1 to 365. */
  readonly days: number;
  readonly ranges: readonly string[];
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens({ storage, clock }: AccessDeps) {
  return {
    async list(): Promise<readonly TokenView[]> {
      const now = clock.now();
      return (await selectTokens(storage.db)).map((row) => tokenView(row, row.creator ?? row.created_by, now));
    },
    /** The secret is in this answer and nowhere else. A token makes no token that may do more than itself. */
    async create(
      actor: Actor,
      token: NewToken,
    ): Promise<{ readonly token: TokenView; readonly secret: Secret<string> }> {
      for (const range of token.ranges) if (!isAddressRange(range)) throw badRange(range);
      const secret = newSecretToken(tokenPrefix);
      const now = clock.now();
      const row: TokenRow = {
        id: newId(),
        name: token.name,
        token_hash: tokenHash(secret.reveal()),
        role: token.role,
        scopes: JSON.stringify([...new Set(token.scopes)]),
        cidrs: JSON.stringify(token.ranges),
        created_by: actor.id,
        created_at: now,
        expires_at: now + token.days * day,
        last_used_at: null,
        revoked_at: null,
      };
      await storage.transaction(async (trx) => {
        if (actor.kind === 'token') await inheritFrom(trx, actor.id, row, token.scopes);
        await insertToken(trx, row);
        await recordAudit(trx, actor, {
          action: 'access.token-create',
          object: row.id,
          detail: { name: row.name, role: row.role, scopes: token.scopes, ranges: token.ranges, days: token.days },
        });
      });
      return { token: tokenView(row, actor.name, now), secret };
    },
    /** Revoking twice is no error. */
    async revoke(actor: Actor, id: string): Promise<void> {
      await storage.transaction(async (trx) => {
        const row = await selectToken(trx, id);
        if (row === undefined) throw notFound(id);
        if (row.revoked_at === null) await updateToken(trx, id, { revoked_at: clock.now() });
        await recordAudit(trx, actor, { action: 'access.token-revoke', object: id, detail: { name: row.name } });
      });
    },
    /** Whom the token stands for; undefined when unknown, expired or revoked. Throws `access.address-not-allowed`. */
    async authenticate(token: string, from: Origin): Promise<Caller | undefined> {
      const row = await selectTokenByHash(storage.db, tokenHash(token));
      const now = clock.now();
      if (row === undefined || row.revoked_at !== null || now >= row.expires_at) return undefined;
      const actor: Actor = { kind: 'token', id: row.id, name: row.name, role: row.role, ...from };
      const ranges = JSON.parse(row.cidrs) as string[];
      if (ranges.length > 0 && !inRanges(from.address, ranges)) {
        await storage.transaction((trx) =>
          recordAudit(trx, actor, { action: 'access.token-use', object: row.id, result: 'refused' }),
        );
        throw wrongAddress(from.address);
      }
      if (now - (row.last_used_at ?? 0) > touch) {
        await storage.transaction((trx) => updateToken(trx, row.id, { last_used_at: now }));
      }
      return { actor, via: 'token', scopes: JSON.parse(row.scopes) as Scope[] };
    },
  };
}

/** A token made by a token belongs to the same person, ends no later and may do no more. */
async function inheritFrom(
  trx: Parameters<typeof selectToken>[0],
  id: string,
  row: TokenRow,
  scopes: readonly Scope[],
): Promise<void> {
  const parent = await selectToken(trx, id);
  const own = parent === undefined ? [] : (JSON.parse(parent.scopes) as Scope[]);
  const parentRanges = parent?.cidrs ?? '[]';
  const missing = scopes.filter((scope) => !own.includes(scope));
  if (parent === undefined || missing.length > 0 || (parentRanges !== '[]' && row.cidrs !== parentRanges)) {
    throw new Problem({
      code: 'access.token-wider',
      status: 403,
      title: 'A token makes no token that may do more than itself',
      detail: `This token has the scopes ${own.join(', ')}${parentRanges === '[]' ? '' : ` and the ranges ${parentRanges}`}.`,
      hint: 'Log in and make the token there.',
    });
  }
  row.expires_at = Math.min(row.expires_at, parent.expires_at);
  row.created_by = parent.created_by;
}

function tokenView(row: TokenRow, creator: string, now: number): TokenView {
  const state = row.revoked_at !== null ? 'revoked' : now >= row.expires_at ? 'expired' : 'active';
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    scopes: JSON.parse(row.scopes) as Scope[],
    ranges: JSON.parse(row.cidrs) as string[],
    state,
    createdBy: creator,
    createdAt: new Date(row.created_at).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    lastUsedAt: isoTimeOrNull(row.last_used_at),
    revokedAt: isoTimeOrNull(row.revoked_at),
  };
}

function notFound(id: string): Problem {
  return new Problem({
    code: 'access.token-not-found',
    status: 404,
    title: 'There is no such token',
    detail: `No token has the id ${printable(id, 64)}.`,
    hint: 'tollgate token list shows all tokens.',
  });
}

function badRange(range: string): Problem {
  const detail = `${printable(range, 64)} is no address range; write 192.0.2.0/24 or 2001:db8::/32.`;
  return new Problem({
    code: 'access.range-invalid',
    status: 422,
    title: 'An address range cannot be read',
    detail,
    errors: [{ code: 'access.range-invalid', field: 'ranges', detail }],
  });
}

function wrongAddress(address: string): Problem {
  return new Problem({
    code: 'access.address-not-allowed',
    status: 403,
    title: 'The token is not for this address',
    detail: `The token is limited to address ranges that do not hold ${printable(address, 64)}.`,
    hint: 'Make a token whose ranges hold this address, or call from an address it allows.',
  });
}
