/**
 * The features of a gateway, tied together: who calls whom is decided here and nowhere else. Nothing runs yet when they
 * are made.
 */
import { hostname } from 'node:os';
import { createAccess } from '../features/access/access.ts';
import type { Acme } from '../features/acme/acme.ts';
import { createAcme } from '../features/acme/create-acme.ts';
import { createAcmeServer, gatewayHosts, privateCaIssuer } from '../features/acme-server/acme-server.ts';
import { createAlarms } from '../features/alarms/alarms.ts';
import { servedIdentities } from '../features/alarms/served-identities.ts';
import { createAudit } from '../features/audit/audit.ts';
import { createIdentity, type Identity } from '../features/identity/identity.ts';
import { createPrivateCa, installedZlint } from '../features/private-ca/create-private-ca.ts';
import { privateCaProvider } from '../features/private-ca/private-ca-provider.ts';
import { createPublishing } from '../features/private-ca/publish/create-publishing.ts';
import type { Publishing } from '../features/private-ca/publish/publishing.ts';
import { publicAddress } from '../features/private-ca/publish/service-state.ts';
import { createRevocation } from '../features/revocation/create-revocation.ts';
import { createSettings } from '../features/settings/settings.ts';
import { createTools, openUpload } from '../features/tools/tools.ts';
import { createTrustedCa } from '../features/trusted-ca/trusted-ca.ts';
import { createVerification } from '../features/verification/create-verification.ts';
import { createZones } from '../features/zones/create-zones.ts';
import type { Zones } from '../features/zones/zones.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { Storage } from '../storage/storage.ts';
import type { StartMessage } from '../supervisor/administration.ts';
import type { HttpPortClient } from '../supervisor/http-port-client.ts';
import { createPublisher } from './publish-snapshot.ts';
import { createStapler } from './staple-identities.ts';

export interface Parts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: Log;
  readonly options: StartMessage['options'];
  /** The port of HTTP-01 challenges, which the supervisor opens. */
  readonly httpPort: HttpPortClient;
  /** Tells the process that serves CRLs and OCSP answers to take what is published. */
  readonly servePublished: () => void;
}

/** Every feature, and beside them the publisher of snapshots and the stapler. */
export function createFeatures(parts: Parts) {
  const { storage, clock, events, log, options, httpPort } = parts;
  const audit = createAudit({ storage });
  const access = createAccess({ storage, clock });
  const settings = createSettings({ storage, clock, events, trustSets: () => trustedCa.sets.names() });
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
    revocation,
    events,
    identity: () => identity,
    trusted: trustedCa.certificates,
    publish: publisher.publish,
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
    storage,
    clock,
    events,
    settings,
    trustedCas: trustedCa,
    slots: identity,
    zlint: installedZlint(),
    ownUrl: () => publicAddress(settings, options.pkiPort),
    nextCrlNumber: ({ id }) => publishing.nextNumber(id),
  });
  const publishing: Publishing = createPublishing({
    storage,
    clock,
    privateCa: authorities,
    serve: parts.servePublished,
    onError: (error) => log.error('the private CA could not publish', { error }),
  });
  const privateCa = publishing.observed(authorities);
  const acme: Acme = createAcme({
    storage,
    clock,
    events,
    settings,
    identity,
    trustedCas: trustedCa,
    httpChallenges: httpPort,
    privateCa: privateCaProvider(privateCa),
    ports: { http: options.httpPort, https: options.httpsPort },
    publishAlpn: publisher.publish,
    onError: (error) => log.error('ACME failed', { error }),
  });
  const acmeServer = createAcmeServer(
    {
      storage,
      clock,
      events,
      ca: privateCaIssuer(privateCa, clock),
      ownHosts: () => gatewayHosts(settings),
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
  return {
    access,
    audit,
    settings,
    trustedCa,
    revocation,
    identity,
    verification,
    zones,
    tools,
    alarms,
    acme,
    acmeServer,
    privateCa,
    publishing,
    publisher,
    stapler,
  };
}

/** Addresses and ranges that demonstrations and tests let through, such as 127.0.0.0/8; never set otherwise. */
function words(text = ''): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
