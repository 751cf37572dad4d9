import type { DistinguishedName } from '../../name/distinguished-name.ts';
import type { GeneralName } from '../../name/general-name.ts';
import type { PkiError } from '../../pki-error.ts';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the extnValue OCTET STRING. */
  readonly value: Uint8Array;
  /** Where the value begins in the DER of the whole. */
  readonly offset: number;
}
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';
export interface AuthorityKeyIdentifier {
  readonly keyId?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  readonly serial?: Uint8Array;
}
/** A base of nameConstraints; an `ip` base holds address and mask (8 or 32 octets). */
export interface GeneralSubtree {
  readonly base: GeneralName;
  readonly minimum: number;
  readonly maximum?: number;
}
export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}
export interface PolicyQualifier {
  readonly oid: string;
  readonly der: Uint8Array;
  readonly cps?: string;
  readonly userNotice?: {
    readonly organization?: string;
    readonly noticeNumbers?: readonly number[];
    readonly explicitText?: string;
  };
}
export interface PolicyInformation {
  readonly oid: string;
  readonly qualifiers: readonly PolicyQualifier[];
}
export interface PolicyMapping {
  readonly issuerDomain: string;
  readonly subjectDomain: string;
}
export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise';
export interface DistributionPointName {
  readonly fullName?: readonly GeneralName[];
  /** An RDN to be appended to the issuer's name, as in RFC 5280 4.2.1.13. */
  readonly relativeName?: DistinguishedName;
}
export interface DistributionPoint {
  readonly name?: DistributionPointName;
  readonly reasons?: ReadonlySet<RevocationReason>;
  readonly crlIssuer?: readonly GeneralName[];
}
export interface AccessDescription {
  readonly method: string;
  readonly location: GeneralName;
}
export interface SignedCertificateTimestamp {
  readonly version: number;
  readonly logId: Uint8Array;
  readonly timestamp: number;
  readonly extensions: Uint8Array;
  readonly hash: number;
  readonly signatureAlgorithm: number;
  readonly signature: Uint8Array;
}
export interface CertificateTemplate {
  readonly oid: string;
  readonly major?: number;
  readonly minor?: number;
}

/** What a certificate and a certification request have in common: a list of extensions, decoded on demand. */
export abstract class ExtensionSet {
  get extensions(): readonly Extension[] {
    throw new Error('being written');
  }
  extension(_oid: string): Extension | undefined {
    throw new Error('being written');
  }
  checkExtensions(): PkiError | undefined {
    throw new Error('being written');
  }
  declare readonly unknownCriticalExtensions: readonly string[];
  declare readonly basicConstraints: BasicConstraints | undefined;
  declare readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  declare readonly extendedKeyUsage: readonly string[] | undefined;
  declare readonly subjectAltName: readonly GeneralName[] | undefined;
  declare readonly issuerAltName: readonly GeneralName[] | undefined;
  declare readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  declare readonly subjectKeyIdentifier: Uint8Array | undefined;
  declare readonly nameConstraints: NameConstraints | undefined;
  declare readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  declare readonly policyMappings: readonly PolicyMapping[] | undefined;
  declare readonly policyConstraints: PolicyConstraints | undefined;
  declare readonly inhibitAnyPolicy: number | undefined;
  declare readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  declare readonly freshestCrl: readonly DistributionPoint[] | undefined;
  declare readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  declare readonly subjectInfoAccess: readonly AccessDescription[] | undefined;
  declare readonly signedCertificateTimestamps: readonly SignedCertificateTimestamp[] | undefined;
  declare readonly ctPoison: boolean;
  declare readonly ocspNoCheck: boolean;
  declare readonly tlsFeature: readonly number[] | undefined;
  declare readonly netscapeComment: string | undefined;
  declare readonly netscapeCertType: readonly string[] | undefined;
  declare readonly microsoftTemplateName: string | undefined;
  declare readonly microsoftTemplate: CertificateTemplate | undefined;
  declare readonly microsoftCaVersion: { readonly certificateIndex: number; readonly keyIndex: number } | undefined;
  declare readonly microsoftApplicationPolicies: readonly PolicyInformation[] | undefined;
  declare readonly privateKeyUsagePeriod:
    | { readonly notBefore?: number | undefined; readonly notAfter?: number | undefined }
    | undefined;
}
