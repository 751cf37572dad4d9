/**
 * The certification authority behind the ACME server, as this feature needs it: templates become profiles, a request
 * becomes a chain. Declared here by its user; the private CA stands behind it.
 */
import type { Actor } from '../../lib/actor.ts';

/** A name to be certified: lower-case DNS name (a wildcard begins with `*.`) or an IP address in its usual notation. */
export interface CertifiedName {
  readonly type: 'dns' | 'ip';
  readonly value: string;
}

export interface IssuingTemplate {
  /** The profile's name in the directory. */
  readonly name: string;
  /** One line for the person who chooses. */
  readonly description: string;
  readonly wildcards: boolean;
  readonly ipAddresses: boolean;
  /** Milliseconds from notBefore to notAfter unless the order ends it earlier. */
  readonly lifetime: number;
}

export interface IssuingRequest {
  /** PKCS#10, DER. Only its key is taken; names and everything else are decided here and by the template. */
  readonly csr: Uint8Array;
  readonly template: string;
  readonly names: readonly CertifiedName[];
  /** Milliseconds since 1970; the template and the issuer may end it earlier. */
  readonly notAfter?: number;
  /** When this was asked for before a crash: a certificate issued since then for the same key is answered again. */
  readonly askedSince?: number;
}

export interface IssuedChain {
  /** DER, leaf first, the root left out. */
  readonly chain: readonly Uint8Array[];
  /** Other chains for the same leaf, each leaf first. */
  readonly alternates?: readonly (readonly Uint8Array[])[];
}

/** What makes a certificate worth renewing before its time. */
export interface IssuedState {
  readonly revokedAt?: number | undefined;
  /** When the key that signed it was replaced by a new intermediate. */
  readonly issuerReplacedAt?: number | undefined;
}

export interface IssuingCa {
  /** Empty while there is no CA that could issue. */
  templates(): Promise<readonly IssuingTemplate[]>;
  /** Throws Problem with a status below 500 when this request is refused whenever it is asked again. */
  issue(actor: Actor, request: IssuingRequest): Promise<IssuedChain>;
  /** `serial` in lower-case hexadecimal; `reason` by RFC 5280 5.3.1. Throws Problem 409 for one that is revoked. */
  revoke(actor: Actor, serial: string, reason: number): Promise<void>;
  state(serial: string): Promise<IssuedState>;
}
