/** Who may do what: the one table. Everything not in it is refused. */
import type { Actor, Role } from '../../lib/actor.ts';
import { Problem } from '../../lib/problem.ts';

/** What a token may be used for; each operation needs exactly one. */
export type Scope = 'read' | 'write' | 'security-write';

export const scopes = ['read', 'write', 'security-write'] as const;

/** Someone whose credential was checked. */
export interface Caller {
  readonly actor: Actor;
  /** `local`: the command line on this machine, through a socket that only the owner of the data folder can open. */
  readonly via: 'session' | 'token' | 'local';
  /** The hash of the session's cookie. */
  readonly sessionId?: string;
  /** When the password was last given, in milliseconds; sessions only. */
  readonly authenticatedAt?: number;
  /** Tokens only. */
  readonly scopes?: readonly Scope[];
}

/** What of a route decides who may call it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly access: Role | 'public';
  readonly stepUp?: boolean;
}

/** How old the last password check may be for dangerous changes, in milliseconds. */
export const stepUpAge = 5 * 60_000;

/** Role by needed role. */
const allowed: Readonly<Record<Role, Readonly<Record<Role, boolean>>>> = {
  administrator: { administrator: true, auditor: true },
  auditor: { administrator: false, auditor: true },
};

/** Refuses with `access.forbidden`, `access.scope-missing` (403) or `access.confirm-needed` (401). */
export function authorise(caller: Caller, operation: Operation, now: number): void {
  if (operation.access === 'public') return;
  if (allowed[caller.actor.role]?.[operation.access] !== true) {
    throw new Problem({
      code: 'access.forbidden',
      status: 403,
      title: 'Not allowed',
      detail: `This needs the role ${operation.access}; you have the role ${caller.actor.role}.`,
      hint: 'Ask an administrator to do it or to change your role.',
    });
  }
  if (caller.via === 'token') checkScope(caller, scopeFor(operation));
  if (caller.via === 'session' && operation.stepUp) checkFresh(caller, now);
}

/** Reading is what auditors may do; dangerous changes have a scope of their own. */
export function scopeFor(operation: Operation): Scope {
  if (operation.stepUp) return 'security-write';
  return operation.method === 'GET' || operation.access === 'auditor' ? 'read' : 'write';
}

function checkScope(caller: Caller, needed: Scope): void {
  if (caller.scopes?.includes(needed)) return;
  throw new Problem({
    code: 'access.scope-missing',
    status: 403,
    title: 'The token may not do this',
    detail: `This needs the scope ${needed}; the token has ${caller.scopes?.join(', ') || 'none'}.`,
    hint: `Make a token with the scope ${needed}, or log in and do it there.`,
    extra: { scope: needed },
  });
}

function checkFresh(caller: Caller, now: number): void {
  const age = now - (caller.authenticatedAt ?? Number.NEGATIVE_INFINITY);
  if (age >= 0 && age <= stepUpAge) return;
  throw new Problem({
    code: 'access.confirm-needed',
    status: 401,
    title: 'Please confirm with your password',
    detail: 'This change needs a password check that is not older than five minutes.',
    hint: 'Give your password again (POST /api/v1/session/confirm), then repeat the request.',
  });
}
