/**
 * Revocation data: CRLs that are fetched, uploaded or came with the trusted CA list, OCSP answers, and which of them a
 * purpose may use. Nothing is used before its signature is good; the last good CRL stays until its nextUpdate.
 */
import type { Actor } from '../../lib/actor.ts';
import type { AddressRules } from '../../lib/address-filter.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import type { LoadedCrl } from '../../pki/crl/loaded-crl.ts';
import type { OcspAnswer } from '../../pki/ocsp/ocsp-status.ts';
import type { RefusedHost } from './fetch/refused-hosts.ts';
import type { OcspStaple } from './ocsp/ocsp-source.ts';
import type { CoverageRow, EdgeCrl, SourceStatus, StoredCrl, UploadReport } from './revocation-data.ts';
import type {
  RevocationFallback,
  RevocationMode,
  RevocationSettings,
  RevocationSettingsPatch,
} from './revocation-settings.ts';
import type { CrlSource, RevocationPurpose } from './source-table.ts';

export { gunzip, isGzip } from './archive/gzip.ts';
export { UnpackRefusal } from './archive/unpack-error.ts';
export { isZip, readZip } from './archive/zip.ts';
export type { RefusedHost } from './fetch/refused-hosts.ts';
export type { OcspStaple } from './ocsp/ocsp-source.ts';
export type {
  CoverageRow,
  CrlVerdict,
  EdgeCrl,
  SourceAttempt,
  SourceProgress,
  SourceStatus,
  StoredCrl,
  UploadReport,
} from './revocation-data.ts';
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
  /**
   * The OCSP answer to be stapled for a certificate of our own, kept and asked anew at half of its time; undefined when
   * its CA offers none. Call it again at least hourly.
   */
  staple(certificate: Certificate, issuer: Certificate): Promise<OcspStaple | undefined>;
  /** Every CRL there is, whatever its source. */
  crls(): Promise<readonly StoredCrl[]>;
  sources(): Promise<readonly SourceStatus[]>;
  /** Hosts that were not asked because of their address alone, newest first. */
  refusedHosts(): readonly RefusedHost[];
  /** Puts a host, an address or a block on the allow-list. Throws `revocation.invalid` (422). */
  allowHost(actor: Actor, host: string): Promise<RevocationSettings>;
  /** Which addresses the gateway may call for a host that an operator chose: the allow-list of these settings. */
  operatorRules(host: string): AddressRules;
  coverage(): Promise<readonly CoverageRow[]>;
  /** Labels of the purposes that check revocation and would know nothing about this certificate. */
  purposesWithoutCrl(certificate: Certificate, issuer: Certificate | undefined): Promise<readonly string[]>;
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
