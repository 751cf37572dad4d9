/**
 * Fetches what a TLS server presents, without trusting any of it: Node's own verification is switched off because the
 * engine decides. One deadline covers name look-up, connection, handshake and, for SIP, the answer to OPTIONS.
 */
import { createPrivateKey } from 'node:crypto';
import { lookup } from 'node:dns';
import tls from 'node:tls';
import { AddressRefused, type AddressRules, addressRefusal, checkedLookup } from '../../../lib/address-filter.ts';
import { connectionFault } from '../../../lib/connection-fault.ts';
import type { Problem } from '../../../lib/problem.ts';
import { addressRefused, noTls, unreachable } from '../problems.ts';
import { type RemoteTarget, targetText } from './remote-target.ts';
import { askOptions, type SipAnswer } from './sip-options.ts';

export interface FetchedChain {
  /** The address that was connected to. */
  readonly address: string;
  /** `TLSv1.3`; empty when the handshake did not end. */
  readonly protocol: string;
  readonly cipher: string;
  /** DER, the leaf first; empty when nothing was presented. */
  readonly chain: readonly Uint8Array[];
  /** The OCSP answer that came with the handshake. */
  readonly stapled?: Uint8Array;
  readonly sip?: SipAnswer;
  /** Why the server ended the connection, as its TLS alert says: `unknown ca`, `certificate required`. */
  readonly alert?: string;
  /** What a person should know about the connection. */
  readonly remarks: readonly string[];
}

/** What is shown to a server that asks for a client certificate. Holds a private key. */
export interface ShownIdentity {
  /** Leaf first, then the chain. */
  readonly certificatePem: string;
  /** PKCS#8 DER in base64. */
  readonly keyPkcs8: string;
}

export interface FetchOptions {
  /** Sends OPTIONS after the handshake. */
  readonly sip: boolean;
  /** Nothing is shown unless given. */
  readonly show?: ShownIdentity;
  /** Addresses that may be called; unless given, all. */
  readonly rules?: AddressRules;
  /** Milliseconds in all. */
  readonly timeout?: number;
}

/** Throws a Problem when there is no certificate to judge. */
export async function fetchChain(target: RemoteTarget, options: FetchOptions): Promise<FetchedChain> {
  const { rules, show, timeout = 10_000 } = options;
  const name = targetText(target);
  const refusal = rules !== undefined && target.isAddress ? addressRefusal(target.host, rules) : undefined;
  if (refusal !== undefined) throw addressRefused(name, target.host, refusal);
  const deadline = Promise.withResolvers<never>();
  deadline.promise.catch(() => undefined);
  const socket = tls.connect({
    host: target.host,
    port: target.port,
    ...(rules !== undefined && { lookup: checkedLookup(lookup, rules) }),
    ...(!target.isAddress && { servername: target.host }),
    ...(show && { cert: show.certificatePem, key: keyPem(show) }),
    // nothing is sent but OPTIONS, and nothing is believed: the engine judges the chain afterwards
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ca: [],
    minVersion: 'TLSv1.2',
    requestOCSP: true,
  });
  const timer = setTimeout(
    () => deadline.reject(unreachable(name, `no answer within ${Math.round(timeout / 1000)} seconds`)),
    timeout,
  );
  try {
    return await Promise.race([converse(socket, target, options), deadline.promise]);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(
  socket: tls.TLSSocket,
  target: RemoteTarget,
  { sip, show }: FetchOptions,
): Promise<FetchedChain> {
  const shows = show !== undefined;
  let stapled: Buffer | undefined;
  let chain: readonly Uint8Array[] = [];
  // comes once the server's certificate was read, with or without a stapled answer, and before it can refuse ours
  socket.on('OCSPResponse', (answer: Buffer | null) => {
    if (answer !== null && answer.length > 0) stapled = answer;
    chain = presentedChain(socket);
  });
  const remarks: string[] = [];
  let address = '';
  socket.once('connect', () => {
    address = socket.remoteAddress ?? '';
  });
  const fault = await handshake(socket);
  // a server that insists on a client certificate ends the handshake after it has shown its own
  if (fault !== undefined) {
    if (chain.length === 0) throw problemFor(fault, target);
    const why = shows
      ? 'the server may refuse the certificate that was shown'
      : 'the server may demand a client certificate';
    remarks.push(`The handshake did not end (${connectionFault(fault)}): ${why}.`);
  }
  // read before OPTIONS: afterwards the server may have closed
  const met = {
    address,
    protocol: fault === undefined ? (socket.getProtocol() ?? '') : '',
    cipher: fault === undefined ? (socket.getCipher()?.standardName ?? '') : '',
  };
  let later: Fault | undefined;
  socket.on('error', (error: Fault) => {
    later = error;
  });
  const answer = sip && fault === undefined ? await askOptions(socket, target, shows) : undefined;
  const alert = alertOf(fault ?? later);
  return {
    ...met,
    chain,
    ...(stapled !== undefined && { stapled }),
    ...(answer !== undefined && { sip: answer }),
    ...(alert !== undefined && { alert }),
    remarks,
  };
}

type Fault = Error & { readonly code?: string };

function handshake(socket: tls.TLSSocket): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(undefined));
    socket.on('error', (error: Fault) => resolve(error));
    socket.once('close', () => resolve(new Error('the connection was closed during the handshake')));
  });
}

/** RFC 8446 6: OpenSSL's words for the alert that the other side sent. */
function alertOf(fault: Fault | undefined): string | undefined {
  return /:(?:ssl\/tls|tlsv1[0-9]*|sslv3) alert ([a-z ]+):/i.exec(fault?.message ?? '')?.[1];
}

function keyPem({ keyPkcs8 }: ShownIdentity): string {
  const key = createPrivateKey({ key: Buffer.from(keyPkcs8, 'base64'), format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** In the order in which one issued the next; at most 32. */
function presentedChain(socket: tls.TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && !seen.has(certificate.fingerprint256) && chain.length < 32) {
    seen.add(certificate.fingerprint256);
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function problemFor(fault: Fault, target: RemoteTarget): Problem {
  const name = targetText(target);
  if (fault instanceof AddressRefused) return addressRefused(name, target.host, fault.refusal);
  const { code = '' } = fault;
  return code.startsWith('ERR_SSL') || code === 'EPROTO' || code === ''
    ? noTls(name, connectionFault(fault))
    : unreachable(name, connectionFault(fault));
}
