/**
 * What a certificate and a certification request have in common: a list of extensions, each decoded when it is first
 * asked for and kept. A property is undefined when the extension is absent. When checking was deferred and the value
 * turns out malformed, reading the property throws `PkiRefusal`: an unreadable constraint must never look absent.
 */
import { oidContent, oidLongName, oidText } from '../../der/oid.ts';
import { DerReader } from '../../der/reader.ts';
import { type PkiError, PkiRefusal } from '../../pki-error.ts';
import { issuerAltName, subjectAltName } from './alternative-name.ts';
import { authorityKeyIdentifier } from './authority-key-identifier.ts';
import { basicConstraints } from './basic-constraints.ts';
import { certificatePolicies } from './certificate-policies.ts';
import { crlDistributionPoints, freshestCrl } from './distribution-points.ts';
import { extendedKeyUsage } from './extended-key-usage.ts';
import type { ExtensionDecoder } from './extension-decoder.ts';
import {
  decodeExtension,
  decodeExtensionAt,
  type Extension,
  type ExtensionTable,
  extensionAt,
  findExtension,
  listExtensions,
  stride,
} from './extension-table.ts';
import { authorityInfoAccess, subjectInfoAccess } from './information-access.ts';
import { inhibitAnyPolicy } from './inhibit-any-policy.ts';
import { keyUsage } from './key-usage.ts';
import { logotype } from './logotype.ts';
import {
  microsoftApplicationPolicies,
  microsoftCaVersion,
  microsoftPreviousCaHash,
  microsoftTemplate,
  microsoftTemplateName,
} from './microsoft.ts';
import { nameConstraints } from './name-constraints.ts';
import * as netscape from './netscape.ts';
import { ocspNoCheck } from './ocsp-no-check.ts';
import { policyConstraints } from './policy-constraints.ts';
import { policyMappings } from './policy-mappings.ts';
import { privateKeyUsagePeriod } from './private-key-usage-period.ts';
import { qualifiedStatements } from './qualified-certificate-statements.ts';
import { ctPoison, signedCertificateTimestamps } from './signed-certificate-timestamps.ts';
import { subjectDirectoryAttributes } from './subject-directory-attributes.ts';
import { subjectKeyIdentifier } from './subject-key-identifier.ts';
import { tlsFeature } from './tls-feature.ts';

export type { AuthorityKeyIdentifier } from './authority-key-identifier.ts';
export type { BasicConstraints } from './basic-constraints.ts';
export type { PolicyInformation, PolicyQualifier, UserNotice } from './certificate-policies.ts';
export type { DistributionPoint, DistributionPointName, RevocationReason } from './distribution-points.ts';
export type { Extension } from './extension-table.ts';
export type { AccessDescription } from './information-access.ts';
export type { KeyUsage } from './key-usage.ts';
export type { CaVersion, CertificateTemplate } from './microsoft.ts';
export type { GeneralSubtree, NameConstraints } from './name-constraints.ts';
export type { PolicyConstraints } from './policy-constraints.ts';
export type { PolicyMapping } from './policy-mappings.ts';
export type { PrivateKeyUsagePeriod } from './private-key-usage-period.ts';
export type { QualifiedStatement } from './qualified-certificate-statements.ts';
export type { SignedCertificateTimestamp } from './signed-certificate-timestamps.ts';
export type { DirectoryAttribute } from './subject-directory-attributes.ts';

/** Every extension whose value is understood. */
const decoders: readonly ExtensionDecoder<unknown>[] = [
  basicConstraints,
  keyUsage,
  extendedKeyUsage,
  subjectAltName,
  issuerAltName,
  authorityKeyIdentifier,
  subjectKeyIdentifier,
  nameConstraints,
  certificatePolicies,
  policyMappings,
  policyConstraints,
  inhibitAnyPolicy,
  crlDistributionPoints,
  freshestCrl,
  authorityInfoAccess,
  subjectInfoAccess,
  signedCertificateTimestamps,
  ctPoison,
  tlsFeature,
  ocspNoCheck,
  privateKeyUsagePeriod,
  subjectDirectoryAttributes,
  qualifiedStatements,
  logotype,
];

