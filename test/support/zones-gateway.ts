/** Zones, peers and trust sets behind the real API, with a session of an administrator and a session of an auditor. */
import type { TestContext } from 'node:test';
import type { Access } from '../../src/features/access/access.ts';
import { createIdentity, type Identity } from '../../src/features/identity/identity.ts';
import { createSettings } from '../../src/features/settings/settings.ts';
import { openUpload } from '../../src/features/tools/tools.ts';
import { trustedCaRoutes } from '../../src/features/trusted-ca/routes.ts';
import { createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import { createVerification } from '../../src/features/verification/create-verification.ts';
import { decide, trustOf } from '../../src/features/verification/verification.ts';
import { createZones } from '../../src/features/zones/create-zones.ts';
import { zonesRoutes } from '../../src/features/zones/routes.ts';
import type { EdgeZone, Zones } from '../../src/features/zones/zones.ts';
import { inboundQuestion } from '../../src/features/zones/zones.ts';
import { createEvents } from '../../src/lib/events.ts';
import type { MadeCertificate } from './made-certificates.ts';
import { type Answer, type SmallGateway, startSmallGateway } from './small-gateway.ts';

export interface ZonesGateway {
  readonly gateway: SmallGateway;
  readonly zones: Zones;
  readonly identity: Identity;
  readonly trustedCa: TrustedCaFeature;
  /** Features that told of a change, in order. */
  readonly changes: string[];
  /** A call as administrator, below /api/v1. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  asAuditor(method: string, path: string, body?: unknown): Promise<Answer>;
  /** What an edge says when this peer has called a zone. */
  reportPeer(zone: EdgeZone, leaf: MadeCertificate, anchor: MadeCertificate, options?: { at?: number }): Promise<void>;
}

export async function startZonesGateway(context: Pick<TestContext, 'after'>): Promise<ZonesGateway> {
  const made: { access?: Access; zones?: Zones; identity?: Identity; trustedCa?: TrustedCaFeature } = {};
  const changes: string[] = [];
  const fail = (error: unknown): never => {
    throw error;
  };
  const gateway = await startSmallGateway({
    features: ({ storage, clock }) => {
      const events = createEvents(fail);
      events.on('changed', ({ feature }) => changes.push(feature));
      const settings = createSettings({ storage, clock, events });
      const trustedCa = createTrustedCa({
        storage,
        clock,
        events,
        publicRoots: [],
        setUsers: (name) => zones.zonesUsing(name),
      });
      const identity = createIdentity({
        storage,
        clock,
        events,
        settings,
        trustedCas: trustedCa,
        openUpload,
        publish: async () => undefined,
        zonesAffected: (slot, leaf) => zones.zonesAffected(slot, leaf),
        hostName: 'gateway',
      });
      const verification = createVerification({ clock, trusted: trustedCa.certificates });
      const zones: Zones = createZones({
        storage,
        clock,
        events,
        settings,
        trustedCas: trustedCa,
        identity,
        verification,
        logIn: async (from, name, replaced) => made.access?.sessions.logInByCertificate(from, name, replaced),
        userNames: async () => ['ada'],
        onError: fail,
      });
      Object.assign(made, { zones, identity, trustedCa });
      return [...zonesRoutes(zones), ...trustedCaRoutes(trustedCa)];
    },
  });
  made.access = gateway.access;
  context.after(() => gateway.close());
  const { zones, identity, trustedCa } = made;
  if (zones === undefined || identity === undefined || trustedCa === undefined) throw new Error('nothing was made');
  await identity.ensureTemporary();
  changes.length = 0;
  const session = await gateway.logIn();
  const auditor = await gateway.logIn('bob', 'auditor');
  const caller =
    (as: string): ZonesGateway['api'] =>
    (method, path, body) =>
      gateway.call(method, `/api/v1${path}`, { session: as, body });
  return {
    gateway,
    zones,
    identity,
    trustedCa,
    changes,
    api: caller(session),
    asAuditor: caller(auditor),
    async reportPeer(zone, leaf, anchor, { at = gateway.time.now } = {}) {
      const decision = decide(
        {
          ...inboundQuestion(zone, leaf.certificate, at),
          chain: [leaf.der],
          trust: trustOf([anchor.certificate]),
          time: at,
        },
        { monotonic: () => 0 },
      );
      const chain = [Buffer.from(leaf.der).toString('base64')];
      zones.takeReport({ type: 'peer', at, listener: 'sip-tls', zone: zone.id, address: '192.0.2.5', chain, decision });
      await zones.flush();
    },
  };
}
