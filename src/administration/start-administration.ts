/** Opens the storage, starts the features in the order in which they need each other, and opens the API behind the door. */
import { flushCompileCache } from 'node:module';
import { listenToEdges } from '../edge/reports/administration-side.ts';
import type { Access } from '../features/access/access.ts';
import { serviceStateOf } from '../features/private-ca/publish/service-state.ts';
import { writeListeners } from '../features/settings/settings.ts';
import { collectRoutes } from '../http/collect-routes.ts';
import { createHttpApp } from '../http/create-http-app.ts';
import type { HttpDoor } from '../http/http-door.ts';
import { systemActor } from '../lib/actor.ts';
import { systemClock } from '../lib/clock.ts';
import { createEvents } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { openStorage } from '../storage/storage.ts';
import type { StartMessage } from '../supervisor/administration.ts';
import { createFeatures } from './create-features.ts';
import { endAfterSyncFailure } from './end-on-fault.ts';
import type { SupervisorLink } from './supervisor-link.ts';

/** Resolves when the API answers. Throws Problem `storage.…` when the data folder cannot be used. */
export async function startAdministration(
  { folder, options }: StartMessage,
  door: HttpDoor,
  link: SupervisorLink,
  log: Log,
): Promise<void> {
  const storage = await openStorage(folder, { onSyncFailed: () => endAfterSyncFailure(log) });
  const events = createEvents((error) => log.error('a listener failed', { error }));
  const features = createFeatures({
    storage,
    clock: systemClock,
    events,
    log,
    options,
    httpPort: link.httpPort,
    servePublished: () => link.tell({ type: 'publish' }),
  });
  const { settings, identity, zones, publishing, publisher } = features;
  link.onListeners(settings.noteListeners);
  link.onPublishing((state) => publishing.takeServiceState(serviceStateOf(state)));

  await identity.ensureTemporary();
  await features.revocation.start();
  await publishing.start();
  await features.acmeServer.start();
  await features.acme.start();
  const keepListeners = async (): Promise<void> => {
    try {
      if (await writeListeners(folder, await settings.get())) link.tell({ type: 'listeners' });
    } catch (error) {
      log.error('the ports of the listeners could not be noted', { error });
    }
  };
  await keepListeners();
  events.on('changed', ({ feature }) => {
    // identities publish by themselves, because their answer says whether every edge took the change
    if (feature === 'identity' || feature === 'listeners' || feature === 'acme') return;
    if (feature === 'settings') void keepListeners();
    publisher.publish().catch((error: unknown) => log.error('not every edge took the change', { feature, error }));
  });
  await publisher.publishIfChanged().catch((error: unknown) => log.error('not every edge took the state', { error }));

  features.stapler.start();
  const edges = await listenToEdges(folder, { report: zones.takeReport, evidence: zones.evidenceFor }, log);
  const startedAt = systemClock.now();
  const forgetUnheard = () =>
    zones.forgetUnheard(startedAt).catch((error: unknown) => log.error('old states stay', { error }));
  setTimeout(() => void forgetUnheard(), unheardMs).unref();
  events.on('statusChanged', ({ fingerprints }) => edges.tell({ changed: fingerprints }));
  const { access, audit, acmeServer: acme } = features;
  await createHttpApp({ door, routes: collectRoutes(features), access, audit, log, slotOf: publisher.slotOf, acme });
  const setupLink = await linkForFirstAccount(access, options);
  if (setupLink !== undefined) link.tell({ type: 'print', text: setupLink });
  link.tell({ type: 'ready' });
  features.alarms.start();
  // a process that is killed writes no cache at its end
  setTimeout(flushCompileCache, 5_000).unref();
}

/** Edges speak of every peer they hold once a minute. */
const unheardMs = 150_000;

/** While there is no user, each start makes a new link; it is shown on the terminal only, never logged. */
async function linkForFirstAccount(
  access: Access,
  { address, httpsPort }: StartMessage['options'],
): Promise<string | undefined> {
  const link = await access.setup.renewLink(systemActor('start'));
  if (link === undefined) return undefined;
  const everywhere = address === '::' || address === '0.0.0.0';
  const host = everywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address;
  return `Make the first account within 15 minutes:\n  https://${host}:${httpsPort}${link.path.reveal()}`;
}
