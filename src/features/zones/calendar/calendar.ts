/**
 * Which zones break when, and because of what: the end of a certificate (ours or a peer's) or of its CA, the use
 * clientAuth that public CAs certify no longer, an exception that ends, an issuer that is not trusted. Pure: the time
 * is an argument.
 */
import { isoDate, isoTime } from '../../../lib/time-text.ts';
import { anyExtendedKeyUsage, clientAuth, sipDomain } from '../../../pki/certificate/extended-key-usages.ts';
import { expectedRenewal, type ForecastFacts } from '../peers/forecast.ts';
import type { CalendarEvent } from '../peers/schemas.ts';
import { dials, type Zone, type ZoneIdentity } from '../zone.ts';
import { endOfRule } from '../zone-question.ts';

/** A certificate that this gateway shows. */
export interface OurCertificate {
  readonly label: string;
  readonly fingerprint: string;
  readonly future: ForecastFacts;
}

/** A certificate that a peer of a zone shows. */
export interface PeerCertificate {
  readonly label: string;
  readonly fingerprint: string;
  readonly future: ForecastFacts;
  /** It was shown by a peer that called. */
  readonly calls: boolean;
  /** Code of the last decision, and when that was. */
  readonly code: string;
  readonly decidedAt: number;
  readonly words: string;
  /** CA certificates of its path. */
  readonly issuers: readonly { readonly name: string; readonly notAfter: number }[];
}

export interface CalendarInput {
  readonly zones: readonly Zone[];
  /** What is shown for a choice of identity; undefined when nothing is loaded. */
  readonly shown: (identity: ZoneIdentity) => OurCertificate | undefined;
  readonly peersOf: (zone: Zone) => readonly PeerCertificate[];
}

/** Soonest first. Zones that are off do not break. */
export function calendar({ zones, shown, peersOf }: CalendarInput): readonly CalendarEvent[] {
  const events = zones
    .filter(({ enabled }) => enabled)
    .flatMap((zone) => {
      const ours = zone.identity === 'none' ? undefined : shown(zone.identity);
      return [
        ...(ours === undefined ? [] : ourEvents(zone, ours)),
        ...peersOf(zone).flatMap((peer) => peerEvents(zone, peer)),
      ];
    });
  return events.sort((a, b) => a.at.localeCompare(b.at) || a.zoneName.localeCompare(b.zoneName));
}

function ourEvents(zone: Zone, ours: OurCertificate): CalendarEvent[] {
  const { label, fingerprint, future } = ours;
  const events: CalendarEvent[] = [
    event(zone, { what: label, fingerprint }, future.notAfter, 'our-expiry', true, {
      words: `Our ${label} ends; peers that verify will refuse this gateway.`,
      remedy: 'Renew it before that day.',
    }),
  ];
  if (!dials(zone)) return events;
  const remedy = `Let the private CA issue a client certificate, load it into the client slot and choose “client” in this zone.`;
  if (!canCall(future))
    events.push(
      event(zone, { what: label, fingerprint }, future.notBefore, 'our-client-auth', false, {
        words: `Our ${label} is for servers only (no clientAuth) and is shown when this gateway calls: a peer that verifies strictly refuses it.`,
        remedy,
      }),
    );
  else if (willLose(future))
    events.push(
      event(zone, { what: label, fingerprint }, expectedRenewal(future), 'our-client-auth', false, {
        words: `Our ${label} is from a public CA: when it is renewed, at the latest on ${isoDate(future.notAfter)}, it will lack clientAuth, and a peer that verifies strictly will refuse this gateway.`,
        remedy,
      }),
    );
  return events;
}

function peerEvents(zone: Zone, peer: PeerCertificate): CalendarEvent[] {
  const { label, fingerprint, future, code, issuers, decidedAt } = peer;
  const of = { what: label, fingerprint };
  const verify = zone.tlsVerify;
  if (untrusted.has(code))
    return [
      event(zone, of, decidedAt, 'untrusted-issuer', verify, {
        words: `The issuer of ${label} is not trusted by this zone. ${peer.words}`,
        remedy: `Append the root CA of the peer to ${zone.trustSet === '' ? 'the trusted CA list' : `the trust set ${zone.trustSet}`}.`,
      }),
    ];
  const events = [
    event(zone, of, future.notAfter, 'peer-expiry', verify, {
      words: `The certificate of ${label} ends.`,
      remedy: 'Ask the operator of the peer when the next one comes.',
    }),
    ...(peer.calls ? clientAuthEvents(zone, peer) : []),
  ];
  const first = [...issuers].sort((a, b) => a.notAfter - b.notAfter)[0];
  if (first !== undefined && first.notAfter < future.notAfter)
    events.push(
      event(zone, of, first.notAfter, 'ca-expiry', verify, {
        words: `The CA ${first.name}, through which ${label} is trusted, ends before that certificate does.`,
        remedy: 'Append the new certificate of that CA before that day.',
      }),
    );
  return events;
}

function clientAuthEvents(zone: Zone, { label, fingerprint, future, decidedAt }: PeerCertificate): CalendarEvent[] {
  const { ekuRule, tlsVerify } = zone;
  const now = !canCall(future);
  if (ekuRule === 'server-auth-accepted' || (!now && !willLose(future))) return [];
  const loss = now ? decidedAt : expectedRenewal(future);
  const until = typeof ekuRule === 'string' ? undefined : endOfRule(ekuRule);
  const remedy = 'Have the peer call with a certificate of a private CA, or accept serverAuth in this zone.';
  const lacks = now
    ? 'is for servers only (no clientAuth)'
    : 'is from a public CA, and its next one will lack clientAuth';
  if (until !== undefined && until >= loss)
    return [
      event(zone, { what: label, fingerprint }, until, 'exception-ends', tlsVerify, {
        words: `The certificate of ${label} ${lacks}; this zone accepts that until ${isoDate(until)}.`,
        remedy,
      }),
    ];
  return [
    event(zone, { what: label, fingerprint }, loss, 'peer-client-auth', tlsVerify, {
      words: `The certificate of ${label} ${lacks}; this zone demands it of a peer that calls.`,
      remedy,
    }),
  ];
}

function willLose({ publicCa, extendedKeyUsage }: ForecastFacts): boolean {
  return publicCa && extendedKeyUsage !== undefined && !extendedKeyUsage.includes(sipDomain);
}

/** RFC 5280 4.2.1.12; RFC 5924: sipDomain stands for both directions. */
function canCall({ extendedKeyUsage }: ForecastFacts): boolean {
  return (
    extendedKeyUsage === undefined ||
    [clientAuth, sipDomain, anyExtendedKeyUsage].some((oid) => extendedKeyUsage.includes(oid))
  );
}

const untrusted = new Set(['path.no-issuer', 'path.signature-invalid', 'verification.no-trust']);

function event(
  zone: Zone,
  of: { readonly what: string; readonly fingerprint: string },
  at: number,
  cause: CalendarEvent['cause'],
  breaks: boolean,
  text: { readonly words: string; readonly remedy: string },
): CalendarEvent {
  return { at: isoTime(at), zone: zone.id, zoneName: zone.name, cause, breaks, ...of, ...text };
}
