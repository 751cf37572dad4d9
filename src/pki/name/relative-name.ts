/** Names that are given relative to another one (RFC 5280 4.2.1.13, nameRelativeToCRLIssuer). */

import { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';
import { element, oid, sequence, setOf } from '../der/writer.ts';
import { type Attribute, type DistinguishedName, nameAt } from './distinguished-name.ts';

/** The full name: the one of the CRL's issuer, followed by the RDN. */
export function appendRdn(issuer: DistinguishedName, rdn: readonly Attribute[]): DistinguishedName {
  const reader = new DerReader(issuer.der);
  reader.enter(SEQUENCE, 'name');
  const relative = setOf(
    ...rdn.map((attribute) => sequence(oid(attribute.oid), element(attribute.tag, attribute.raw))),
  );
  const der = sequence(issuer.der.subarray(reader.position, reader.end), relative);
  return nameAt(der, 0, der.length);
}
