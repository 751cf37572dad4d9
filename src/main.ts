/**
 * The administration process: wiring only. Opens the storage, ties the features together, answers the API and the page
 * on Unix sockets, and ends when the supervisor that started it goes away.
 */
import { flushCompileCache } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { listenToEdges } from './edge/reports/administration-side.ts';
import { type Access, createAccess } from './features/access/access.ts';
import type { Acme } from './features/acme/acme.ts';
import { createAcme } from './features/acme/create-acme.ts';
import { createAcmeServer, gatewayHosts, privateCaIssuer } from './features/acme-server/acme-server.ts';
import { createAlarms } from './features/alarms/alarms.ts';
import { servedIdentities } from './features/alarms/served-identities.ts';
import { createAudit } from './features/audit/audit.ts';
import { createIdentity, type Identity } from './features/identity/identity.ts';
import { createPrivateCa, installedZlint } from './features/private-ca/create-private-ca.ts';
import { privateCaProvider } from './features/private-ca/private-ca-provider.ts';
import { createPublishing } from './features/private-ca/publish/create-publishing.ts';
import type { Publishing } from './features/private-ca/publish/publishing.ts';
import { publicAddress, serviceStateOf } from './features/private-ca/publish/service-state.ts';
import { createRevocation } from './features/revocation/revocation.ts';
import { createSettings, type ListenerState, writeListeners } from './features/settings/settings.ts';
import { createTools, openUpload } from './features/tools/tools.ts';
import { createTrustedCa } from './features/trusted-ca/trusted-ca.ts';
import { createVerification } from './features/verification/verification.ts';
import { createZones } from './features/zones/create-zones.ts';
import type { Zones } from './features/zones/zones.ts';
import { collectRoutes } from './http/collect-routes.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { systemActor } from './lib/actor.ts';
import { systemClock } from './lib/clock.ts';
import { createEvents } from './lib/events.ts';
import { createLog, type Log } from './lib/log.ts';
import { Problem } from './lib/problem.ts';
import { createPublisher } from './publish-snapshot.ts';
import { createStapler } from './staple-identities.ts';
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
  const clock = systemClock;
  const storage = await openStorage(folder, { onSyncFailed: () => endAfterSyncFailure(log) });
  const events = createEvents((error) => log.error('a listener failed', { error }));
  const audit = createAudit({ storage });
  const access = createAccess({ storage, clock });
  const settings = createSettings({ storage, clock, events, trustSets: () => trustedCa.sets.names() });
  noteListeners = settings.noteListeners;
  noteListeners(listenersTold);
  const trustedCa = createTrustedCa({
    storage,
    clock,
    events,
    users: () => identity.chains(),
    setUsers: async (name) => [...(await zones.zonesUsing(name)), ...(await settings.relaysUsing(name))],
  });
  const revocation = createRevocation({
    storage,
    clock,
    events,
    trustedCas: trustedCa,
    onError: (error) => log.error('revocation data could not be updated', { error }),
    testAllow: words(process.env['TOLLGATE_TEST_ALLOW']),
  });
  const publisher = createPublisher({
    storage,
    clock,
    settings,
    trustedCas: trustedCa,
    identity: () => identity,
    acmeTls: () => acme.alpnChallenges(),
    stapleOf: (fingerprint) => stapler.of(fingerprint),
    peers: async () => {
      const { purposes } = await revocation.settings();
      const rules = { sip: purposes['sip-tls'], https: purposes['https-client'], relays: purposes };
      const { sip, relays } = await settings.get();
      return {
        ...(await zones.forEdge()),
        ...(sip.upstream !== null && { upstream: sip.upstream }),
        relays,
        revocation: { ...rules, crls: await revocation.forEdge() },
      };
    },
  });
  const identity: Identity = createIdentity({
    storage,
    clock,
    events,
    settings,
    trustedCas: trustedCa,
    openUpload,
    publish: publisher.publish,
    zonesAffected: (slot, leaf) => zones.zonesAffected(slot, leaf),
    purposesWithoutCrl: revocation.purposesWithoutCrl,
    hostName: hostname(),
  });
  const stapler = createStapler({
    ...{ revocation, events, identity: () => identity, trusted: trustedCa.certificates, publish: publisher.publish },
    onError: (error) => log.error('an OCSP answer to staple could not be had', { error }),
  });
  const verification = createVerification({
    clock,
    trusted: trustedCa.certificates,
    addresses: revocation.operatorRules,
  });
  const zones: Zones = createZones({
    storage,
    clock,
    events,
    settings,
    trustedCas: trustedCa,
    identity,
    verification,
    logIn: access.sessions.logInByCertificate,
    userNames: async () => (await access.users.list()).filter(({ disabled }) => !disabled).map(({ name }) => name),
    evidence: (purpose, path, fetchWithin) =>
      revocation.evidenceFor(purpose, path, fetchWithin === undefined ? {} : { fetchWithin }),
    clientRevocation: {
      mode: async () => (await revocation.settings()).purposes['https-client'].mode,
      change: async (actor, mode) => {
        const { version } = await revocation.settings();
        await revocation.updateSettings(actor, { purposes: { 'https-client': { mode } } }, version);
      },
    },
    onError: (error) => log.error('what the edges reported could not be kept', { error }),
  });
  const authorities = createPrivateCa({
    ...{ storage, clock, events, settings, trustedCas: trustedCa, slots: identity },
    zlint: installedZlint(),
    ownUrl: () => publicAddress(settings, options.pkiPort),
    nextCrlNumber: ({ id }) => publishing.nextNumber(id),
  });
  const publishing: Publishing = createPublishing({
    ...{ storage, clock, privateCa: authorities, serve: () => tell({ type: 'publish' }) },
    onError: (error) => log.error('the private CA could not publish', { error }),
  });
  const privateCa = publishing.observed(authorities);
  notePublishing = (state) => publishing.takeServiceState(serviceStateOf(state));
  const acme: Acme = createAcme({
    ...{ storage, clock, events, settings, identity, trustedCas: trustedCa, httpChallenges: httpPort },
    privateCa: privateCaProvider(privateCa),
    ports: { http: options.httpPort, https: options.httpsPort },
    publishAlpn: publisher.publish,
    onError: (error) => log.error('ACME failed', { error }),
  });
  const acmeServer = createAcmeServer(
    {
      ...{ storage, clock, events, ca: privateCaIssuer(privateCa, clock), ownHosts: () => gatewayHosts(settings) },
      onError: (error) => log.error('the ACME server failed', { error }),
    },
    { allow: words(process.env['TOLLGATE_TEST_ALLOW']) },
  );
  const alarms = createAlarms({
    storage,
    clock,
    events,
    sources: [
      () => identity.conditions(clock.now()),
      trustedCa.conditions,
      revocation.conditions,
      zones.conditions,
      privateCa.conditions,
      publishing.conditions,
      acmeServer.conditions,
      () => acme.conditions(clock.now()),
      settings.conditions,
    ],
    overview: { settings: settings.get, identities: () => servedIdentities(identity), trustedCas: trustedCa.list },
    onError: (error) => log.error('alarms could not be worked out', { error }),
  });
  const tools = createTools({ clock, trusted: trustedCa.certificates });

  await identity.ensureTemporary();
  await revocation.start();
  await publishing.start();
  await acmeServer.start();
  await acme.start();
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

  stapler.start();
  const edges = await listenToEdges(folder, { report: zones.takeReport, evidence: zones.evidenceFor }, log);
  events.on('statusChanged', ({ fingerprints }) => edges.tell({ changed: fingerprints }));
  const app = await createHttpApp({
    routes: collectRoutes({
      ...{ access, audit, settings, trustedCa, revocation, identity, alarms, verification, zones, tools },
      ...{ acme, acmeServer, privateCa, publishing },
    }),
    access,
    audit,
    webFolder: join(import.meta.dirname, '..', 'web', 'dist'),
    log,
    slotOf: publisher.slotOf,
    acme: acmeServer,
  });
  await app.listen({ admin: join(folder, 'run', 'admin.sock'), cli: join(folder, 'run', 'cli.sock') });
  await printSetupLink(access, options);
  tell({ type: 'ready' });
  alarms.start();
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

/** Addresses and ranges that demonstrations and tests let through, such as 127.0.0.0/8; never set otherwise. */
function words(text = ''): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
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
