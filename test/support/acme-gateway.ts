/** A gateway's identities and ACME over a real data folder, with tokens served on a real port and a clock of the test. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChallengeServer } from '../../src/edge/challenge-server.ts';
import type { Acme, AlpnChallenge, PrivateCaProvider } from '../../src/features/acme/acme.ts';
import type { AcmeDeps } from '../../src/features/acme/acme-deps.ts';
import { createAcme } from '../../src/features/acme/create-acme.ts';
import type { AcmeOrderView } from '../../src/features/acme/schemas.ts';
import { createIdentity, type Identity } from '../../src/features/identity/identity.ts';
import { createSettings, type SettingsFeature } from '../../src/features/settings/settings.ts';
import { createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import { systemActor } from '../../src/lib/actor.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createEvents, type Events } from '../../src/lib/events.ts';
import { recogniseUpload } from '../../src/pki/container/recognise.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';

export interface AcmeGatewayOptions {
  /** The data folder; stays. */
  readonly folder: string;
  readonly clock: Clock;
  /** Where tokens are served; 0 for any free port. */
  readonly httpPort?: number;
  readonly fqdn?: string;
  readonly privateCa?: PrivateCaProvider;
  readonly publish?: (identity: Identity, alpn: readonly AlpnChallenge[]) => Promise<void>;
  readonly more?: Partial<AcmeDeps>;
}

export interface AcmeGateway {
  readonly storage: Storage;
  readonly events: Events;
  readonly settings: SettingsFeature;
  readonly trustedCas: TrustedCaFeature;
  readonly identity: Identity;
  readonly acme: Acme;
  readonly httpPort: number;
  /** Tokens that are known now. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Errors that nobody took. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function openAcmeGateway(options: AcmeGatewayOptions): Promise<AcmeGateway> {
  const { folder, clock } = options;
  const storage = await openStorage(folder, { clock });
  const errors: unknown[] = [];
  const events = createEvents((error) => errors.push(error));
  const settings = createSettings({ storage, clock, events });
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const identity: Identity = createIdentity({
    storage,
    clock,
    events,
    settings,
    trustedCas,
    hostName: 'gateway',
    openUpload: async (bytes, how) => recogniseUpload(bytes, how),
    publish: async () => options.publish?.(identity, await acme.alpnChallenges()),
  });
  const tokens = new Map<string, string>();
  const { server, set } = createChallengeServer();
  server.listen(options.httpPort ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const httpPort = typeof address === 'object' && address !== null ? address.port : 0;
  const acme: Acme = createAcme({
    storage,
    clock,
    events,
    settings,
    identity,
    trustedCas,
    ...(options.privateCa !== undefined && { privateCa: options.privateCa }),
    ports: { http: httpPort, https: 8443 },
    httpChallenges: {
      serve: async (answers, how) => {
        for (const [token, answer] of Object.entries(answers)) {
          if (how === 'add') tokens.set(token, answer);
          else tokens.delete(token);
        }
        set({ answers: Object.fromEntries(tokens), redirect: null });
      },
      configure: async () => undefined,
    },
    publishAlpn: async () => options.publish?.(identity, await acme.alpnChallenges()),
    onError: (error) => errors.push(error),
    ...options.more,
  });
  const { version, fqdn } = await settings.get();
  if (fqdn !== (options.fqdn ?? 'gateway.example.com')) {
    await settings.update(systemActor('test'), { fqdn: options.fqdn ?? 'gateway.example.com' }, version);
  }
  await identity.ensureTemporary();
  return {
    storage,
    events,
    settings,
    trustedCas,
    identity,
    acme,
    httpPort,
    tokens,
    errors,
    async close() {
      await acme.stop();
      server.close();
      server.closeAllConnections();
      await storage.close();
    },
  };
}

/** The order once it has ended, and its attempt with it: what came of it is kept between the two. */
export async function orderEnd({ acme, storage }: AcmeGateway, id: string): Promise<AcmeOrderView> {
  for (;;) {
    const order = await acme.order(id);
    const leases = await storage.db
      .selectFrom('leases')
      .select('holder')
      .where('name', '=', `acme ${order.slot}`)
      .execute();
    if (order.state !== 'running' && leases.every(({ holder }) => holder === '')) return order;
    await sleep(5);
  }
}
