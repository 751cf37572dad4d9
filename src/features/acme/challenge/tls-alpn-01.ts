/** TLS-ALPN-01 (RFC 8737, for addresses RFC 8738 6): a self-signed certificate shown to whoever offers `acme-tls/1`. */
import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { buildCertificate } from '../../../pki/certificate/build.ts';
import { octetString } from '../../../pki/der/writer.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import { ipBytes } from '../../../pki/name/ip-bytes.ts';
import type { Identifier } from '../client/resource/identifier.ts';
import type { ChallengeSolver } from './challenge-solver.ts';

export interface AlpnCertificate {
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
}

/** The HTTPS listener, as seen from here. */
export interface AlpnServer {
  /** Returns when every listener shows the certificate for this SNI and `acme-tls/1`. */
  serve(serverName: string, shown: AlpnCertificate): Promise<void>;
  withdraw(serverName: string): Promise<void>;
}

export const acmeTlsProtocol = 'acme-tls/1';

export function createTlsAlpn01Solver(server: AlpnServer, clock: Clock = systemClock): ChallengeSolver {
  return {
    type: 'tls-alpn-01',
    covers: ({ value }) => !value.startsWith('*.'),
    present: async (identifier, _token, keyAuthorization) =>
      server.serve(alpnServerName(identifier), await tlsAlpn01Certificate(identifier, keyAuthorization, clock.now())),
    remove: (identifier) => server.withdraw(alpnServerName(identifier)),
  };
}

/** The SNI by which the CA asks: the name itself, or for an address its name for reverse look-ups (RFC 8738 6). */
export function alpnServerName({ type, value }: Identifier): string {
  if (type === 'dns') return value;
  const bytes = ipBytes(value) ?? new Uint8Array();
  if (bytes.length === 4) return `${[...bytes].reverse().join('.')}.in-addr.arpa`;
  const nibbles = Buffer.from(bytes).toString('hex').split('').reverse();
  return `${nibbles.join('.')}.ip6.arpa`;
}

/** A P-256 certificate for exactly this identifier, with the digest of the key authorization (RFC 8737 3). Good for six days from `now`. */
export async function tlsAlpn01Certificate(
  { type, value }: Identifier,
  keyAuthorization: string,
  now: number,
): Promise<AlpnCertificate> {
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const name = [{ type: 'CN', value: 'ACME challenge' }] as const;
  const certificate = buildCertificate({
    subject: name,
    issuer: name,
    publicKeyInfo,
    serial: randomBytes(16),
    notBefore: now - day,
    notAfter: now + 6 * day,
    extensions: {
      subjectAltName: [{ kind: type, value }],
      other: [
        {
          oid: acmeIdentifierOid,
          critical: true,
          value: octetString(createHash('sha256').update(keyAuthorization).digest()),
        },
      ],
    },
    signingKey: privateKey,
    digest: 'sha256',
  });
  return { certificate, key: privateKey };
}

/** id-pe-acmeIdentifier. */
export const acmeIdentifierOid = '1.3.6.1.5.5.7.1.31';

const day = 86_400_000;
