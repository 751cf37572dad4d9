/** A gateway whose provider is a scripted ACME server: for tests of what a person is told when a CA answers unusually. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcmeDeps } from '../../src/features/acme/acme-deps.ts';
import type { AcmeOrderView } from '../../src/features/acme/schemas.ts';
import { type ScriptedAcme, startScriptedAcme } from '../acme/scripted-acme.ts';
import { type AcmeGateway, openAcmeGateway, orderEnd } from './acme-gateway.ts';
import { testAdministrator as actor, createTestClock, type TestClock } from './temporary-storage.ts';

export interface ScriptedGateway extends AcmeGateway {
  readonly ca: ScriptedAcme;
  /** Begins at the time of the system, by which the server makes its certificates. */
  readonly clock: TestClock;
  /** Id of the provider, which is set for the server slot. */
  readonly provider: string;
  /** Another provider at the same server. */
  addProvider(name: string): Promise<string>;
  /** Signs and answers the order once it has ended, however it ended. */
  sign(): Promise<AcmeOrderView>;
  /** Returns when the server was asked at this endpoint. */
  asked(endpoint: string): Promise<void>;
}

/** Everything goes with the test. */
export async function openScriptedGateway(
  context: Pick<TestContext, 'after'>,
  /** How CAs are called; over HTTPS unless given. */
  transport?: (ca: ScriptedAcme) => AcmeDeps['transport'],
): Promise<ScriptedGateway> {
  const ca = await startScriptedAcme();
  const clock = createTestClock(Date.now());
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-scripted-'));
  const calls = transport?.(ca);
  const more = {
    resolve: async () => ['127.0.0.1'],
    resolveCaa: async () => [],
    random: () => 0.5,
    ...(calls !== undefined && { transport: calls }),
  };
  const gateway = await openAcmeGateway({ folder: join(folder, 'data'), clock, more });
  context.after(async () => {
    await gateway.close();
    await ca.close();
    await rm(folder, { recursive: true });
  });
  const { acme } = gateway;
  const addProvider = async (name: string): Promise<string> => {
    const { id } = await acme.providers.add(actor, {
      kind: 'acme',
      name,
      directoryUrl: ca.directoryUrl,
      caPem: ca.ca + ca.root.pem,
      approvedHosts: ['127.0.0.1'],
    });
    return id;
  };
  const provider = await addProvider('Scripted');
  await acme.slots.change(actor, 'server', { version: 0, providers: [provider] });
  return {
    ...gateway,
    ca,
    clock,
    provider,
    addProvider,
    sign: async () => orderEnd(gateway, (await acme.slots.sign(actor, 'server')).id),
    asked: async (endpoint) => {
      while (!ca.asked.some((one) => one.endpoint === endpoint)) await sleep(5);
    },
  };
}
