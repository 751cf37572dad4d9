/**
 * What edges and administration tell each other about peers: lines of JSON on two sockets that the administration
 * process holds. Reports go one way; evidence is asked for and answered.
 */
import type { Decision, Purpose } from '../../features/verification/verification.ts';

/** One line from an edge on the reports socket. Times are milliseconds since 1970. */
export type EdgeReport = PeerReported | ZoneReported | ConnectionClosed;

/** A certificate was judged. The same verdict about the same certificate is told once a minute at most. */
export interface PeerReported {
  readonly type: 'peer';
  readonly at: number;
  readonly listener: string;
  /** Id of the zone; empty for a listener without zones. */
  readonly zone: string;
  readonly address: string;
  /** Base64 of the DER, leaf first. */
  readonly chain: readonly string[];
  readonly decision: Decision;
  /** Why it was not let in, when it was not; an access rule may refuse what verification accepts. */
  readonly refusal?: { readonly code: string; readonly words: string };
}

/** The state of the connection to a peer of a zone. */
export interface ZoneReported {
  readonly type: 'zone';
  readonly at: number;
  readonly zone: string;
  /** `host:port`. */
  readonly peer: string;
  readonly state: 'active' | 'failed' | 'checking' | 'off';
  readonly code: string;
  readonly words: string;
}

/** An open connection was ended because it would not be let in any more. */
export interface ConnectionClosed {
  readonly type: 'closed';
  readonly at: number;
  readonly zone: string;
  readonly listener: string;
  readonly address: string;
  /** SHA-256 of the leaf in lower-case hexadecimal; empty without a certificate. */
  readonly fingerprint: string;
  readonly reason: string;
}

/** Asked by an edge on the evidence socket, about a chain whose status nothing at hand settles. */
export interface EvidenceQuestion {
  readonly id: number;
  readonly purpose: Purpose;
  /** Base64 of the DER, leaf first, as presented: whoever answers verifies it before any URL in it is asked. */
  readonly chain: readonly string[];
}

export interface EvidenceReply {
  readonly id: number;
  /** Base64 of OCSP responses and of CRLs, as received. */
  readonly ocsp: readonly string[];
  readonly crls: readonly string[];
}

/** Told by administration, unasked, to every edge on the evidence socket: something new is known about certificates. */
export interface EvidenceNews {
  /** SHA-256 of the DER in lower-case hexadecimal. */
  readonly changed: readonly string[];
}

/** Names of the sockets below `run` in the data folder. */
export const reportsSocket = 'reports.sock';
export const evidenceSocket = 'evidence.sock';

/** How long an edge waits for evidence inside a handshake, in milliseconds. */
export const evidenceMs = 5_000;
