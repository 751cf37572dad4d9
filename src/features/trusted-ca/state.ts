/** The list in memory while something is decided about it: stored rows with what they parse to. */
import { type Certificate, parseCertificate } from '../../pki/certificate/certificate.ts';
import { verifySignedBy } from '../../pki/certificate/verify-signature.ts';
import { type Crl, parseCrl } from '../../pki/crl/crl.ts';
import { canonicalName } from '../../pki/name/distinguished-name.ts';
import type { Db } from '../../storage/schema.ts';
import { readCas, readCrls, type StoredCa, type StoredCrl } from './store.ts';

export interface CaMember {
  readonly row: StoredCa;
  readonly certificate: Certificate;
}

export interface CrlMember {
  readonly row: StoredCrl;
  readonly crl: Crl;
}

export interface ListState {
  readonly cas: readonly CaMember[];
  readonly crls: readonly CrlMember[];
  /** Fingerprints of rows whose bytes cannot be read (any more). */
  readonly damaged: readonly string[];
}

/** The fingerprint that names a member everywhere. */
export function memberId(member: CaMember | CrlMember): string {
  return 'crl' in member ? member.row.id : member.row.fingerprint;
}

/** Loads the list. What was parsed once is kept as long as it stays on the list. */
export class StateLoader {
  #certificates = new Map<string, Certificate>();
  #crls = new Map<string, Crl>();

  async load(db: Db): Promise<ListState> {
    const damaged: string[] = [];
    const certificates = new Map<string, Certificate>();
    const crls = new Map<string, Crl>();
    const cas: CaMember[] = [];
    for (const row of await readCas(db)) {
      const certificate = this.#certificates.get(row.fingerprint) ?? value(parseCertificate(row.der));
      if (certificate === undefined) damaged.push(row.fingerprint);
      else {
        certificates.set(row.fingerprint, certificate);
        cas.push({ row, certificate });
      }
    }
    const lists: CrlMember[] = [];
    for (const row of await readCrls(db)) {
      const crl = this.#crls.get(row.id) ?? value(parseCrl(row.der));
      if (crl === undefined) damaged.push(row.id);
      else {
        crls.set(row.id, crl);
        lists.push({ row, crl });
      }
    }
    this.#certificates = certificates;
    this.#crls = crls;
    return { cas, crls: lists, damaged };
  }
}

const checked = new WeakMap<Crl, WeakMap<Certificate, boolean>>();

/** What is known of a CRL's signature: made by one of the issuers, by none of those with its name, or no issuer known. */
export function crlSignature(crl: Crl, issuers: readonly Certificate[]): 'verified' | 'wrong' | 'no-issuer' {
  const name = canonicalName(crl.issuer);
  // RFC 5280 6.3.3 (f): the issuer's key usage, where present, includes cRLSign.
  const candidates = issuers.filter(
    (issuer) => canonicalName(issuer.subject) === name && issuer.keyUsage?.has('cRLSign') !== false,
  );
  if (candidates.length === 0) return 'no-issuer';
  if (candidates.some((issuer) => signedBy(crl, issuer))) return 'verified';
  const keyId = crl.authorityKeyIdentifier?.keyId;
  // Another CA of the same name may have signed it: RFC 5280 5.2.1.
  const mayBeAnother =
    keyId !== undefined &&
    candidates.every((issuer) => {
      const own = issuer.subjectKeyIdentifier;
      return own !== undefined && Buffer.compare(own, keyId) !== 0;
    });
  return mayBeAnother ? 'no-issuer' : 'wrong';
}

function signedBy(crl: Crl, issuer: Certificate): boolean {
  const answers = checked.get(crl) ?? new WeakMap<Certificate, boolean>();
  checked.set(crl, answers);
  const known = answers.get(issuer);
  if (known !== undefined) return known;
  const answer = verifySignedBy(crl, issuer.publicKey);
  answers.set(issuer, answer);
  return answer;
}

function value<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T | undefined {
  return result.ok ? result.value : undefined;
}
