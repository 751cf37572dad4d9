/**
 * Who may use the gateway: users, sessions, API tokens, the first set-up, and the one table of what each role may do.
 * The front door; http asks `authenticate` and `authorise` before any handler runs.
 */
import type { Role } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/storage.ts';
import { createGuessing } from './guessing.ts';
import { authorise, type Caller, type Operation, type Scope } from './roles.ts';
import { createSessions, notLoggedIn, type Sessions } from './sessions.ts';
import { createSetup, type Setup } from './setup.ts';
import { createTokens, type Tokens, tokenPrefix } from './tokens.ts';
import { createUsers, type Users } from './users.ts';

export { addressKey } from './address-range.ts';
export { type Caller, type Operation, type Scope, scopeFor, scopes, stepUpAge } from './roles.ts';
export { anonymousActor, type NewSession, notLoggedIn } from './sessions.ts';
export type { SetupLink } from './setup.ts';
export { tokenPrefix } from './tokens.ts';

export interface AccessDeps {
  readonly storage: Storage;
  readonly clock: Clock;
}

/** Where a request comes from. */
export interface Origin {
  readonly address: string;
  readonly requestId: string;
}

/** What a request shows to say who it is. */
export type Credential =
  | { readonly kind: 'session'; readonly token: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'local' }
  | { readonly kind: 'none' };

/** Times are ISO 8601, UTC. */
export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly passwordChangedAt: string;
}

export interface SessionView {
  readonly user: { readonly id: string; readonly name: string; readonly role: Role };
  /** Until then dangerous changes need no further password check. */
  readonly confirmedUntil: string | null;
  readonly endsAt: string | null;
  readonly idleMinutes: number | null;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly ranges: readonly string[];
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

export interface Access {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly setup: Setup;
  /** Who is asking; undefined for nobody. Throws when a token comes from an address it is not for. */
  authenticate(credential: Credential, from: Origin): Promise<Caller | undefined>;
  /** Lets `caller` do what the route needs, or throws `access.not-logged-in`, `access.forbidden`, … Denies by default. */
  authorise(caller: Caller | undefined, operation: Operation): void;
}

export function createAccess(deps: AccessDeps): Access {
  const sessions = createSessions(deps, createGuessing(deps));
  const tokens = createTokens(deps);
  return {
    users: createUsers(deps),
    sessions,
    tokens,
    setup: createSetup(deps, sessions),
    async authenticate(credential, from) {
      switch (credential.kind) {
        case 'session':
          return sessions.authenticate(credential.token, from);
        case 'token':
          return credential.token.startsWith(tokenPrefix) ? tokens.authenticate(credential.token, from) : undefined;
        case 'local':
          return { via: 'local', actor: { kind: 'system', id: 'cli', name: 'cli', role: 'administrator', ...from } };
        case 'none':
          return undefined;
      }
    },
    authorise(caller, operation) {
      if (operation.access === 'public') return;
      if (caller === undefined) throw notLoggedIn();
      authorise(caller, operation, deps.clock.now());
    },
  };
}
