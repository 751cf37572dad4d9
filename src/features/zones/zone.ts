/** What a zone is: where peers are met, what they must prove and what is shown to them; as operators, stores and edges see it. */

/** `default`: exactly one, always there; takes whoever belongs to no other zone. */
export type ZoneKind = 'neighbor' | 'traversal-client' | 'traversal-server' | 'default';

/**
 * Which extended key usage a calling peer must have. `server-auth-accepted`: a certificate for servers will do when a
 * subject alternative name of it is this peer's and its chain ends in the trust of this zone; `until`: the same before
 * that day (UTC, `2027-03-15`).
 */
export type EkuRule = 'strict' | 'server-auth-accepted' | { readonly until: string };

/** An identity slot, or `none`: no certificate is shown. */
export type ZoneIdentity = 'server' | 'client' | `domain:${string}` | 'none';

/** The fields that an operator fills in. */
export interface ZoneFields {
  readonly name: string;
  readonly kind: ZoneKind;
  /** FQDNs or IP addresses, at most six. */
  readonly peers: readonly string[];
  readonly port: number;
  readonly tlsVerify: boolean;
  /** Traversal servers: the name that the client's certificate must hold; else empty. */
  readonly subjectName: string;
  readonly identity: ZoneIdentity;
  readonly ekuRule: EkuRule;
  /** Name of a trust set; empty: the trusted CA list. */
  readonly trustSet: string;
  readonly enabled: boolean;
}

export interface Zone extends ZoneFields {
  readonly id: string;
  /** Grows with every change of this zone. */
  readonly version: number;
}

/** A zone as the edges enforce it; the list of them is in order, the default zone last. */
export interface EdgeZone {
  readonly id: string;
  readonly name: string;
  readonly kind: ZoneKind;
  readonly peers: readonly { readonly host: string; readonly port: number }[];
  readonly tlsVerify: boolean;
  readonly subjectName?: string;
  readonly identity: ZoneIdentity;
  readonly ekuRule: EkuRule;
  readonly trustSet: string;
  readonly enabled: boolean;
}

/** Whether the gateway keeps a connection to each peer of the zone; else it waits to be called. */
export function dials({ kind }: Pick<EdgeZone, 'kind'>): boolean {
  return kind === 'neighbor' || kind === 'traversal-client';
}

/** The names of which a peer's certificate must hold one; none for the default zone. */
export function namesOf(zone: Pick<EdgeZone, 'kind' | 'peers' | 'subjectName'>): readonly string[] {
  if (zone.kind === 'default') return [];
  if (zone.kind === 'traversal-server') return zone.subjectName === undefined ? [] : [zone.subjectName];
  return zone.peers.map(({ host }) => host);
}

/** The form that stands in the snapshot. */
export function edgeZone({ version: _, port, peers, subjectName, ...zone }: Zone): EdgeZone {
  return {
    ...zone,
    peers: peers.map((host) => ({ host, port })),
    ...(subjectName !== '' && { subjectName }),
  };
}