/** Extensions of single vendors, which no standard gives a meaning: when malformed they count as absent. */
const vendorDecoders: readonly ExtensionDecoder<unknown>[] = [
  microsoftTemplateName,
  microsoftTemplate,
  microsoftCaVersion,
  microsoftPreviousCaHash,
  microsoftApplicationPolicies,
  ...Object.values(netscape),
];

const decoderOf: ReadonlyMap<string, ExtensionDecoder<unknown>> = new Map(
  [...decoders, ...vendorDecoders].map((d) => [d.oid, d]),
);
const vendors: ReadonlySet<ExtensionDecoder<unknown>> = new Set(vendorDecoders);

/** Those below id-ce (2.5.29), which nearly all are, by their last octet. */
const byLastOctet: readonly (ExtensionDecoder<unknown> | undefined)[] = Array.from({ length: 128 }, (_, i) =>
  decoders.find(({ oid }) => oid === `2.5.29.${i}`),
);

/** The decoder of an extension that a standard defines, by the octets of its identifier. */
function standardDecoder(der: Uint8Array, start: number, stop: number): ExtensionDecoder<unknown> | undefined {
  if (stop - start === 3 && der[start] === 0x55 && der[start + 1] === 0x1d) return byLastOctet[der[start + 2]!];
  const decoder = decoderOf.get(oidText(der, start, stop));
  return decoder === undefined || vendors.has(decoder) ? undefined : decoder;
}

/** Stands in the place of an extension that was looked for and is absent. */
const absent = Symbol('absent');

export abstract class ExtensionSet {
  readonly der: Uint8Array;
  protected readonly table: ExtensionTable;
  private readonly decodedValues: unknown[] = [];
  private list: readonly Extension[] | undefined;
  private critical: readonly string[] | undefined;
  /** Set once every extension of a standard is decoded: what has no value then is absent. */
  private complete = false;

  constructor(der: Uint8Array, table: ExtensionTable) {
    this.der = der;
    this.table = table;
  }

  /** All extensions in their order, values undecoded. */
  get extensions(): readonly Extension[] {
    this.list ??= listExtensions(this.der, this.table);
    return this.list;
  }

  /** Dotted identifiers of the critical extensions, in their order. */
  get criticalExtensions(): readonly string[] {
    this.critical ??= criticalOids(this.der, this.table);
    return this.critical;
  }

  /** The extension with this dotted identifier. */
  extension(oid: string): Extension | undefined {
    const at = findExtension(this.der, this.table, decoderOf.get(oid)?.content ?? oidContent(oid));
    return at === -1 ? undefined : extensionAt(this.der, this.table, at);
  }

  /** Decodes every extension that a standard defines; what is wrong with the first that is malformed. */
  checkExtensions(): PkiError | undefined {
    if (this.complete) return undefined;
    const { der, table } = this;
    const reader = new DerReader(der);
    for (let at = 0; at < table.length; at += stride) {
      const decoder = standardDecoder(der, table[at]!, table[at + 1]!);
      if (decoder === undefined) continue;
      try {
        this.decodedValues[decoder.slot] ??= decodeExtensionAt(der, table, at, decoder, reader);
      } catch (thrown) {
        if (!(thrown instanceof PkiRefusal)) throw thrown;
        return { ...thrown.error, message: `${oidLongName(decoder.oid)}: ${thrown.error.message}` };
      }
    }
    this.complete = true;
    return undefined;
  }

  /**
   * Critical extensions that nothing here can decode. What a verifier must process is its own business: being decoded
   * is not being enforced (RFC 5280 4.2).
   */
  get unknownCriticalExtensions(): readonly string[] {
    return this.criticalExtensions.filter((oid) => !decoderOf.has(oid));
  }

  get basicConstraints() {
    return this.decoded(basicConstraints);
  }

  get keyUsage() {
    return this.decoded(keyUsage);
  }

