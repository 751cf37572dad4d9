/** What was asked outside about chains, kept in an edge until it ends or something new is known. */
import { createHash } from 'node:crypto';
import { toHex } from '../../lib/bytes.ts';
import { derOf, type FetchedEvidence, type PeerChain } from './peer-verifier.ts';

interface Entry {
  readonly evidence: FetchedEvidence;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly chain: PeerChain;
}

const mostKept = 4_096;

export class EvidenceCache {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new WeakMap<PeerChain, string>();

  get(chain: PeerChain, time: number): FetchedEvidence | undefined {
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(this.#keyOf(chain));
    return entry !== undefined && entry.until > time ? entry.evidence : undefined;
  }

  /** At the limit the oldest is forgotten. */
  set(chain: PeerChain, evidence: FetchedEvidence, until: number): void {
    const key = this.#keyOf(chain);
    this.#entries.delete(key);
    if (this.#entries.size >= mostKept) this.#entries.delete(this.#entries.keys().next().value ?? '');
    this.#entries.set(key, { evidence, until, chain });
  }

  forget(chain: PeerChain): void {
    this.#entries.delete(this.#keyOf(chain));
  }

  /** Forgets what is kept about every chain that holds the certificate: SHA-256 in lower-case hexadecimal. */
  forgetCertificate(fingerprint: string): void {
    for (const [key, { chain }] of this.#entries) if (holds(chain, fingerprint)) this.#entries.delete(key);
  }

  #keyOf(chain: PeerChain): string {
    let key = this.#keys.get(chain);
    if (key === undefined) {
      const hash = createHash('sha256');
      for (const part of chain) hash.update(derOf(part));
      key = hash.digest('base64');
      this.#keys.set(chain, key);
    }
    return key;
  }
}

/** Whether a certificate of that SHA-256, in lower-case hexadecimal, is in the chain. */
export function holds(chain: PeerChain, fingerprint: string): boolean {
  return chain.some((part) => toHex(createHash('sha256').update(derOf(part)).digest()) === fingerprint);
}
