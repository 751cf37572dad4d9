/** A client of a scripted ACME server, and one order of `www.example.com` with whatever comes of it. */
import type { KeyObject } from 'node:crypto';
import { createHttp01Solver } from '../../src/features/acme/challenge/http-01.ts';
import { type AcmeClient, createAcmeClient } from '../../src/features/acme/client/acme-client.ts';
import { AcmeProblem } from '../../src/features/acme/client/acme-problem.ts';
import {
  createHttpsTransport,
  type HttpsTransportOptions,
} from '../../src/features/acme/client/wire/https-transport.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { runOrder } from '../support/acme-order.ts';
import { csrFor, newKey } from './acme-bench.ts';
import type { ScriptedAcme } from './scripted-acme.ts';

export interface ScriptedClient {
  readonly client: AcmeClient;
  readonly tokens: Map<string, string>;
  close(): void;
}

export function clientOf(
  acme: ScriptedAcme,
  more: HttpsTransportOptions & { readonly approvedHosts?: readonly string[]; readonly accountKey?: KeyObject } = {},
): ScriptedClient {
  const { approvedHosts, accountKey = newKey(), ...options } = more;
  const transport = createHttpsTransport({ ca: [acme.ca], allowed: ['127.0.0.1'], ...options });
  const client = createAcmeClient({
    directoryUrl: acme.directoryUrl,
    transport,
    clock: systemClock,
    accountKey,
    ...(approvedHosts !== undefined && { approvedHosts }),
  });
  return { client, tokens: new Map(), close: () => transport.close() };
}

/** The chain as the server sent it, when it decides within so many milliseconds. Throws what the order throws. */
export async function orderWww(
  { client, tokens }: ScriptedClient,
  key = newKey(),
  within = 20_000,
): Promise<Uint8Array> {
  if (client.accountUrl === undefined) await client.newAccount({ email: [], termsAgreed: true });
  const solver = createHttp01Solver({
    serve: async (token, keyAuthorization) => void tokens.set(token, keyAuthorization),
    withdraw: async (token) => void tokens.delete(token),
  });
  const { chain } = await runOrder({
    client,
    order: { identifiers: [{ type: 'dns', value: 'www.example.com' }] },
    solvers: [solver],
    csr: async () => csrFor(['www.example.com'], key),
    within,
    signal: AbortSignal.timeout(60_000),
    onStep: async () => undefined,
  });
  return chain.pem;
}

/** The problem that the promise rejects with; anything else is thrown. */
export async function problemOf(promise: Promise<unknown>): Promise<AcmeProblem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AcmeProblem) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
