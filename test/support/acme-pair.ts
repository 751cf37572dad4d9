/** A gateway and an ACME server that knows it, in one process by one clock, with a provider set up: for tests of the client's side. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AcmeOrderView, AcmeProviderRequest } from '../../src/features/acme/schemas.ts';
import type { Slot } from '../../src/features/identity/identity.ts';
import { type AcmeCa, type AcmeCaOptions, startAcmeCa } from './acme-ca.ts';
import { type AcmeGateway, type AcmeGatewayOptions, openAcmeGateway, orderEnd } from './acme-gateway.ts';
import { testAdministrator as actor, createTestClock, type TestClock } from './temporary-storage.ts';

export interface AcmePair extends AcmeGateway {
  readonly ca: AcmeCa;
  readonly clock: TestClock;
  /** Id of the provider, which is set for the server slot. */
  readonly provider: string;
  /** Adds another server as provider and trusts its root. */
  addProvider(ca: AcmeCa, more?: Partial<AcmeProviderRequest>): Promise<string>;
  /** Signs and answers the order once it has ended, however it ended. */
  sign(slot?: Slot): Promise<AcmeOrderView>;
  /** The order once it has ended. */
  ended(id: string): Promise<AcmeOrderView>;
}

/** Everything goes with the test. */
export async function openAcmePair(
  context: Pick<TestContext, 'after'>,
  options: { readonly ca?: AcmeCaOptions; readonly gateway?: Partial<AcmeGatewayOptions> } = {},
): Promise<AcmePair> {
  const clock = createTestClock(Date.UTC(2026, 10, 2));
  const ca = await startAcmeCa({ clock, validation: 'always', ...options.ca });
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-acme-'));
  const more = { wait: async () => undefined, random: () => 0.5, ...options.gateway?.more };
  const gateway = await openAcmeGateway({ folder: join(folder, 'data'), clock, ...options.gateway, more });
  const { acme, storage, trustedCas } = gateway;
  context.after(async () => {
    await gateway.close();
    await ca.close();
    await rm(folder, { recursive: true });
  });
  const addProvider = async (other: AcmeCa, fields: Partial<AcmeProviderRequest> = {}): Promise<string> => {
    const { id } = await acme.providers.add(actor, {
      kind: 'acme',
      name: `CA ${(await acme.providers.list()).length}`,
      directoryUrl: other.directoryUrl,
      caPem: other.httpsRoot,
      approvedHosts: ['localhost', '127.0.0.1'],
      ...fields,
    });
    await storage.transaction((trx) => trustedCas.addWithin(trx, actor, [other.issuer.root.certificate]));
    return id;
  };
  const ended = (id: string) => orderEnd(gateway, id);
  const provider = await addProvider(ca);
  await acme.slots.change(actor, 'server', { version: 0, providers: [provider] });
  return {
    ...gateway,
    ca,
    clock,
    provider,
    addProvider,
    ended,
    sign: async (slot = 'server') => ended((await acme.slots.sign(actor, slot)).id),
  };
}
