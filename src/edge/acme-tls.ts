/**
 * TLS-ALPN-01 (RFC 8737) on the HTTPS port: who offers `acme-tls/1` and nothing else for a name that a CA is looking at
 * gets the certificate of the challenge, and not a byte more. Everybody else sees nothing of it.
 */
import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';

export interface ChallengeIdentity {
  /** Lower-case SNI. */
  readonly name: string;
  readonly certificatePem: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
}

export const acmeProtocol = 'acme-tls/1';

/** By name. Throws when one cannot be used. */
export function challengeContexts(challenges: readonly ChallengeIdentity[]): ReadonlyMap<string, SecureContext> {
  return new Map(challenges.map((challenge) => [challenge.name, contextOf(challenge)]));
}

/**
 * The protocol for a connection out of those its client offers, as Node's ALPNCallback answers; undefined ends the
 * handshake (RFC 7301 3.2). For a challenge the certificate is exchanged first.
 */
export function chooseProtocol(
  socket: Pick<TLSSocket, 'setKeyCert'>,
  offered: { readonly servername: string; readonly protocols: readonly string[] },
  own: readonly string[],
  challenges: ReadonlyMap<string, SecureContext>,
): string | undefined {
  const { servername, protocols } = offered;
  // RFC 8737 3: the CA offers this one alone
  if (protocols.length === 1 && protocols[0] === acmeProtocol) {
    const context = challenges.get(servername.toLowerCase());
    if (context === undefined) return undefined;
    socket.setKeyCert(context);
    return acmeProtocol;
  }
  return own.find((protocol) => protocols.includes(protocol));
}

function contextOf({ certificatePem, keyPkcs8 }: ChallengeIdentity): SecureContext {
  const der = Buffer.from(keyPkcs8, 'base64');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  der.fill(0);
  return createSecureContext({ cert: certificatePem, key: key as string });
}
