/**
 * The one table of naming attributes that every system around a gateway is known to take. A subject or issuer with
 * another one can make tunnels between gateways fail, so certificates, trusted CAs and requests are flagged for it.
 */
import type { DistinguishedName } from './distinguished-name.ts';

const supported: ReadonlySet<string> = new Set([
  '2.5.4.6', // C
  '2.5.4.8', // ST
  '2.5.4.7', // L
  '2.5.4.10', // O
  '2.5.4.11', // OU
  '2.5.4.3', // CN
  '1.2.840.113549.1.9.1', // emailAddress
  '2.5.4.5', // serialNumber
  '2.5.4.9', // street
  '2.5.4.17', // postalCode
  '0.9.2342.19200300.100.1.25', // DC
  '0.9.2342.19200300.100.1.1', // UID
  '1.3.6.1.4.1.311.60.2.1.1', // jurisdictionLocalityName
  '1.3.6.1.4.1.311.60.2.1.2', // jurisdictionStateOrProvinceName
  '1.3.6.1.4.1.311.60.2.1.3', // jurisdictionCountryName
]);

/** The OIDs of a name that are not in the table, each once, in the order they appear. */
export function unsupportedAttributes(name: DistinguishedName): readonly string[] {
  const oids = name.rdns.flat().map((attribute) => attribute.oid);
  return [...new Set(oids)].filter((oid) => !supported.has(oid));
}
