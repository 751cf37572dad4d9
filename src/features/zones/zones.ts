/**
 * Zones: where peers are met, what they must prove and what is shown to them; the register of those peers, and when
 * something about them will break. The front door. Its pure parts (whose connection it is, what is asked of the peer,
 * access rules) are what the edges enforce, so it loads no more than those need: `createZones` stands beside it.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { NewSession, Origin } from '../access/access.ts';
import type { AccessRules } from './access-rules/access-rules.ts';
import type { AuthenticationSettings } from './checks/authentication-settings.ts';
import type { CertificateTest, CertificateTestAnswer } from './checks/client-certificate-test.ts';
import type { TraversalAnswer } from './checks/traversal-test.ts';
import type { AskedEvidence } from './peers/answer-evidence.ts';
import type { Peers } from './peers/peers.ts';
import type { Report } from './peers/report.ts';
import type { CalendarEvent } from './peers/schemas.ts';
import type { ClosedConnection, VersionedAccessRules, ZonePatch, ZoneRequest, ZoneView } from './schemas.ts';
import type { EdgeZone } from './zone.ts';

export {
  type AccessRule,
  type AccessRules,
  type AccessVerdict,
  type CompiledAccessRules,
  compileAccessRules,
  type PatternType,
} from './access-rules/access-rules.ts';
export type { AuthenticationSettings } from './checks/authentication-settings.ts';
export type { CertificateTest, CertificateTestAnswer } from './checks/client-certificate-test.ts';
export type { TraversalAnswer } from './checks/traversal-test.ts';
export { findZone, holdsNameOf, type InboundConnection, type Membership, type MembershipTools } from './membership.ts';
export type { PeerQuery, Peers } from './peers/peers.ts';
export type { ClosedReport, PeerReport, Report, ZoneReport } from './peers/report.ts';
export type { CalendarEvent, Forecast, PeerRow, PeerView } from './peers/schemas.ts';
export type { ClosedConnection, VersionedAccessRules, ZonePatch, ZoneRequest, ZoneView } from './schemas.ts';
export { dials, type EdgeZone, type EkuRule, namesOf, type Zone, type ZoneIdentity, type ZoneKind } from './zone.ts';
export { endOfRule, inboundQuestion, outboundQuestion, type ZoneQuestion } from './zone-question.ts';

/** What the edges enforce. */
export interface EdgeZones {
  readonly zones: readonly EdgeZone[];
  readonly accessRules: AccessRules;
  /** Base64 of the DER, by the name of the set. */
  readonly trustSets: Readonly<Record<string, readonly string[]>>;
  readonly httpsClientCertificates: AuthenticationSettings['mode'];
}

export interface Zones {
  /** In order, the default zone last. */
  list(): Promise<readonly ZoneView[]>;
  /** Throws `zones.unknown` (404). */
  get(id: string): Promise<ZoneView>;
  /** Throws `zones.invalid` (422) with every field that is wrong. */
  create(actor: Actor, request: ZoneRequest): Promise<ZoneView>;
  /** Changes what `patch` names. Throws `zones.unknown` (404), `zones.stale` (409), `zones.invalid` (422). */
  update(actor: Actor, id: string, patch: ZonePatch): Promise<ZoneView>;
  /** Throws `zones.default-stays` (409). */
  remove(actor: Actor, id: string): Promise<void>;
  /** `ids`: every zone but the default one. */
  order(actor: Actor, ids: readonly string[]): Promise<readonly ZoneView[]>;
  accessRules(): Promise<VersionedAccessRules>;
  /** Replaces all. Throws `zones.stale` (409), `zones.invalid` (422). */
  changeAccessRules(actor: Actor, rules: VersionedAccessRules): Promise<VersionedAccessRules>;
  /** Connections that were closed because their peer would now be refused; newest first. */
  closed(): Promise<readonly ClosedConnection[]>;
  readonly peers: Pick<Peers, 'list' | 'view'>;
  /** What breaks when, soonest first. */
  calendar(): Promise<readonly CalendarEvent[]>;
  authentication(): Promise<AuthenticationSettings>;
  changeAuthentication(actor: Actor, settings: AuthenticationSettings): Promise<AuthenticationSettings>;
  /** Whether the certificate that an HTTPS client has shown can be its log-in. */
  logInPossible(chain: readonly Uint8Array[]): Promise<boolean>;
  /** Throws `zones.certificate-log-in` (401). `replaced`: the session the browser had before. */
  logInByCertificate(from: Origin, chain: readonly Uint8Array[], replaced?: string): Promise<NewSession>;
  /** Nothing is stored. */
  testCertificate(test: CertificateTest): Promise<CertificateTestAnswer>;
  /** Every peer of a zone, or any `host:port` by the rules of no zone. */
  testTraversal(
    what: { readonly zone: string } | { readonly target: string; readonly name?: string | undefined },
  ): Promise<readonly TraversalAnswer[]>;
  forEdge(): Promise<EdgeZones>;
  /** In words, the zones in which a peer that verifies would refuse this gateway with `leaf` in that slot. */
  zonesAffected(slot: string, leaf: Certificate): Promise<readonly string[]>;
  /** Names of the zones that use a trust set. */
  zonesUsing(trustSet: string): Promise<readonly string[]>;
  /** Takes what an edge reports; never waits, never throws. */
  takeReport(report: Report | object): void;
  /** Peers last reported active before that time, in milliseconds since 1970, and not since, have failed. */
  forgetUnheard(since: number): Promise<void>;
  /** Revocation data for a chain that an edge cannot settle; none for a chain that is not trusted. */
  evidenceFor(asked: AskedEvidence): Promise<{ readonly ocsp: readonly string[]; readonly crls: readonly string[] }>;
  /** Writes what was reported a moment ago. */
  flush(): Promise<void>;
  conditions(): Promise<readonly Condition[]>;
}
