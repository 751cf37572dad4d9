/** Why a connection to another system did not come about, in words. */
import { printable } from './printable.ts';

/** Part of a sentence, without its end; OpenSSL's own reason is taken out of its line of file names and numbers. */
export function connectionFault({ code = '', message }: Error & { readonly code?: string }): string {
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message;
  return reasons[code] ?? printable(reason.trim(), 200);
}

/** Why the certificate of a server is not accepted, by the code that Node gives its error; undefined for other errors. */
export function certificateFault(code: string): string | undefined {
  return certificateFaults[code];
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

const certificateFaults: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed and not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is unknown',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not yet valid',
  INVALID_PURPOSE: 'it is not made for servers',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  PATH_LENGTH_EXCEEDED: 'its chain is longer than its CA allows',
  INVALID_CA: 'one of its issuers is no CA',
};
