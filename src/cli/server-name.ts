/**
 * The name check of the command line's HTTPS (RFC 9525): only the subjectAltName counts, never the common name, and
 * names match as a whole; this gateway's certificates have no wildcards.
 */
import { isIP } from 'node:net';
import { equalBytes } from '../lib/bytes.ts';
import { printable, printableList } from '../lib/printable.ts';
import { parseCertificate } from '../pki/certificate/certificate.ts';
import { ipBytes } from '../pki/name/ip-bytes.ts';

/** Why a certificate (DER) is not for `host`; undefined when it is. `host` is a DNS name or an address, no brackets. */
export function serverNameFault(host: string, der: Uint8Array): Error | undefined {
  const parsed = parseCertificate(der);
  if (!parsed.ok) return new Error(`its certificate cannot be read: ${parsed.error.message}`);
  const names = parsed.value.subjectAltName ?? [];
  const address = isIP(host) === 0 ? undefined : ipBytes(host);
  const wanted = host.replace(/\.$/, '').toLowerCase();
  const matches = names.some((name) => {
    if (address !== undefined) return name.kind === 'ip' && equalBytes(name.bytes, address);
    return name.kind === 'dns' && name.value.toLowerCase() === wanted;
  });
  if (matches) return undefined;
  const held = names.flatMap((name) => (name.kind === 'dns' ? [name.value] : name.kind === 'ip' ? [name.text] : []));
  const list = held.length === 0 ? 'no name' : printableList(held);
  return new Error(`its certificate is not for ${printable(host)}; it names ${list}`);
}
