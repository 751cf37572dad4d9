/** What is asked about a peer of a zone: purpose, names and settings of a verification, with the zone's rule for extended key usages. */
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { Purpose, VerifySettings } from '../verification/verification.ts';
import { type EdgeZone, type EkuRule, namesOf } from './zone.ts';

export interface ZoneQuestion {
  readonly purpose: Purpose;
  readonly names: readonly string[];
  readonly settings: VerifySettings;
}

/**
 * The peer called: it may be any of the zone's. `leaf` is the certificate it presented. The caller adds trust (the
 * zone's trust set), evidence and the revocation settings.
 */
export function inboundQuestion(zone: EdgeZone, leaf: Certificate | undefined, time: number): ZoneQuestion {
  return { purpose: 'sip-client', names: namesOf(zone), settings: settingsOf(zone, leaf, time) };
}

/** The gateway called `dialled` (FQDN or IP address), which must be the name proved. */
export function outboundQuestion(zone: EdgeZone, dialled: string): ZoneQuestion {
  return { purpose: 'sip-server', names: [dialled], settings: { enforce: zone.tlsVerify } };
}

/** Whether the rule lets a certificate for servers only pass at `time`. */
export function serverAuthAccepted(rule: EkuRule, time: number): boolean {
  if (typeof rule === 'string') return rule === 'server-auth-accepted';
  return time < endOfRule(rule);
}

/** From this moment the rule is strict; milliseconds since 1970. */
export function endOfRule({ until }: { readonly until: string }): number {
  return Date.parse(`${until}T00:00:00Z`);
}

/** The exception needs a subject alternative name of this peer: the common name and a zone without names do not give it. */
function settingsOf(zone: EdgeZone, leaf: Certificate | undefined, time: number): VerifySettings {
  const excepted =
    serverAuthAccepted(zone.ekuRule, time) && namesOf(zone).length > 0 && leaf?.subjectAltName !== undefined;
  return { enforce: zone.tlsVerify, extendedKeyUsage: excepted ? 'server-auth-accepted' : 'strict' };
}
