/** Revocation data as others see it: CRLs, distribution points, what became of a file. Times are milliseconds since 1970. */
import type { CrlSource } from './source-table.ts';

/** One CRL of the store, usable or not. */
export interface StoredCrl {
  readonly id: string;
  readonly source: CrlSource;
  readonly origin: string;
  /** RFC 4514. */
  readonly issuer: string;
  /** SHA-256 of the key that signed it, hexadecimal; undefined while no such key is known. */
  readonly signedBy: string | undefined;
  /** Hexadecimal, undefined when it has none. */
  readonly number: string | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entries: number;
  readonly bytes: number;
  readonly delta: boolean;
  /** `unverified`: no CA is known whose key signed it; it is not used. `switched-off`: automatic updates are disabled. */
  readonly state: 'in-use' | 'unverified' | 'expired' | 'switched-off';
  readonly retrievedAt: number;
}

export interface SourceAttempt {
  readonly at: number;
  /** `updated`, `unchanged`, or the code of what went wrong. */
  readonly outcome: string;
  readonly message: string;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A distribution point of the automatic updates. */
export interface SourceStatus {
  readonly id: string;
  readonly url: string;
  readonly state: 'never' | 'ok' | 'failed' | 'updating';
  readonly lastAttemptAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly nextAttemptAt: number | undefined;
  /** Failures since the last success. */
  readonly failures: number;
  readonly message: string;
  /** While it is being fetched. */
  readonly progress: SourceProgress | undefined;
  /** Newest first, at most twenty. */
  readonly history: readonly SourceAttempt[];
  readonly crls: readonly StoredCrl[];
}

export interface SourceProgress {
  readonly step: 'waiting' | 'downloading' | 'checking' | 'storing';
  readonly bytes: number;
  /** Undefined when the server does not say. */
  readonly total: number | undefined;
}

/** What became of one CRL of a file or an answer. */
export interface CrlVerdict {
  /** 1 for the first of the file. */
  readonly position: number;
  readonly verdict: 'stored' | 'unchanged' | 'unverified' | 'refused';
  readonly issuer: string;
  readonly number: string | undefined;
  readonly thisUpdate: number | undefined;
  readonly nextUpdate: number | undefined;
  readonly entries: number;
  /** Code and words of a refusal. */
  readonly refusal: { readonly code: string; readonly message: string; readonly hint: string } | undefined;
}

export interface UploadReport {
  readonly fileName: string;
  readonly crls: readonly CrlVerdict[];
  /** What was unpacked or converted, in words. */
  readonly notes: readonly string[];
}

/** Which CRLs speak for a trusted CA. */
export interface CoverageRow {
  /** SHA-256 of the CA certificate. */
  readonly fingerprint: string;
  readonly name: string;
  /** Empty: none. */
  readonly crls: readonly StoredCrl[];
  /** What is wrong: no source, all of them expired. */
  readonly gap: 'none' | 'no-source' | 'expired';
}

/** A CRL file for an edge: it reads both files by itself. */
export interface EdgeCrl {
  readonly id: string;
  readonly source: CrlSource;
  readonly origin: string;
  readonly signedBy: string;
  readonly retrievedAt: number;
  readonly delta: boolean;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Absolute paths: DER, and its index as `readIndexFile` takes it. Gone once the CRL is replaced. */
  readonly file: string;
  readonly indexFile: string;
}
