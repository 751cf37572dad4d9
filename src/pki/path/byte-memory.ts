/** A bounded memory whose keys are bytes: looking something up copies nothing. */
import { equalBytes } from '../../lib/bytes.ts';

interface Entry<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

/**
 * Finds a value by exactly equal bytes. At the limit the oldest entry is forgotten; so is one whose bytes share their
 * hash with a new one, so that nobody can make look-ups slow by choosing bytes. Keys of more than `longest` octets are
 * not kept at all: strangers choose them too.
 */
export class ByteMemory<T> {
  readonly #entries = new Map<number, Entry<T>>();
  readonly #limit: number;
  readonly #longest: number;

  constructor(limit: number, longest = 8_192) {
    this.#limit = limit;
    this.#longest = longest;
  }

  get(bytes: Uint8Array): T | undefined {
    const entry = this.#entries.get(byteHash(bytes));
    return entry !== undefined && equalBytes(entry.bytes, bytes) ? entry.value : undefined;
  }

  /** Keeps a copy of the bytes. */
  set(bytes: Uint8Array, value: T): void {
    if (bytes.length > this.#longest) return;
    const hash = byteHash(bytes);
    if (this.#entries.size >= this.#limit && !this.#entries.has(hash)) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(hash, { bytes: bytes.slice(), value });
  }
}

/** A number over the length and the last octets, where names, keys and signatures differ. */
export function byteHash(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = length;
  for (let i = length > 24 ? length - 24 : 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) & 0x3fffffff;
  return hash;
}
