/**
 * The table of what is looked at in an upload: one row per question, each answered by a function with its words. `Guide`
 * marks what the certificate guides of communications gateways demand.
 */
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import type { CompletedChain } from '../../../pki/chain/complete-chain.ts';
import type { RequiredName } from '../required-names.ts';
import type { Slot } from '../slots.ts';
import { algorithmStrength, keyAllowed, keyCommon, keyStrength } from './key-checks.ts';
import {
  commonNameIsFqdn,
  commonNamePresent,
  namesCovered,
  sanIsFqdn,
  sanPresent,
  supportedAttributes,
  wildcard,
} from './name-checks.ts';
import { keyElsewhere, keyMatches, keyWhilePending, notBothKeys } from './pairing-checks.ts';
import {
  crlKnown,
  endDate2050,
  expired,
  issuerTrusted,
  leafIsNoCa,
  notYetValid,
  selfSigned,
  usageFits,
} from './trust-checks.ts';

/** Everything the checks look at. Times in milliseconds, key names are SHA-256 of the SubjectPublicKeyInfo. */
export interface UploadFacts {
  readonly slot: Slot;
  readonly now: number;
  readonly leaf: Certificate;
  readonly leafKey: string;
  readonly completed: CompletedChain;
  readonly uploadedKey: string | undefined;
  /** A file could not be read, and it may have been the key. */
  readonly keyUnread: boolean;
  readonly pendingCsrKey: string | undefined;
  readonly activeKey: string | undefined;
  readonly reuseKey: boolean;
  /** An expired certificate was asked for in full knowledge. */
  readonly force: boolean;
  readonly required: readonly RequiredName[];
  /** The client slot has a certificate of its own, so that the server's is never shown as client. */
  readonly clientLoaded: boolean;
  /** In words, whose key it is, when that is known. */
  readonly ownerOf: (key: string) => string | undefined;
  /** In words, the zones in which the uses of the certificate do not suffice. */
  readonly zonesAffected: readonly string[];
  /** Labels of the purposes that check revocation and would know nothing about the leaf. */
  readonly purposesWithoutCrl: readonly string[];
  /** The peer that has shown the leaf's key. */
  readonly peerWithKey: string | undefined;
  /** CA certificates of the upload that could be appended to the trusted CA list. */
  readonly appendable: readonly Certificate[];
}

/** What a check has to say. Errors prevent the upload, warnings are confirmed. */
export interface Answer {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly affected?: readonly string[];
  /** What must be typed to confirm. */
  readonly typed?: string;
}

/** One row: its answer is empty when there is nothing to say. */
export interface UploadCheck {
  readonly check: string;
  readonly title: string;
  readonly answer: (facts: UploadFacts) => readonly Answer[];
}

/** The rows in the order they are shown. */
export const uploadChecks: readonly UploadCheck[] = [
  { check: 'key-while-csr-pending', title: 'No private key while a CSR is pending', answer: keyWhilePending },
  { check: 'one-key', title: 'One private key is meant', answer: notBothKeys },
  { check: 'key-match', title: 'The private key belongs to the certificate', answer: keyMatches },
  { check: 'alternative-names-fqdn', title: 'Alternative names are FQDNs', answer: sanIsFqdn },
  { check: 'common-name-fqdn', title: 'The common name is an FQDN', answer: commonNameIsFqdn },
  { check: 'wildcard', title: 'No wildcard', answer: wildcard },
  { check: 'leaf', title: 'The certificate is not a CA', answer: leafIsNoCa },
  { check: 'expired', title: 'The certificate has not expired', answer: expired },
  { check: 'not-yet-valid', title: 'The certificate is valid now', answer: notYetValid },
  { check: 'key-allowed', title: 'Key and signature are allowed', answer: keyAllowed },
  { check: 'key-strength', title: 'Strength of the key', answer: keyStrength },
  { check: 'signature-strength', title: 'Strength of the signature', answer: algorithmStrength },
  { check: 'key-common', title: 'A kind of key that all clients take', answer: keyCommon },
  { check: 'common-name', title: 'Common name', answer: commonNamePresent },
  { check: 'alternative-names', title: 'Alternative names', answer: sanPresent },
  { check: 'issuer-trusted', title: 'The issuing CA is trusted and the chain complete', answer: issuerTrusted },
  { check: 'crl-known', title: 'CRL of the CA', answer: crlKnown },
  { check: 'self-signed', title: 'Signed by a CA', answer: selfSigned },
  { check: 'extended-key-usage', title: 'Usable as server and client; zones and peers that break', answer: usageFits },
  { check: 'names-covered', title: 'The names that the settings demand', answer: namesCovered },
  { check: 'key-elsewhere', title: 'The key is on this gateway alone', answer: keyElsewhere },
  { check: 'supported-attributes', title: 'Attributes of subject and issuer', answer: supportedAttributes },
  { check: 'end-2050', title: 'Ends before 2050', answer: endDate2050 },
];
