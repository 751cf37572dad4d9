/**
 * Fetches what a TLS server presents, without trusting any of it: Node's own verification is switched off because the
 * engine decides. One deadline covers name look-up, connection, handshake and, for SIP, the answer to OPTIONS.
 */
import { lookup } from 'node:dns';
import tls from 'node:tls';
import { AddressRefused, type AddressRules, addressRefusal, checkedLookup } from '../../../lib/address-filter.ts';
import { printable } from '../../../lib/printable.ts';
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
  /** What a person should know about the connection. */
  readonly remarks: readonly string[];
}

export interface FetchOptions {
  /** Sends OPTIONS after the handshake. */
  readonly sip: boolean;
  /** Addresses that may be called; unless given, all. */
  readonly rules?: AddressRules;
  /** Milliseconds in all. */
  readonly timeout?: number;
}

/** Throws a Problem when there is no certificate to judge. */
export async function fetchChain(target: RemoteTarget, options: FetchOptions): Promise<FetchedChain> {
  const { rules, timeout = 10_000 } = options;
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
    return await Promise.race([converse(socket, target, options.sip), deadline.promise]);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(socket: tls.TLSSocket, target: RemoteTarget, sip: boolean): Promise<FetchedChain> {
  let stapled: Buffer | undefined;
  socket.on('OCSPResponse', (answer: Buffer | null) => {
    if (answer !== null && answer.length > 0) stapled = answer;
  });
  const remarks: string[] = [];
  let address = '';
  socket.once('connect', () => {
    address = socket.remoteAddress ?? '';
  });
  const fault = await handshake(socket);
  // a server that insists on a client certificate ends the handshake after it has shown its own
  const chain = presentedChain(socket);
  if (fault !== undefined) {
    if (chain.length === 0) throw problemFor(fault, target);
    remarks.push(`The handshake did not end (${faultWords(fault)}): the server may demand a client certificate.`);
  }
  // read before OPTIONS: afterwards the server may have closed
  const met = {
    address,
    protocol: fault === undefined ? (socket.getProtocol() ?? '') : '',
    cipher: fault === undefined ? (socket.getCipher()?.standardName ?? '') : '',
  };
  const answer = sip && fault === undefined ? await askOptions(socket, target) : undefined;
  return {
    ...met,
    chain,
    ...(stapled !== undefined && { stapled }),
    ...(answer !== undefined && { sip: answer }),
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
    ? noTls(name, faultWords(fault))
    : unreachable(name, faultWords(fault));
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not resolve to an address',
  EAI_AGAIN: 'the name server gives no answer',
  ECONNREFUSED: 'nothing listens on that port',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'no answer',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what answers there does not speak TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it offers neither TLS 1.2 nor TLS 1.3',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it offers neither TLS 1.2 nor TLS 1.3',
};

/** OpenSSL's own reason out of its line of file names and numbers. */
function faultWords({ code = '', message }: Fault): string {
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message;
  return reasons[code] ?? printable(reason.trim(), 200);
}
