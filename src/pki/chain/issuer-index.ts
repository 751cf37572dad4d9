/** Finds possible issuers by name and key identifier in one step, so that a hostile bag of thousands stays cheap. */
import { toHex } from '../../lib/bytes.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { canonicalName } from '../name/distinguished-name.ts';

interface SameSubject {
  readonly all: Certificate[];
  readonly byKeyId: Map<string, Certificate[]>;
  readonly withoutKeyId: Certificate[];
}

/** An index over certificates as issuers; the order of the list is kept among equals. */
export class IssuerIndex {
  readonly #bySubject = new Map<string, SameSubject>();

  constructor(certificates: readonly Certificate[]) {
    for (const certificate of certificates) this.#add(certificate);
  }

  /** Those whose subject is this issuer (RFC 5280 7.1) and whose key identifier does not speak against it. */
  candidates(certificate: Certificate): readonly Certificate[] {
    const same = this.#bySubject.get(canonicalName(certificate.issuer));
    const wanted = certificate.authorityKeyIdentifier?.keyId;
    if (same === undefined || wanted === undefined) return same?.all ?? [];
    return [...(same.byKeyId.get(toHex(wanted)) ?? []), ...same.withoutKeyId];
  }

  #add(certificate: Certificate): void {
    const name = canonicalName(certificate.subject);
    const same: SameSubject = this.#bySubject.get(name) ?? { all: [], byKeyId: new Map(), withoutKeyId: [] };
    this.#bySubject.set(name, same);
    same.all.push(certificate);
    const keyId = certificate.subjectKeyIdentifier;
    if (keyId === undefined) {
      same.withoutKeyId.push(certificate);
      return;
    }
    const list = same.byKeyId.get(toHex(keyId)) ?? [];
    same.byKeyId.set(toHex(keyId), list);
    list.push(certificate);
  }
}
