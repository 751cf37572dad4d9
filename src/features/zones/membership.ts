/**
 * Which zone an inbound connection belongs to: the first whose names match the verified certificate, else by source
 * address one with TLS verify mode off, else the default zone.
 */
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { ipBytes } from '../../pki/name/ip-bytes.ts';
import { matchName } from '../../pki/name/match-name.ts';
import { parseReferenceName, type ReferenceName } from '../../pki/name/reference-name.ts';
import { type EdgeZone, namesOf } from './zone.ts';

export interface InboundConnection {
  /** Remote IP address; an IPv4 address may stand in its IPv6 form. */
  readonly address: string;
  /** What the peer presented; undefined when it showed nothing or nothing readable. */
  readonly leaf: Certificate | undefined;
}

export interface MembershipTools<D> {
  /** Decides about the peer by the rules of that zone: its trust set, names and use of keys. Called only where needed. */
  readonly verify: (zone: EdgeZone) => D;
  /** Addresses that a peer's host name has, as resolved last; none unless told. */
  readonly addressesOf?: (host: string) => readonly string[];
}

export interface Membership<D> {
  /** Undefined when the default zone is off: then nobody takes the connection. */
  readonly zone: EdgeZone | undefined;
  readonly by: 'name' | 'address' | 'default' | 'nobody';
  /** By the rules of `zone`. */
  readonly decision: D | undefined;
  /** False: the connection is to be closed. */
  readonly admitted: boolean;
  /** Zones with TLS verify mode on whose names the certificate holds, but which refuse it. */
  readonly refusals: readonly { readonly zone: EdgeZone; readonly decision: D }[];
}

/**
 * Zones in their order; those that are not enabled take nobody. A certificate that a zone with its name refuses is no
 * member of it, and is not let in by the default zone either, whatever that one verifies: a revoked peer does not come
 * back as a stranger.
 */
export function findZone<D extends { readonly accepted: boolean }>(
  zones: readonly EdgeZone[],
  { address, leaf }: InboundConnection,
  { verify, addressesOf = () => [] }: MembershipTools<D>,
): Membership<D> {
  const refusals: { zone: EdgeZone; decision: D }[] = [];
  const enabled = zones.filter((zone) => zone.enabled);
  for (const zone of enabled) {
    if (leaf === undefined || zone.kind === 'default' || !holdsNameOf(leaf, zone)) continue;
    const decision = verify(zone);
    if (decision.accepted) return { zone, by: 'name', decision, admitted: true, refusals };
    if (zone.tlsVerify) refusals.push({ zone, decision });
  }
  const source = comparable(address);
  const here = ({ host }: { host: string }): boolean =>
    [host, ...addressesOf(host)].some((one) => source !== undefined && comparable(one) === source);
  const byAddress = enabled.find((zone) => zone.kind !== 'default' && !zone.tlsVerify && zone.peers.some(here));
  const zone = byAddress ?? enabled.find(({ kind }) => kind === 'default');
  if (zone === undefined) return { zone, by: 'nobody', decision: undefined, admitted: false, refusals };
  const decision = verify(zone);
  return {
    zone,
    by: byAddress === undefined ? 'default' : 'address',
    decision,
    admitted:
      (byAddress !== undefined || refusals.length === 0) &&
      (!zone.tlsVerify || (leaf !== undefined && decision.accepted)),
    refusals,
  };
}

/** Whether the certificate holds a name of the zone by RFC 5922 7.1; says nothing about who signed it. */
export function holdsNameOf(leaf: Certificate, zone: EdgeZone): boolean {
  return referencesOf(zone).some((name) => matchName(leaf, name, sipRules).matched !== undefined);
}

/** RFC 5922 7.2: no wildcards; the common name only without any subject alternative name. */
const sipRules = { wildcards: false, commonName: true } as const;

const references = new WeakMap<EdgeZone, readonly ReferenceName[]>();

function referencesOf(zone: EdgeZone): readonly ReferenceName[] {
  const known = references.get(zone);
  if (known !== undefined) return known;
  const read = namesOf(zone).flatMap((text): readonly ReferenceName[] => {
    const name = parseReferenceName(text);
    if (!name.ok) return [];
    return [name.value.kind === 'dns' ? { kind: 'sip', domain: name.value.host } : name.value];
  });
  references.set(zone, read);
  return read;
}

/** One spelling per address; RFC 4291 2.5.5.2: an IPv4-mapped address is the IPv4 address. */
function comparable(address: string): string | undefined {
  const bytes = ipBytes(address.replace(/^\[|\]$|%.*$/g, ''));
  if (bytes === undefined) return undefined;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.startsWith('00000000000000000000ffff') ? hex.slice(24) : hex;
}
