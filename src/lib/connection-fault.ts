/** Why a connection to another system did not come about, in words. */
import { printable } from './printable.ts';

/** Part of a sentence, without its end; OpenSSL's own reason is taken out of its line of file names and numbers. */
export function connectionFault({ code = '', message }: Error & { readonly code?: string }): string {
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message;
  return reasons[code] ?? printable(reason.trim(), 200);
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
