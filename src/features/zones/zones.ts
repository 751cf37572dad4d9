/**
 * Zones: where peers are met, what they must prove and what is shown to them. The front door; its pure parts (whose
 * connection it is, what is asked of the peer, access rules) are what the edges enforce.
 */
export {
  type AccessRule,
  type AccessRules,
  type AccessVerdict,
  type CompiledAccessRules,
  compileAccessRules,
  type PatternType,
} from './access-rules.ts';
export { findZone, holdsNameOf, type InboundConnection, type Membership, type MembershipTools } from './membership.ts';
export { dials, type EdgeZone, type EkuRule, namesOf, type Zone, type ZoneIdentity, type ZoneKind } from './zone.ts';
export { inboundQuestion, outboundQuestion, type ZoneQuestion } from './zone-question.ts';
