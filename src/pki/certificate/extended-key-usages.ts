/** Extended key usages: their identifiers and short names (RFC 5280 4.2.1.12, RFC 5924 3.1). */
export const serverAuth = '1.3.6.1.5.5.7.3.1';
export const clientAuth = '1.3.6.1.5.5.7.3.2';
export const emailProtection = '1.3.6.1.5.5.7.3.4';
export const ocspSigning = '1.3.6.1.5.5.7.3.9';
/** For SIP domains (RFC 5924). */
export const sipDomain = '1.3.6.1.5.5.7.3.20';
export const anyExtendedKeyUsage = '2.5.29.37.0';

/** Those that are asked for by a short name. */
const named = {
  serverAuth,
  clientAuth,
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection,
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning,
} as const;

/** A short name or a dotted OID. */
export type ExtendedKeyUsage = keyof typeof named | `${number}.${string}`;

export function usageOid(usage: ExtendedKeyUsage): string {
  return (named as Readonly<Record<string, string>>)[usage] ?? usage;
}

/** The short names of those that have one, the OIDs of the others. */
export function usageNames(oids: readonly string[] | undefined): string[] {
  return (oids ?? []).map((oid) => names.get(oid) ?? oid);
}

const names = new Map<string, string>(
  Object.entries({ ...named, sipDomain, any: anyExtendedKeyUsage }).map(([name, oid]) => [oid, name]),
);
