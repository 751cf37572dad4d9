/** Whether a zone can be as it was filled in, and what will probably not work although it can. */
import { literalAddress } from '../../lib/address-filter.ts';
import { printable } from '../../lib/printable.ts';
import { normalHost } from '../../pki/name/reference-name.ts';
import type { Fault } from './problems.ts';
import { nameKey } from './store.ts';
import { dials, type Zone, type ZoneFields } from './zone.ts';

/** What a zone may refer to. */
export interface ZoneSurroundings {
  readonly others: readonly Zone[];
  /** Identity slots there are, loaded or not: `server`, `client`, `domain:x`. */
  readonly slots: readonly string[];
  readonly trustSets: readonly string[];
}

/** One spelling for each name: trimmed, lower case, addresses in their shortest form. */
export function canonicalZone(fields: ZoneFields): ZoneFields {
  return {
    ...fields,
    name: fields.name.trim(),
    peers: fields.peers.map((peer) => canonicalHost(peer) ?? peer.trim()),
    subjectName: canonicalHost(fields.subjectName) ?? fields.subjectName.trim(),
  };
}

/** Everything that is wrong; `fields` in canonical form. */
export function zoneFaults(fields: ZoneFields, { others, slots, trustSets }: ZoneSurroundings): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (field: string, detail: string, hint?: string): void => {
    faults.push({ field, detail, ...(hint !== undefined && { hint }) });
  };
  const { name, kind, peers, subjectName, identity, trustSet, ekuRule, tlsVerify } = fields;
  if (name === '' || printable(name) !== name) wrong('name', 'A zone needs a name of visible characters.');
  if (others.some((other) => nameKey(other.name) === nameKey(name)))
    wrong('name', `Another zone is called ${printable(name)}.`);
  for (const [i, peer] of peers.entries()) {
    if (canonicalHost(peer) === undefined)
      wrong(`peers.${i}`, `“${printable(peer)}” is no FQDN and no IP address.`, 'Write the peer address without port.');
    else if (peers.indexOf(peer) !== i) wrong(`peers.${i}`, `${printable(peer)} stands there twice.`);
  }
  if (dials(fields) && peers.length === 0) wrong('peers', 'At least one peer address is needed.');
  if (kind === 'default' && peers.length > 0) wrong('peers', 'The default zone has no peer addresses.');
  if (kind === 'traversal-server') {
    if (tlsVerify && subjectName === '')
      wrong('subjectName', 'With TLS verify mode on, the name that the client’s certificate must hold is needed.');
    if (!tlsVerify && peers.length === 0)
      wrong('peers', 'With TLS verify mode off, a client can only be known by its address: give a peer address.');
  } else if (subjectName !== '') wrong('subjectName', 'Only a traversal server zone has a TLS verify subject name.');
  if (subjectName !== '' && canonicalHost(subjectName) === undefined)
    wrong('subjectName', `“${printable(subjectName)}” is no name a certificate can hold.`);
  if (!dials(fields) && identity !== 'server')
    wrong('identity', 'Who is called shows the server certificate, or the domain certificate that was asked for.');
  if (identity !== 'none' && !slots.includes(identity))
    wrong('identity', `There is no certificate slot ${printable(identity)}.`, 'Add the domain certificate first.');
  if (trustSet !== '' && !trustSets.includes(trustSet))
    wrong('trustSet', `There is no trust set ${printable(trustSet)}.`, 'Make it first: tollgate trust-set create NAME');
  if (kind === 'default' && ekuRule !== 'strict')
    wrong('ekuRule', 'The default zone expects no name, so that serverAuth cannot be accepted there.');
  return faults;
}

/** What an operator should know about a zone that can be saved. */
export function zoneAdvice(fields: ZoneFields): readonly string[] {
  const advice: string[] = [];
  const { kind, peers, tlsVerify, subjectName } = fields;
  const hosts = kind === 'traversal-server' ? [subjectName] : peers;
  const byAddress = hosts.filter((host) => literalAddress(host) !== undefined);
  if (tlsVerify && byAddress.length > 0)
    advice.push(
      `${byAddress.join(', ')} ${byAddress.length === 1 ? 'is an IP address' : 'are IP addresses'}: certificates are made for FQDNs, so the names will not match unless the certificate holds the address itself. Configure the peer by its FQDN.`,
    );
  const short = hosts.filter((host) => host !== '' && literalAddress(host) === undefined && !host.includes('.'));
  if (short.length > 0)
    advice.push(
      `${short.join(', ')} is no FQDN: public CAs certify no such name, and it may resolve differently here.`,
    );
  if (!tlsVerify && kind !== 'default')
    advice.push(
      'TLS verify mode is off: what the peer presents is judged and shown, but anybody at this address is let in.',
    );
  if (typeof fields.ekuRule !== 'string')
    advice.push(`From ${fields.ekuRule.until} on, a certificate for servers only is refused when this peer calls.`);
  if (fields.identity === 'none' && dials(fields))
    advice.push('No certificate is shown to the peer: one that demands a certificate will close the connection.');
  return advice;
}

function canonicalHost(text: string): string | undefined {
  const value = text.trim();
  return literalAddress(value.replace(/^\[(.*)\]$/, '$1')) ?? normalHost(value);
}
