/** Our ACME server in this process without a network: a test clock, a small CA, challenges that are good unless told. */
import type { TestContext } from 'node:test';
import {
  type AcmeServer,
  type AcmeServerSettingsPatch,
  type AcmeServerTesting,
  createAcmeServer,
} from '../../src/features/acme-server/acme-server.ts';
import type { AcmeProblem } from '../../src/features/acme-server/protocol/acme-error.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createIssuingCa, type SmallIssuingCa } from './issuing-ca.ts';
import { createTestClock, openTemporaryStorage, type TestClock, testAdministrator } from './temporary-storage.ts';

export interface AcmeServerForTest {
  readonly server: AcmeServer;
  readonly storage: Storage;
  readonly clock: TestClock;
  readonly ca: SmallIssuingCa;
  /** What the next validations find wrong; nothing unless set. */
  readonly validation: { problem: AcmeProblem | undefined; count: number };
  readonly faults: unknown[];
  change(patch: AcmeServerSettingsPatch): Promise<void>;
  /** A second server over the same storage, as after a restart. */
  restart(): Promise<AcmeServer>;
}

/** On, open to everybody, every name; faults of ours fail the test at its end unless it takes them away. */
export async function acmeServerForTest(
  t: Pick<TestContext, 'after'>,
  patch: AcmeServerSettingsPatch = {},
  testing: AcmeServerTesting = {},
): Promise<AcmeServerForTest> {
  const clock = createTestClock();
  const { storage, events } = await openTemporaryStorage(t, clock);
  const ca = createIssuingCa(clock);
  const faults: unknown[] = [];
  const validation: AcmeServerForTest['validation'] = { problem: undefined, count: 0 };
  const make = async (): Promise<AcmeServer> => {
    const server = createAcmeServer(
      {
        storage,
        clock,
        events,
        ca,
        ownHosts: async () => ['ca.test', '192.0.2.1'],
        onError: (error) => faults.push(error),
      },
      {
        validate: async () => {
          validation.count++;
          return validation.problem;
        },
        pauses: [],
        ...testing,
      },
    );
    const stop = await server.start();
    t.after(stop);
    return server;
  };
  const server = await make();
  t.after(() => {
    if (faults.length > 0) throw faults[0];
  });
  const change = async (next: AcmeServerSettingsPatch): Promise<void> => {
    await server.updateSettings(testAdministrator, next, (await server.settings()).version);
  };
  await change({
    enabled: true,
    externalAccountRequired: false,
    wildcards: true,
    profiles: ['web-server', 'client'],
    names: ['*'],
    ...patch,
  });
  return { server, storage, clock, ca, validation, faults, change, restart: make };
}
