/**
 * The administration process: wiring only. Opens the storage, ties the features together, answers the API and the page
 * on Unix sockets, and ends when the supervisor that started it goes away.
 */
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createFeatures } from './administration/create-features.ts';
import { listenToEdges } from './edge/reports/administration-side.ts';
import type { Access } from './features/access/access.ts';
import { serviceStateOf } from './features/private-ca/publish/service-state.ts';
import { type ListenerState, writeListeners } from './features/settings/settings.ts';
import { collectRoutes } from './http/collect-routes.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { systemActor } from './lib/actor.ts';
import { systemClock } from './lib/clock.ts';
import { createEvents } from './lib/events.ts';
import { createLog, type Log } from './lib/log.ts';
import { Problem } from './lib/problem.ts';
import { openStorage } from './storage/storage.ts';
import type { FromAdministration, StartMessage, ToAdministration } from './supervisor/administration.ts';
import { createHttpPortClient } from './supervisor/http-port-client.ts';
import type { PublishingPortState } from './supervisor/publishing-port.ts';

/** Exit code after an error nobody expected: the supervisor starts the process again. */
const fault = 70;

process.umask(0o077);
process.once('disconnect', () => process.exit(0));
/** What the supervisor said about the ports; it may say it before there are settings to take it. */
let listenersTold: readonly ListenerState[] = [];
let noteListeners: ((listeners: readonly ListenerState[]) => void) | undefined;
const httpPort = createHttpPortClient(tell);
let notePublishing: ((state: PublishingPortState) => void) | undefined;
process.on('message', (message: ToAdministration) => {
  if (message.type === 'start') void administer(message);
  if (message.type === 'http-port') httpPort.take(message);
  if (message.type === 'publishing') notePublishing?.(message);
  if (message.type !== 'listeners') return;
  listenersTold = message.listeners;
  noteListeners?.(listenersTold);
});

async function administer({ folder, options }: StartMessage): Promise<void> {
  const log = createLog(options.logLevel, 'administration');
  endOnFault(log);
  try {
    await run(folder, options, log);
  } catch (error) {
    const words =
      error instanceof Problem ? [error.details.title, error.details.detail, error.details.hint] : [String(error)];
    log.error('the administration process cannot start', { error });
    tell({ type: 'print', text: words.filter(Boolean).join('\n') });
    process.exit(1);
  }
}

async function run(folder: string, options: StartMessage['options'], log: Log): Promise<void> {
  const storage = await openStorage(folder, { onSyncFailed: () => endAfterSyncFailure(log) });
  const events = createEvents((error) => log.error('a listener failed', { error }));
  const features = createFeatures({
    ...{ storage, clock: systemClock, events, log, options, httpPort },
    servePublished: () => tell({ type: 'publish' }),
  });
  const { settings, identity, zones, publishing, publisher } = features;
  noteListeners = settings.noteListeners;
  noteListeners(listenersTold);
  notePublishing = (state) => publishing.takeServiceState(serviceStateOf(state));

  await identity.ensureTemporary();
  await features.revocation.start();
  await publishing.start();
  await features.acmeServer.start();
  await features.acme.start();
  const keepListeners = async (): Promise<void> => {
    try {
      if (await writeListeners(folder, await settings.get())) tell({ type: 'listeners' });
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
  events.on('statusChanged', ({ fingerprints }) => edges.tell({ changed: fingerprints }));
  const app = await createHttpApp({
    routes: collectRoutes(features),
    access: features.access,
    audit: features.audit,
    webFolder: join(import.meta.dirname, '..', 'web', 'dist'),
    log,
    slotOf: publisher.slotOf,
    acme: features.acmeServer,
  });
  await app.listen({ admin: join(folder, 'run', 'admin.sock'), cli: join(folder, 'run', 'cli.sock') });
  await printSetupLink(features.access, options);
  tell({ type: 'ready' });
  features.alarms.start();
  // a process that is killed writes no cache at its end
  setTimeout(flushCompileCache, 5_000).unref();
}

/** While there is no user, each start prints a new link; it is shown on the terminal only, never logged. */
async function printSetupLink(access: Access, { address, httpsPort }: StartMessage['options']): Promise<void> {
  const link = await access.setup.renewLink(systemActor('start'));
  if (link === undefined) return;
  const everywhere = address === '::' || address === '0.0.0.0';
  const host = everywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address;
  const text = `Make the first account within 15 minutes:\n  https://${host}:${httpsPort}${link.path.reveal()}`;
  tell({ type: 'print', text });
}

function tell(message: FromAdministration): void {
  process.send?.(message);
}

/** What the disk holds is unknown. The refusal goes out, then a new process reads back what there is and writes it anew. */
function endAfterSyncFailure(log: Log): void {
  log.error('the disk did not confirm a write; the administration process starts again');
  setTimeout(() => process.exit(fault), 500);
}

/** An unexpected error may have left anything half done in memory; what is stored is whole. */
function endOnFault(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('an unexpected error ends the administration process', { error });
      process.exit(fault);
    });
  }
}