  /** Purposes as dotted identifiers. */
  get extendedKeyUsage() {
    return this.decoded(extendedKeyUsage);
  }

  get subjectAltName() {
    return this.decoded(subjectAltName);
  }

  get issuerAltName() {
    return this.decoded(issuerAltName);
  }

  get authorityKeyIdentifier() {
    return this.decoded(authorityKeyIdentifier);
  }

  get subjectKeyIdentifier() {
    return this.decoded(subjectKeyIdentifier);
  }

  get nameConstraints() {
    return this.decoded(nameConstraints);
  }

  get certificatePolicies() {
    return this.decoded(certificatePolicies);
  }

  get policyMappings() {
    return this.decoded(policyMappings);
  }

  get policyConstraints() {
    return this.decoded(policyConstraints);
  }

  get inhibitAnyPolicy() {
    return this.decoded(inhibitAnyPolicy);
  }

  get crlDistributionPoints() {
    return this.decoded(crlDistributionPoints);
  }

  get freshestCrl() {
    return this.decoded(freshestCrl);
  }

  get authorityInfoAccess() {
    return this.decoded(authorityInfoAccess);
  }

  get subjectInfoAccess() {
    return this.decoded(subjectInfoAccess);
  }

  get signedCertificateTimestamps() {
    return this.decoded(signedCertificateTimestamps);
  }

  /** Whether this is a precertificate, good for no connection (RFC 6962 3.1). */
  get ctPoison(): boolean {
    return this.decoded(ctPoison) ?? false;
  }

  get ocspNoCheck(): boolean {
    return this.decoded(ocspNoCheck) ?? false;
  }

  /** Numbers of TLS extensions that a server must answer; 5 is must-staple. */
  get tlsFeature() {
    return this.decoded(tlsFeature);
  }

  get privateKeyUsagePeriod() {
    return this.decoded(privateKeyUsagePeriod);
  }

  get subjectDirectoryAttributes() {
    return this.decoded(subjectDirectoryAttributes);
  }

  get qualifiedStatements() {
    return this.decoded(qualifiedStatements);
  }

  /** DER of LogotypeExtn. */
  get logotype() {
    return this.decoded(logotype);
  }

  get netscapeCertType() {
    return this.vendor(netscape.netscapeCertType);
  }

  get netscapeComment() {
    return this.vendor(netscape.netscapeComment);
  }

  get microsoftTemplateName() {
    return this.vendor(microsoftTemplateName);
  }

  get microsoftTemplate() {
    return this.vendor(microsoftTemplate);
  }

  get microsoftCaVersion() {
    return this.vendor(microsoftCaVersion);
  }

  get microsoftPreviousCaHash() {
    return this.vendor(microsoftPreviousCaHash);
  }

  get microsoftApplicationPolicies() {
    return this.vendor(microsoftApplicationPolicies);
  }

  private vendor<T>(decoder: ExtensionDecoder<T>): T | undefined {
    try {
      return this.lookUp(decoder);
    } catch (thrown) {
      if (thrown instanceof PkiRefusal) return undefined;
      throw thrown;
    }
  }

  private decoded<T>(decoder: ExtensionDecoder<T>): T | undefined {
    return this.complete ? this.kept(decoder) : this.lookUp(decoder);
  }

  private lookUp<T>(decoder: ExtensionDecoder<T>): T | undefined {
    this.decodedValues[decoder.slot] ??= decodeExtension(this.der, this.table, decoder) ?? absent;
    return this.kept(decoder);
  }

  private kept<T>(decoder: ExtensionDecoder<T>): T | undefined {
    const value = this.decodedValues[decoder.slot];
    return value === absent ? undefined : (value as T | undefined);
  }
}

function criticalOids(der: Uint8Array, table: ExtensionTable): readonly string[] {
  const oids: string[] = [];
  for (let at = 0; at < table.length; at += stride) {
    if (table[at + 2] === 1) oids.push(oidText(der, table[at]!, table[at + 1]!));
  }
  return oids;
}
