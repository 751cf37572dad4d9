/**
 * The private CA: roots and intermediates of the operator's own, templates that decide what a certificate says, and
 * the record of everything issued. What is issued is on the disk before anybody gets to see it. The front door.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Secret } from '../../lib/secret.ts';
import type { SanName } from '../../pki/name/build-general-name.ts';
import type { SubjectField } from '../../pki/name/build-name.ts';
import type { Authority, OpenAuthority } from './authority/authority.ts';
import type { IntermediateRequest, NameLimits, RootRequest } from './authority/requests.ts';
import type { ExportedFolder, ImportReport } from './demo-ca/demo-ca.ts';
import type { IssuedCertificate, IssuedPage, IssuedQuery } from './issued/issued.ts';
import type { CertificateStatus, RevocationReason, RevokedBlock } from './issued/revocations.ts';
import type { PrivateCaSettings } from './private-ca-settings.ts';
import type { Template, TemplateFields } from './template/template.ts';

export type { Authority, OpenAuthority } from './authority/authority.ts';
export type { IntermediateRequest, NameLimits, RootRequest } from './authority/requests.ts';
export { serialText } from './issue/serial.ts';
export type { IssuedCertificate, IssuedPage, IssuedQuery } from './issued/issued.ts';
export {
  type CertificateStatus,
  type RevocationReason,
  type RevokedBlock,
  revocationReasons,
} from './issued/revocations.ts';
export type { PrivateCaSettings } from './private-ca-settings.ts';
export { authorityUrls, type PublicUrls } from './public-urls.ts';
export type { Template, TemplateFields } from './template/template.ts';

/** How a certificate came to be asked for. */
export type IssueSource = 'upload' | 'slot' | 'acme' | 'renewal';

export interface IssueRequest {
  /** PKCS#10, DER. Only its public key is taken as it is; names and subject as far as the template allows. */
  readonly csr: Uint8Array;
  /** Name of a template. */
  readonly template: string;
  /** Id of an authority; unless given, the one that issues by default. */
  readonly authority?: string | undefined;
  /** Instead of the names of the request; every one must be allowed. */
  readonly names?: readonly SanName[] | undefined;
  /** Instead of the subject of the request. */
  readonly subject?: readonly SubjectField[] | undefined;
  /** Milliseconds since 1970; template and issuer may end it earlier. */
  readonly notAfter?: number | undefined;
  /** Refuses where otherwise a name that is not allowed would be left out. */
  readonly strict?: boolean | undefined;
  /** The operator knows that it ends in 2050 or later. */
  readonly confirmed2050?: boolean | undefined;
  /** For an authority whose key is under a passphrase. */
  readonly passphrase?: Secret<string> | undefined;
  readonly source: IssueSource;
}

/** Something about a certificate that whoever asked for it should know. */
export interface IssueNote {
  readonly code:
    | 'name-left-out'
    | 'subject-changed'
    | 'extension-ignored'
    | 'common-name-added'
    | 'shortened'
    | 'unsupported-oid'
    | 'ends-2050'
    | 'no-revocation-url'
    | 'lint';
  readonly message: string;
}

export interface Issued {
  readonly authority: string;
  /** Lower-case hexadecimal, two digits an octet, without leading zero octets. */
  readonly serial: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER of the certificates above it, nearest first, without the root. */
  readonly chain: readonly Uint8Array[];
  readonly notAfter: number;
  readonly notes: readonly IssueNote[];
}

/** What would be issued; nothing is kept. */
export interface IssuePreview {
  /** As `openssl x509 -text` prints it, signature and serial number left open. */
  readonly text: string;
  readonly subject: string;
  readonly names: readonly string[];
  readonly notAfter: number;
  readonly notes: readonly IssueNote[];
}

/** Names one certificate; without an authority the serial number must be unique among all of them. */
export interface CertificateName {
  readonly serial: string;
  readonly authority?: string | undefined;
}

export interface PrivateCa {
  /** Roots first, then intermediates, each newest first; those still waiting for their certificate included. */
  authorities(): Promise<readonly Authority[]>;
  /** Throws `private-ca.no-authority` (404). */
  authority(id: string): Promise<Authority>;
  /** The active authority that issues unless told otherwise; undefined while there is none. */
  defaultAuthority(): Promise<Authority | undefined>;
  createRoot(actor: Actor, request: RootRequest): Promise<Authority>;
  /** The domains of this gateway as limits for an intermediate. Throws `private-ca.invalid` (422) when it has none. */
  defaultLimits(): Promise<NameLimits>;
  /** Signed by a root here with its passphrase; without a parent it stays `pending` with a request for another CA. */
  createIntermediate(actor: Actor, request: IntermediateRequest): Promise<Authority>;
  /** Takes the certificate that another CA made for a pending intermediate; `chain` in any order, DER. */
  installIntermediate(actor: Actor, id: string, chain: readonly Uint8Array[]): Promise<Authority>;
  /** A new intermediate with a new key in the place of `id`, which issues no more but goes on being published. */
  rotateIntermediate(actor: Actor, id: string, request: RotationRequest): Promise<Authority>;
  /** Gives up a pending intermediate and its key. */
  discardPending(actor: Actor, id: string): Promise<void>;
  /** Appends its root to the trusted CA list; false when it is there already. */
  trust(actor: Actor, id: string): Promise<boolean>;
  /** The key of an authority for the time of one call; sealed keys are opened each time and forgotten. */
  withKey<T>(id: string, use: (open: OpenAuthority) => Promise<T> | T, passphrase?: Secret<string>): Promise<T>;

