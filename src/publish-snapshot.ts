/** Gathers what the edges live on from the features, seals it on disk, and has every edge acknowledge it. */
import { publishSnapshot } from './edge/control/publish.ts';
import { defaultEdgeSettings, type EdgeSettings, readSnapshot, writeSnapshot } from './edge/snapshot.ts';
import type { Identity } from './features/identity/identity.ts';
import type { Settings, SettingsFeature } from './features/settings/settings.ts';
import type { TrustedCaFeature } from './features/trusted-ca/trusted-ca.ts';
import { toBase64 } from './lib/bytes.ts';
import type { Clock } from './lib/clock.ts';
import type { Storage } from './storage/storage.ts';

export interface PublisherDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly identity: () => Identity;
  readonly settings: SettingsFeature;
  readonly trustedCas: TrustedCaFeature;
}

export interface Publisher {
  /** Resolves when every edge serves what is stored now; rejects with the reason when one does not. */
  publish(): Promise<void>;
  /** The slot whose identity a lower-case host name selects, as the edges were told last. */
  slotOf(name: string): string;
}

/** One publication at a time; those that wait for the same one share the next. */
export function createPublisher(deps: PublisherDeps): Publisher {
  let slots: ReadonlyMap<string, string> = new Map();
  let lastSerial: number | undefined;
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  async function publishNow(): Promise<void> {
    waiting = undefined;
    const { storage, clock } = deps;
    lastSerial ??= await serialOnDisk(storage);
    const identities = await deps.identity().forEdge();
    const serial = Math.max(clock.now(), lastSerial + 1);
    await writeSnapshot(storage.folder, storage.vault, {
      format: 1,
      serial,
      identities,
      trust: (await deps.trustedCas.certificates()).map((certificate) => toBase64(certificate.der)),
      settings: edgeSettings(await deps.settings.get()),
    });
    lastSerial = serial;
    slots = new Map(identities.flatMap(({ slot, names }) => names.map((name) => [name, slot])));
    await publishSnapshot(storage.folder, serial);
  }

  return {
    publish() {
      if (waiting !== undefined) return waiting;
      const next = running.then(publishNow, publishNow);
      waiting = next;
      running = next.catch(() => undefined);
      return next;
    },
    slotOf: (name) => slots.get(name) ?? '',
  };
}

/** 0 when there is none, or none that can be read: edges then wait for the first. */
async function serialOnDisk({ folder, vault }: Storage): Promise<number> {
  try {
    return (await readSnapshot(folder, vault)).serial;
  } catch {
    return 0;
  }
}

function edgeSettings({ fqdn, dnsNames, clusterName, limits }: Settings): EdgeSettings {
  const exempt = limits.exemptAddresses;
  return {
    ...defaultEdgeSettings,
    hostNames: [fqdn, clusterName, ...dnsNames].filter((name) => name !== ''),
    handshakeMs: limits.handshakeMs,
    https: { ...defaultEdgeSettings.https, ...limits.https, exempt },
    sip: { ...defaultEdgeSettings.sip, ...limits.sip, exempt },
  };
}
