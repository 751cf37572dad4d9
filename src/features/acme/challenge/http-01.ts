/** HTTP-01 (RFC 8555 8.3): the key authorization under a well-known path on port 80, served by a process of its own. */
import type { ChallengeSolver } from './challenge-solver.ts';

/** The server on port 80, as seen from here; open while it holds a token. */
export interface TokenServer {
  /** Returns when the token is served. */
  serve(token: string, keyAuthorization: string): Promise<void>;
  withdraw(token: string): Promise<void>;
}

export const http01Path = '/.well-known/acme-challenge/';

export function createHttp01Solver(server: TokenServer): ChallengeSolver {
  return {
    type: 'http-01',
    // RFC 8555 8.3: a wildcard cannot be shown there
    covers: ({ value }) => !value.startsWith('*.'),
    present: (_identifier, token, keyAuthorization) => server.serve(token, keyAuthorization),
    remove: (_identifier, token) => server.withdraw(token),
  };
}
