/** The record of what was issued, as lists and details show it. */

export type IssuedState = 'good' | 'revoked' | 'on-hold' | 'expired';

export interface IssuedQuery {
  /** Part of subject or names, in any case. */
  readonly text?: string | undefined;
  /** Lower-case hexadecimal, or its beginning. */
  readonly serial?: string | undefined;
  readonly authority?: string | undefined;
  readonly template?: string | undefined;
  /** `expired` is told by the clock; a revoked certificate stays `revoked`. */
  readonly state?: IssuedState | undefined;
  /** Milliseconds since 1970: only those that end before. */
  readonly expiresBefore?: number | undefined;
  /** Only rows older than this `seq`, to go on. */
  readonly before?: number | undefined;
  /** 1 to 500. */
  readonly limit: number;
}

export interface IssuedRow {
  readonly seq: number;
  readonly authority: string;
  readonly serial: string;
  /** RFC 4514. */
  readonly subject: string;
  /** `dns:a.example`, `ip:192.0.2.1`, …. */
  readonly names: readonly string[];
  readonly template: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly issuedBy: string;
  readonly source: 'upload' | 'slot' | 'acme' | 'renewal' | 'authority' | 'responder' | 'import';
  /** SHA-256 of the DER, lower-case hexadecimal; empty where only a line of an imported index is known. */
  readonly fingerprint: string;
  readonly state: IssuedState;
  readonly revokedAt: number | null;
  /** CRLReason, null where none was given. */
  readonly reason: number | null;
}

export interface IssuedPage {
  readonly certificates: readonly IssuedRow[];
  /** `before` of the next page; null at the end. */
  readonly next: number | null;
}

export interface IssuedCertificate extends IssuedRow {
  /** DER; undefined where only a line of an imported index is known. */
  readonly der: Uint8Array | undefined;
  /** DER of the certificates above it, nearest first, without the root. */
  readonly chain: readonly Uint8Array[];
  /** SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly keyId: string;
  readonly partition: number;
}
