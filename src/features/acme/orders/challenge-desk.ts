/** Where proofs are put for a CA to see, and taken away: in memory and in the database, whatever kind they are. */
import { toBase64 } from '../../../lib/bytes.ts';
import { encodePem } from '../../../pki/pem.ts';
import type { AlpnChallenge } from '../acme.ts';
import type { AcmeDeps } from '../acme-deps.ts';
import type { ChallengeSolver } from '../challenge/challenge-solver.ts';
import { createHttp01Solver } from '../challenge/http-01.ts';
import { type AlpnCertificate, createTlsAlpn01Solver } from '../challenge/tls-alpn-01.ts';
import type { ProviderSecrets } from '../providers/provider.ts';
import type { ChallengeSettings } from '../schemas.ts';

export interface ChallengeDesk {
  /** What answers challenges the way a provider is set up. */
  solverFor(settings: ChallengeSettings, secrets: ProviderSecrets): ChallengeSolver;
  alpn(): readonly AlpnChallenge[];
}

/** Makes the solver of a DNS-01 setting. */
export type DnsSolver = (
  settings: Extract<ChallengeSettings, { type: 'dns-01' }>,
  secret: string | undefined,
) => ChallengeSolver;

export function createChallengeDesk(
  { httpChallenges, publishAlpn }: Pick<AcmeDeps, 'httpChallenges' | 'publishAlpn'>,
  dnsSolver: DnsSolver,
): ChallengeDesk {
  const certificates = new Map<string, AlpnChallenge>();
  const http = createHttp01Solver({
    serve: (token, answer) => httpChallenges.serve({ [token]: answer }, 'add'),
    withdraw: (token) => httpChallenges.serve({ [token]: '' }, 'remove'),
  });
  const alpn = createTlsAlpn01Solver({
    serve: (name, shown) => {
      certificates.set(name, alpnChallenge(name, shown));
      return publishAlpn();
    },
    withdraw: (name) => {
      certificates.delete(name);
      return publishAlpn();
    },
  });
  return {
    solverFor: (settings, secrets) => {
      if (settings.type === 'http-01') return http;
      return settings.type === 'tls-alpn-01' ? alpn : dnsSolver(settings, secrets.challenge);
    },
    alpn: () => [...certificates.values()],
  };
}

function alpnChallenge(name: string, { certificate, key }: AlpnCertificate): AlpnChallenge {
  return {
    name,
    certificatePem: encodePem('CERTIFICATE', certificate),
    keyPkcs8: toBase64(key.export({ type: 'pkcs8', format: 'der' })),
  };
}
