/** The revocation feature over a real data folder, a trusted CA list and a hostile server, with a clock that is moved by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createRevocation, type RevocationDeps } from '../../src/features/revocation/create-revocation.ts';
import type {
  RevocationFeature,
  RevocationPurpose,
  RevocationSettingsPatch,
} from '../../src/features/revocation/revocation.ts';
import { createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import type { MadeCertificate } from './made-certificates.ts';
import { crlTime } from './made-crls.ts';
import { testAdministrator } from './temporary-storage.ts';

export interface RevocationBench {
  readonly folder: string;
  readonly storage: Storage;
  readonly revocation: RevocationFeature;
  readonly trustedCas: TrustedCaFeature;
  readonly server: HostileServer;
  /** Wall time; the other clock goes by itself and is moved along. */
  readonly time: { now: number };
  /** How often `changed` was told for revocation. */
  readonly told: { count: number };
  trust(...cas: readonly MadeCertificate[]): Promise<void>;
  set(patch: RevocationSettingsPatch): Promise<void>;
  /** Switches a purpose on for the whole chain. */
  check(purpose: RevocationPurpose): Promise<void>;
  /** Automatic updates from these paths of the server; resolves when all were asked once. */
  update(...paths: readonly string[]): Promise<void>;
  /** Asks what is due at this time, or everything, and waits. */
  ask(): Promise<void>;
  /** Stops, and opens the same folder again. */
  restart(): Promise<RevocationBench>;
}

export async function openRevocationBench(
  context: Pick<TestContext, 'after'>,
  options: Partial<RevocationDeps> = {},
  at: { readonly folder?: string; readonly server?: HostileServer; readonly time?: { now: number } } = {},
): Promise<RevocationBench> {
  const folder = at.folder ?? mkdtempSync(join(tmpdir(), 'tollgate-revocation-'));
  const server = at.server ?? (await startHostileServer());
  const time = at.time ?? { now: crlTime };
  const clock: Clock = { now: () => time.now, monotonic: () => performance.now() + (time.now - crlTime) };
  const storage = await openStorage(folder);
  const told = { count: 0 };
  const events = createEvents((error) => {
    throw error;
  });
  events.on('changed', ({ feature }) => {
    if (feature === 'revocation') told.count++;
  });
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const revocation = createRevocation({
    storage,
    clock,
    events,
    trustedCas,
    onError: (error) => {
      throw error;
    },
    testAllow: ['127.0.0.1/32'],
    chance: () => 0.5,
    ...options,
  });
  const stop = await revocation.start();
  let open = true;
  const end = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await stop();
    await storage.close();
  };
  context.after(async () => {
    await end();
    if (at.server === undefined) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const set = async (patch: RevocationSettingsPatch): Promise<void> => {
    const { version } = await revocation.settings();
    await revocation.updateSettings(testAdministrator, patch, version);
  };
  const settled = async (): Promise<void> => {
    while ((await revocation.sources()).some(({ state }) => state === 'updating'))
      await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const bench: RevocationBench = {
    folder,
    storage,
    revocation,
    trustedCas,
    server,
    time,
    told,
    async trust(...cas) {
      await trustedCas.append(testAdministrator, Buffer.from(cas.map(({ pem }) => pem).join('')), {
        fileName: 'cas.pem',
      });
    },
    set,
    check: (purpose) => set({ purposes: { [purpose]: { mode: 'chain' } } }),
    async update(...paths) {
      const points = paths.map((path) => `${server.url}${path}`);
      const asked = server.requests.length;
      await set({ allowedPorts: [server.port], automatic: { enabled: true, points } });
      // the change itself begins to ask
      while (server.requests.length < asked + (paths.length > 0 ? 1 : 0) && paths.length > 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await settled();
    },
    async ask() {
      await revocation.updateNow(testAdministrator);
      await settled();
    },
    async restart() {
      await end();
      return openRevocationBench(context, options, { folder, server, time });
    },
  };
  return bench;
}
