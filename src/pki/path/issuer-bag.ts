/** The intermediates of one search, found by the name that a certificate gives its issuer. */
import type { Certificate } from '../certificate/certificate.ts';
import { canonicalName, equalNames } from '../name/distinguished-name.ts';
import { ByteMemory } from './byte-memory.ts';
import type { TrustStore } from './trust-store.ts';

/** Up to this many, comparing names one by one is cheaper than any index, and even every order of them is few. */
const fewCertificates = 4;

const none: readonly Certificate[] = [];

export class IssuerBag {
  readonly #few: readonly Certificate[];
  readonly #bySubject: ReadonlyMap<string, readonly Certificate[]> | undefined;
  /** Links to the nearest anchor by names alone; a certificate without an entry leads nowhere. */
  readonly #distance: ReadonlyMap<Certificate, number> | undefined;

  constructor(certificates: readonly Certificate[], trust: TrustStore) {
    this.#few = certificates;
    if (certificates.length <= fewCertificates) return;
    this.#bySubject = Map.groupBy(distinct(certificates), (c) => canonicalName(c.subject));
    this.#distance = distancesToAnchors(this.#bySubject, trust);
  }

  /** Certificates that may have issued this one and, where there are many, have anchors above them. */
  issuersOf(child: Certificate): readonly Certificate[] {
    const distance = this.#distance;
    if (distance !== undefined) return this.#named(child).filter((c) => distance.has(c));
    let found = none;
    for (const certificate of this.#few) {
      if (!equalNames(certificate.subject, child.issuer)) continue;
      found = found === none ? [certificate] : [...found, certificate];
    }
    return found;
  }

  /** How many links lie between this certificate and an anchor at least, as far as that is known. */
  distance(certificate: Certificate): number {
    return this.#distance?.get(certificate) ?? 0;
  }

  /** Where a chain that leads to no anchor ends: the certificate whose issuer is in no bag. */
  topOf(child: Certificate): Certificate {
    const seen = new Set([child]);
    for (let top = child; ; ) {
      const above = this.#named(top).find((c) => !seen.has(c));
      if (above === undefined) return top;
      seen.add(above);
      top = above;
    }
  }

  #named(child: Certificate): readonly Certificate[] {
    return this.#bySubject?.get(canonicalName(child.issuer)) ?? none;
  }
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  const seen = new ByteMemory<true>(certificates.length);
  return certificates.filter(({ der }) => {
    const known = seen.get(der) === true;
    seen.set(der, true);
    return !known;
  });
}

function distancesToAnchors(
  bySubject: ReadonlyMap<string, readonly Certificate[]>,
  trust: TrustStore,
): ReadonlyMap<Certificate, number> {
  const distance = new Map<Certificate, number>();
  const all = [...bySubject.values()].flat();
  const byIssuer = Map.groupBy(all, (c) => canonicalName(c.issuer));
  let front = [...byIssuer.values()].flatMap((issued) => (trust.issuersOf(issued[0]!.issuer).length > 0 ? issued : []));
  const namesDone = new Set<string>();
  for (let steps = 1; front.length > 0; steps++) {
    const next: Certificate[] = [];
    for (const c of front) {
      if (distance.has(c)) continue;
      distance.set(c, steps);
      const subject = canonicalName(c.subject);
      if (namesDone.has(subject)) continue;
      namesDone.add(subject);
      for (const issued of byIssuer.get(subject) ?? none) next.push(issued);
    }
    front = next;
  }
  return distance;
}
