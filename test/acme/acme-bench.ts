/** A client of a Pebble with an account, and one call that orders a certificate and judges it. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ChallengeSolver } from '../../src/features/acme/challenge/challenge-solver.ts';
import { createHttp01Solver } from '../../src/features/acme/challenge/http-01.ts';
import { acceptIssued, type IssuedChain } from '../../src/features/acme/client/accept-issued.ts';
import { type AcmeClient, createAcmeClient } from '../../src/features/acme/client/acme-client.ts';
import type { ExternalBinding } from '../../src/features/acme/client/resource/account.ts';
import { parseIdentifier } from '../../src/features/acme/client/resource/identifier.ts';
import { createHttpsTransport, type HttpsTransport } from '../../src/features/acme/client/wire/https-transport.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import type { Certificate } from '../../src/pki/certificate/certificate.ts';
import { buildCsr } from '../../src/pki/csr/build.ts';
import { type OrderStep, runOrder } from '../support/acme-order.ts';
import { type Pebble, type PebbleOptions, startPebble, startTokenServer } from './pebble.ts';

export interface AcmeBench {
  readonly pebble: Pebble;
  readonly transport: HttpsTransport;
  readonly tokens: ReadonlyMap<string, string>;
  readonly http01: ChallengeSolver;
  client(key?: KeyObject, accountUrl?: string): AcmeClient;
  /** A client whose account is registered. */
  registered(key?: KeyObject, binding?: ExternalBinding): Promise<AcmeClient>;
  close(): Promise<void>;
}

export async function startAcmeBench(options: PebbleOptions = {}): Promise<AcmeBench> {
  const pebble = await startPebble(options);
  const server = await startTokenServer(pebble.httpPort);
  const transport = createHttpsTransport({ ca: [pebble.ca], allowed: ['127.0.0.1'] });
  const client = (accountKey = newKey(), accountUrl?: string): AcmeClient =>
    createAcmeClient({
      directoryUrl: pebble.directoryUrl,
      transport,
      clock: systemClock,
      accountKey,
      ...(accountUrl !== undefined && { accountUrl }),
    });
  return {
    pebble,
    transport,
    tokens: server.tokens,
    http01: createHttp01Solver(server),
    client,
    registered: async (key, binding) => {
      const made = client(key);
      await made.newAccount({ email: ['a@example.com'], termsAgreed: true, ...(binding && { binding }) });
      return made;
    },
    close: async () => {
      transport.close();
      await server.close();
      await pebble.close();
    },
  };
}

export interface Ordered {
  readonly issued: IssuedChain;
  readonly key: KeyObject;
  readonly steps: readonly OrderStep[];
  readonly preferred: boolean;
  readonly alternates: readonly string[];
}

/** Orders, proves, finalizes, downloads and judges; throws when anything is refused. */
export async function order(
  client: AcmeClient,
  names: readonly string[],
  how: {
    readonly solvers: readonly ChallengeSolver[];
    readonly roots: readonly Certificate[];
    readonly preferredChain?: string;
    readonly resume?: string;
    readonly onStep?: (step: OrderStep) => Promise<void>;
    readonly signal?: AbortSignal;
    readonly key?: KeyObject;
  },
): Promise<Ordered> {
  const { solvers, roots, preferredChain, resume, key = newKey() } = how;
  const identifiers = names.map((name) => parseIdentifier(name)!);
  const steps: OrderStep[] = [];
  const { chain } = await runOrder({
    client,
    order: { identifiers },
    solvers,
    csr: async () => csrFor(names, key),
    signal: how.signal ?? AbortSignal.timeout(240_000),
    onStep: async (step) => {
      steps.push(step);
      await how.onStep?.(step);
    },
    ...(preferredChain !== undefined && { preferredChain }),
    ...(resume !== undefined && { resume }),
  });
  const issued = acceptIssued({
    pem: chain.pem,
    publicKeyInfo: publicKeyInfoOf(key),
    identifiers,
    now: Date.now(),
    roots,
  });
  if (!issued.ok) throw new Error(issued.error.message);
  return { issued: issued.value, key, steps, preferred: chain.preferred, alternates: chain.alternates };
}

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
}

export function csrFor(names: readonly string[], key: KeyObject): Uint8Array {
  return buildCsr({
    subject: [],
    names: names.map((name) => ({ kind: parseIdentifier(name)?.type ?? 'dns', value: name })),
    extendedKeyUsage: [],
    keyUsage: [],
    digest: 'sha256',
    key,
  });
}
