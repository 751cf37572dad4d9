/** TLS-ALPN-01 (RFC 8737, for addresses RFC 8738 5): the server shows a certificate made for this challenge. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { equalBytes } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { octetString } from '../../../pki/der/writer.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { sameAddress } from '../orders/identifiers.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import type { Reach } from './reach.ts';
import type { ValidationPorts, ValidationSubject } from './validate.ts';

const protocol = 'acme-tls/1';
/** id-pe-acmeIdentifier. */
const acmeIdentifier = '1.3.6.1.5.5.7.1.31';

/** Undefined when the certificate is the right one. */
export async function validateTlsAlpn01(
  { identifier, keyAuthorization }: ValidationSubject,
  reach: Reach,
  ports: ValidationPorts,
  signal: AbortSignal,
): Promise<AcmeProblem | undefined> {
  const opened = await reach(identifier.value, ports.tlsAlpn);
  if (!opened.ok) return opened.error;
  const socket = opened.value;
  const where = `${identifier.value}, port ${ports.tlsAlpn}`;
  const end = (): void => void socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    const shown = await handshake(socket, serverName(identifier));
    if (shown.alpn !== protocol)
      return problem(
        'tls-alpn',
        `${where}: the server did not choose ${protocol}. Its TLS-ALPN-01 responder is not active.`,
      );
    const read = parseCertificate(shown.certificate, { maxBytes: 16_384 });
    if (!read.ok) return problem('tls-certificate', `${where}: the certificate cannot be read: ${read.error.message}.`);
    const fault = faultOf(read.value, identifier, keyAuthorization);
    return fault === undefined ? undefined : problem('tls-certificate', `${where}: ${fault}`);
  } catch (error) {
    const words = printable(error instanceof Error ? error.message : String(error), 120);
    return { type: 'tls', reason: 'tls-handshake', detail: `${where}: the TLS handshake failed: ${words}.` };
  } finally {
    signal.removeEventListener('abort', end);
    socket.destroy();
  }
}

/** RFC 8738 6: addresses go by their name in in-addr.arpa or ip6.arpa. */
export function serverName({ type, value }: CertifiedName): string {
  const bytes = type === 'ip' ? ipBytes(value) : undefined;
  if (bytes === undefined) return value;
  if (bytes.length === 4) return `${[...bytes].reverse().join('.')}.in-addr.arpa`;
  const nibbles = [...bytes].flatMap((octet) => [octet >> 4, octet & 15]).reverse();
  return `${nibbles.map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`;
}

/** RFC 8737 3: exactly the one name, and the critical extension with the hash. */
function faultOf(certificate: Certificate, identifier: CertifiedName, keyAuthorization: string): string | undefined {
  const [name, ...others] = certificate.subjectAltName ?? [];
  const right =
    identifier.type === 'dns'
      ? name?.kind === 'dns' && name.value.toLowerCase() === identifier.value
      : name?.kind === 'ip' && sameAddress(name.text, identifier.value);
  if (!right || others.length > 0) return `the certificate is not for exactly ${identifier.value}.`;
  const extension = certificate.extensions.find(({ oid }) => oid === acmeIdentifier);
  if (extension === undefined) return 'the certificate has no acmeIdentifier extension.';
  if (!extension.critical) return 'the acmeIdentifier extension is not critical.';
  const wanted = octetString(createHash('sha256').update(keyAuthorization).digest());
  return equalBytes(extension.value, wanted) ? undefined : 'the certificate is for another key authorization.';
}

function handshake(
  socket: Socket,
  servername: string,
): Promise<{ readonly alpn: string | false; readonly certificate: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      socket,
      servername,
      // the certificate proves itself by what stands in it, not by who issued it (RFC 8737 3)
      rejectUnauthorized: false,
      ALPNProtocols: [protocol],
      minVersion: 'TLSv1.2',
    });
    secured.once('secureConnect', () => {
      const certificate = secured.getPeerCertificate().raw as Buffer | undefined;
      if (certificate === undefined) reject(new Error('the server showed no certificate'));
      else resolve({ alpn: secured.alpnProtocol ?? false, certificate: new Uint8Array(certificate) });
    });
    secured.on('error', reject);
    secured.once('close', () => reject(new Error('the connection was closed')));
  });
}

function problem(reason: string, detail: string): AcmeProblem {
  return { type: reason === 'tls-alpn' ? 'tls' : 'incorrectResponse', reason, detail };
}
