/** Gathers what the edges live on from the features, seals it on disk, and has every edge acknowledge it. */
import { publishSnapshot } from '../edge/control/publish.ts';
import {
  defaultEdgeSettings,
  type EdgeSettings,
  type EdgeSnapshot,
  type EdgeStaple,
  readSnapshot,
  writeSnapshot,
} from '../edge/snapshot.ts';
import { type EdgePeers, noPeers } from '../edge/snapshot-peers.ts';
import type { Identity } from '../features/identity/identity.ts';
import type { Settings, SettingsFeature } from '../features/settings/settings.ts';
import type { TrustedCaFeature } from '../features/trusted-ca/trusted-ca.ts';
import { toBase64 } from '../lib/bytes.ts';
import type { Clock } from '../lib/clock.ts';
import type { Storage } from '../storage/storage.ts';

export interface PublisherDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly identity: () => Identity;
  readonly settings: SettingsFeature;
  readonly trustedCas: TrustedCaFeature;
  /** Zones, relays and revocation for the edges; without it no peer is asked to prove anything. */
  readonly peers?: () => Promise<EdgePeers>;
  /** What is shown to CAs that look by TLS-ALPN-01. */
  /** An OCSP answer for the certificate with that fingerprint, when there is one. */
  readonly stapleOf?: (fingerprint: string) => EdgeStaple | undefined;
  readonly acmeTls?: () => Promise<NonNullable<EdgeSnapshot['acmeTls']>>;
}

export interface Publisher {
  /** Resolves when every edge serves what is stored now; rejects with the reason when one does not. */
  publish(): Promise<void>;
  /** The same at start, where nothing is to be done when the snapshot on disk says it all already. */
  publishIfChanged(): Promise<void>;
  /** The slot whose identity a lower-case host name selects, as the edges were told last. */
  slotOf(name: string): string;
}

/** One publication at a time; those that wait for the same one share the next. */
export function createPublisher(deps: PublisherDeps): Publisher {
  let slots: ReadonlyMap<string, string> = new Map();
  let lastSerial: number | undefined;
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  async function publishNow(onlyIfChanged = false): Promise<void> {
    waiting = undefined;
    const { storage, clock } = deps;
    const content = await gather(deps);
    slots = new Map(content.identities.flatMap(({ slot, names }) => names.map((name) => [name, slot])));
    if (lastSerial === undefined) {
      const onDisk = await snapshotOnDisk(storage);
      lastSerial = onDisk?.serial ?? 0;
      if (onlyIfChanged && onDisk !== undefined && sameContent(onDisk, content)) return;
    }
    const serial = Math.max(clock.now(), lastSerial + 1);
    await writeSnapshot(storage.folder, storage.vault, { format: 2, serial, ...content });
    lastSerial = serial;
    await publishSnapshot(storage.folder, serial);
  }

  return {
    publish() {
      if (waiting !== undefined) return waiting;
      const next = running.then(
        () => publishNow(),
        () => publishNow(),
      );
      waiting = next;
      running = next.catch(() => undefined);
      return next;
    },
    publishIfChanged: () => {
      const next = publishNow(true);
      running = next.catch(() => undefined);
      return next;
    },
    slotOf: (name) => slots.get(name) ?? '',
  };
}

type Content = Omit<EdgeSnapshot, 'format' | 'serial'>;

async function gather({
  identity,
  trustedCas,
  settings,
  peers = async () => noPeers,
  acmeTls = async () => [],
  stapleOf = () => undefined,
}: PublisherDeps): Promise<Content> {
  const challenges = await acmeTls();
  return {
    ...(await peers()),
    ...(challenges.length > 0 && { acmeTls: challenges }),
    identities: (await identitiesOf(identity())).map((one) => {
      const staple = stapleOf(one.fingerprint);
      return staple === undefined ? one : { ...one, staple };
    }),
    trust: (await trustedCas.certificates()).map((certificate) => toBase64(certificate.der)),
    settings: edgeSettings(await settings.get()),
  };
}

/** What is served, and under `client` what is shown in calls: until a client certificate is loaded, the server's. */
async function identitiesOf(identity: Pick<Identity, 'forEdge' | 'forClient'>): Promise<Content['identities']> {
  const client = await identity.forClient();
  const served = await identity.forEdge();
  return client === undefined ? served : [...served, { ...client, slot: 'client', names: [] }];
}

/** Undefined when there is none, or none that can be read: edges then wait for the first. */
async function snapshotOnDisk({ folder, vault }: Storage): Promise<EdgeSnapshot | undefined> {
  try {
    return await readSnapshot(folder, vault);
  } catch {
    return undefined;
  }
}

function sameContent(a: Content, b: Content): boolean {
  const text = (content: Content) => JSON.stringify(Object.entries({ ...content, format: 0, serial: 0 }).sort());
  return text(a) === text(b);
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
