/** What is asked for when an authority is made. */
import type { Secret } from '../../../lib/secret.ts';
import type { KeyAlgorithm } from '../../../pki/key/generate.ts';
import type { SubjectField } from '../../../pki/name/build-name.ts';

export interface RootRequest {
  /** With a common name. */
  readonly subject: readonly SubjectField[];
  readonly algorithm: KeyAlgorithm;
  readonly days: number;
  /** Encrypts the key, which is stored in no other way. */
  readonly passphrase: Secret<string>;
  readonly constraints?: NameLimits | undefined;
  /** Appends it to the trusted CA list. */
  readonly trust: boolean;
  /** The operator knows that it ends in 2050 or later. */
  readonly confirmed2050?: boolean | undefined;
}

export interface IntermediateRequest {
  readonly subject: readonly SubjectField[];
  readonly algorithm: KeyAlgorithm;
  readonly days: number;
  /** Id of the root here that signs; absent for a request that another CA signs. */
  readonly parent?: string | undefined;
  /** Of the parent's key. */
  readonly passphrase?: Secret<string> | undefined;
  /** Names it may issue for; null for no limit (RFC 5280 4.2.1.10). */
  readonly constraints: NameLimits | null;
  readonly partitions: number;
  readonly confirmed2050?: boolean | undefined;
}

/** Names below which an authority issues. Without address ranges it issues for no address at all. */
export interface NameLimits {
  /** Domains: themselves and everything below. */
  readonly dns: readonly string[];
  /** Such as `10.0.0.0/8`. */
  readonly ip: readonly string[];
  /** Domains of mail addresses; none: those of `dns`. */
  readonly email: readonly string[];
}
