/** What about zones and peers deserves an alarm: a zone that failed, TLS verify mode off, a peer's certificate about to end. */
import type { Condition } from '../../lib/condition.ts';
import { isoDate } from '../../lib/time-text.ts';
import { soonFrom } from './peers/forecast.ts';
import type { KnownPeer } from './peers/peers.ts';
import type { ZoneView } from './schemas.ts';

/** One alarm for each zone and reason, one for each certificate; peers not met for a month raise none. */
export function zoneConditions(
  zones: readonly ZoneView[],
  peers: readonly KnownPeer[],
  now: number,
): readonly Condition[] {
  return [
    ...zones.flatMap((zone) => [...failed(zone), ...unverified(zone)]),
    ...peers.filter(({ row }) => now - row.last_seen < month).flatMap((peer) => ending(peer, zones, now)),
  ];
}

function failed({ id, name, state, words }: ZoneView): readonly Condition[] {
  if (state !== 'failed') return [];
  return [
    {
      code: 'zones.failed',
      object: id,
      severity: 'alert',
      message: `Zone ${name} has failed: ${words}`,
      hint: 'Look at the state of the zone and at the last decision about its peer: tollgate zone show, tollgate peer show.',
    },
  ];
}

function unverified({ id, name, kind, enabled, tlsVerify }: ZoneView): readonly Condition[] {
  // strangers have no name that could be verified; the access rules are what guards the default zone
  if (!enabled || tlsVerify || kind === 'default') return [];
  return [
    {
      code: 'zones.verify-off',
      object: id,
      severity: 'warning',
      message: `TLS verify mode of zone ${name} is off: anybody at its address is let in.`,
      hint: 'Look at the decision that is shown for the peer; when it accepts, switch TLS verify mode on.',
    },
  ];
}

function ending({ row, facts }: KnownPeer, zones: readonly ZoneView[], now: number): readonly Condition[] {
  const zone = zones.find(({ id, enabled }) => id === row.zone && enabled);
  if (zone === undefined || zone.kind === 'default' || now < soonFrom(facts)) return [];
  const expired = now > facts.notAfter;
  const whose = facts.names[0] ?? facts.subject;
  return [
    {
      code: expired ? 'zones.peer-expired' : 'zones.peer-expires-soon',
      object: row.fingerprint,
      severity: expired && zone.tlsVerify ? 'alert' : 'warning',
      message: `The certificate of peer ${whose} in zone ${zone.name} ${expired ? 'ended' : 'ends'} on ${isoDate(facts.notAfter)}.`,
      hint: 'Ask the operator of the peer when the next one comes.',
    },
  ];
}

const month = 30 * 86_400_000;
