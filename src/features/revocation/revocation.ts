/**
 * Revocation data: CRLs that are fetched, uploaded or came with the trusted CA list, OCSP answers, and which of them a
 * purpose may use. Nothing is used before its signature is good; the last good CRL stays until its nextUpdate.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import type { OcspAnswer } from '../../pki/ocsp/ocsp-status.ts';
import type {
  RevocationFallback,
  RevocationMode,
  RevocationSettings,
  RevocationSettingsPatch,
} from './revocation-settings.ts';
import type { CrlSource, RevocationPurpose } from './source-table.ts';

export {
  defaultRevocationSettings,
  type PurposeRevocation,
  type RevocationFallback,
  type RevocationMode,
  type RevocationSettings,
  type RevocationSettingsPatch,
} from './revocation-settings.ts';
export {
  type CrlSource,
  type RevocationPurpose,
  revocationPurposes,
  type SourceRow,
  type SourceUse,
  sourceTable,
} from './source-table.ts';

/** What was asked outside, or could not be, for the words of the decision. */
export interface FetchNote {
  readonly kind: 'ocsp' | 'cdp';
  readonly url: string;
  /** `done`, or why not: `revocation.address-refused`, … */
  readonly code: string;
  readonly message: string;
  /** A host that the operator may allow, when only the address filter stood in the way. */
  readonly allowHost: string | undefined;
}

/** A CRL ready to be asked, and where it came from. */
export interface EvidenceCrl {
  readonly crl: LoadedCrl;
  readonly origin: CrlSource;
}

/** An OCSP answer as it was received; whoever uses it verifies it. */
export interface EvidenceAnswer {
  readonly answer: OcspAnswer;
  readonly origin: 'ocsp';
}

/** What a purpose may use to decide about the certificates of one path, and how. */
export interface RevocationEvidence {
  readonly crls: readonly EvidenceCrl[];
  readonly ocsp: readonly EvidenceAnswer[];
  readonly mode: RevocationMode;
  /**
   * What certificates of this path count as when nothing is known: the purpose's fallback, but `revoked` where the CRL of
   * a CA has run out (for purposes that must refuse then), or a certificate was known to be revoked before.
   */
  readonly whenUnknown: RevocationFallback;
  readonly notes: readonly FetchNote[];
}

export interface EvidenceOptions {
  /** Milliseconds that asking outside may take in all, 5000 at most; nothing is fetched unless this is given. */
  readonly fetchWithin?: number;
}

/** One CRL of the store, usable or not. */
export interface StoredCrl {
  readonly id: string;
  readonly source: CrlSource;
  readonly origin: string;
  /** RFC 4514. */
  readonly issuer: string;
  /** Hexadecimal, undefined when it has none. */
  readonly number: string | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entries: number;
  readonly bytes: number;
  readonly delta: boolean;
  /** `unverified`: no CA is known whose key signed it; it is not used. */
  readonly state: 'in-use' | 'unverified' | 'expired' | 'not-yet-valid';
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
  /** Absolute paths: DER, and its index as `readIndexFile` takes it. */
  readonly file: string;
  readonly indexFile: string;
}

export interface RevocationFeature {
  settings(): Promise<RevocationSettings>;
  /** Throws `revocation.stale` (409), `revocation.invalid` (422) with every field that is wrong. */
  updateSettings(actor: Actor, patch: RevocationSettingsPatch, expectedVersion: number): Promise<RevocationSettings>;
  /**
   * What `purpose` may use about the certificates of `path` (leaf first, anchor last), by the table of sources. The path
   * must have been verified: URLs in its certificates are asked when `fetchWithin` is given. Order: what is loaded,
   * then OCSP, then distribution points for what neither settled.
   */
  evidenceFor(
    purpose: RevocationPurpose,
    path: readonly Certificate[],
    options?: EvidenceOptions,
  ): Promise<RevocationEvidence>;
  /** Every CRL there is, whatever its source. */
  crls(): Promise<readonly StoredCrl[]>;
  sources(): Promise<readonly SourceStatus[]>;
  coverage(): Promise<readonly CoverageRow[]>;
  /**
   * Replaces the manual CRLs by those of a file (PEM, DER, ZIP, GZIP). Throws `revocation.upload-refused` (422) with
   * every member that is refused; then nothing was changed.
   */
  upload(actor: Actor, file: Uint8Array, fileName: string): Promise<UploadReport>;
  /** Removes the manual CRLs, nothing else. Throws `revocation.nothing-to-remove` (404). */
  removeManual(actor: Actor): Promise<void>;
  /** Fetches every distribution point now, or one; resolves when it has begun. */
  updateNow(actor: Actor, sourceId?: string): Promise<readonly SourceStatus[]>;
  /** The CRLs that edges need for these purposes; emits `changed` for `revocation` when the answer changes. */
  forEdge(): Promise<readonly EdgeCrl[]>;
  conditions(): Promise<readonly Condition[]>;
  /** Loads what is stored and begins the automatic updates, until the function it returns is called. */
  start(): Promise<() => Promise<void>>;
}