  /** Those of the program first. */
  templates(): Promise<readonly Template[]>;
  /** Throws `private-ca.no-template` (404). */
  template(name: string): Promise<Template>;
  /** Adds a template, or changes the one of this name from `version`. */
  saveTemplate(actor: Actor, name: string, fields: TemplateFields, version: number): Promise<Template>;
  removeTemplate(actor: Actor, name: string): Promise<void>;

  preview(request: Omit<IssueRequest, 'source' | 'passphrase'>): Promise<IssuePreview>;
  /** The certificate is on the disk, recorded and audited before this resolves. */
  issue(actor: Actor, request: IssueRequest): Promise<Issued>;
  /** DER of the request that waits in a slot. Throws `private-ca.invalid` (422) without a slot, `identity.no-csr`. */
  slotRequest(slot: string | undefined): Promise<Uint8Array>;
  /** Issues for the request of a slot and hands the certificate to it: it waits there, or is served at once. */
  issueForSlot(actor: Actor, to: SlotTarget, request: IssueRequest): Promise<Issued>;
  /** A certificate that signs OCSP answers for `authority` (RFC 6960 4.2.2.2), with its key's SubjectPublicKeyInfo. */
  issueResponder(
    actor: Actor,
    authority: string,
    responder: { readonly publicKeyInfo: Uint8Array; readonly notAfter: number },
    passphrase?: Secret<string>,
  ): Promise<Issued>;

  /** Newest first. */
  issued(query: IssuedQuery): Promise<IssuedPage>;
  /** How many certificates an authority issued, and how many of them are revoked or on hold. */
  counts(id: string): Promise<{ readonly issued: number; readonly revoked: number }>;
  /** Throws `private-ca.no-certificate` (404). */
  certificate(name: CertificateName): Promise<IssuedCertificate>;
  /** Certificates of an authority that are not expired, in the order they were issued: what a responder answers for. */
  current(authority: string): AsyncIterable<CertificateStatus>;
  /** Undefined for a serial number that was never issued. */
  statusOf(authority: string, serial: string): Promise<CertificateStatus | undefined>;
  /**
   * What is revoked or on hold, ordered by serial number, in blocks without an object for each entry. `partition`:
   * only that part; what expired before `expiredBefore` (milliseconds) is left out.
   */
  revokedOf(authority: string, only?: { partition?: number; expiredBefore?: number }): AsyncIterable<RevokedBlock>;
  /** Throws `private-ca.already-revoked` (409). Reason `certificate-hold` can be undone by `release`. */
  revoke(actor: Actor, name: CertificateName, reason: RevocationReason): Promise<IssuedCertificate>;
  /** The same for whoever proved to hold the key of the certificate, given as its SubjectPublicKeyInfo. */
  revokeByHolder(
    name: CertificateName,
    reason: RevocationReason,
    holder: { readonly publicKeyInfo: Uint8Array; readonly address: string },
  ): Promise<IssuedCertificate>;
  release(actor: Actor, name: CertificateName): Promise<IssuedCertificate>;
  /** Called after a commit that changed what is revoked, or what a responder must know; returns how to end it. */
  onStatus(listener: (change: StatusChange) => void): () => void;

  settings(): Promise<PrivateCaSettings>;
  changeSettings(actor: Actor, patch: Partial<PrivateCaSettings>, version: number): Promise<PrivateCaSettings>;
  /** The address that stands in certificates, without a slash at the end; empty: there is none. */
  publicUrl(): Promise<string>;

  /** Takes over a folder of `openssl ca`, packed as ZIP, tar or tar.gz. */
  importDemoCa(actor: Actor, archive: Uint8Array, passphrase: Secret<string>): Promise<ImportReport>;
  /** The folder as tar.gz that `openssl ca` goes on with; holds the key, encrypted, when `passphrase` is given. */
  exportDemoCa(actor: Actor, id: string, passphrase: Secret<string> | undefined): Promise<ExportedFolder>;

  conditions(): Promise<readonly Condition[]>;
}

export interface RotationRequest {
  /** Of the root; absent for a request that another CA signs. */
  readonly passphrase?: Secret<string> | undefined;
  readonly algorithm?: RootRequest['algorithm'] | undefined;
  readonly days?: number | undefined;
}

export interface SlotTarget {
  /** `server`, `client` or `domain:<name>`. */
  readonly slot: string;
  /** Serve the certificate at once; else it waits to be deployed. */
  readonly deploy: boolean;
}

/** `issued`: a new certificate; `revoked`: revoked, held or released; `authority`: authorities or addresses changed. */
export interface StatusChange {
  readonly what: 'issued' | 'revoked' | 'authority';
  /** Empty when more than one is meant; so is `serial`. */
  readonly authority: string;
  readonly serial: string;
}
