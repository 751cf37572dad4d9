/**
 * The certificates a TLS client presented, as DER. The leaf is read out of the TLS session, which costs a tenth of
 * building certificate objects; Node's `getPeerX509Certificate` is avoided, because it never frees the intermediates
 * (13 KB for each handshake, Node 24.21).
 */
import type { TLSSocket } from 'node:tls';

/** The leaf, a copy of its own; undefined when the client presented none. */
export function presentedLeaf(socket: TLSSocket): Uint8Array | undefined {
  const session = socket.getSession();
  if (session === undefined) return undefined;
  try {
    return peerOf(session);
  } finally {
    // it holds the master secret
    session.fill(0);
  }
}

/**
 * The leaf and what else was presented, each followed by its issuer; an unrelated certificate is left out. Makes an
 * object of every certificate: for chains that are not known yet. Bounded by `most`.
 */
export function presentedChain(socket: TLSSocket, most = 17): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < most) {
    chain.push(new Uint8Array(certificate.raw));
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** `peer [3] EXPLICIT Certificate` of OpenSSL's SSL_SESSION, behind version, cipher, identifiers, keys and times. */
function peerOf(session: Buffer): Uint8Array | undefined {
  let at = contentStart(session, 0);
  while (at < session.length) {
    const start = contentStart(session, at);
    const end = start + lengthAt(session, at);
    if (session[at] === 0xa3) return new Uint8Array(session.subarray(start, end));
    at = end;
  }
  return undefined;
}

function contentStart(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function lengthAt(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return first < 0x80 ? first : der.readUIntBE(at + 2, first & 0x7f);
}
