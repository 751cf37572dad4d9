/** The public roots that come with the program: those of the Mozilla programme that Node.js carries. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

let decoded: readonly Uint8Array[] | undefined;

/** DER of every bundled root; docs/trusted-ca.md names them. */
export function bundledRoots(): readonly Uint8Array[] {
  decoded ??= rootCertificates.map((pem) => new Uint8Array(new X509Certificate(pem).raw));
  return decoded;
}
