/** OCSP answers of our own certificates, handed to clients that ask for them in the handshake (RFC 6066 8). */
import { X509Certificate } from 'node:crypto';
import type { Server as TlsServer } from 'node:tls';
import type { EdgeIdentity } from './snapshot.ts';

interface Staple {
  readonly response: Buffer;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** By the base64 of the leaf's DER. */
export type Staples = ReadonlyMap<string, Staple>;

export function staplesOf(identities: readonly EdgeIdentity[]): Staples {
  return new Map(
    identities.flatMap(({ certificatePem, staple }) => {
      if (staple === undefined) return [];
      const leaf = new X509Certificate(certificatePem).raw.toString('base64');
      return [[leaf, { response: Buffer.from(staple.ocsp, 'base64'), until: staple.until }] as const];
    }),
  );
}

/** One that has run out is not sent: a client then sees that there is none. */
export function answerStatusRequests(server: TlsServer, staples: () => Staples | undefined): void {
  server.on(
    'OCSPRequest',
    (certificate: Buffer, _issuer: Buffer, done: (error: null, response: Buffer | null) => void) => {
      const staple = staples()?.get(certificate.toString('base64'));
      done(null, staple !== undefined && staple.until > Date.now() ? staple.response : null);
    },
  );
}
