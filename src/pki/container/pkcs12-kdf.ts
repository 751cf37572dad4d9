/** Keys from passwords: PKCS#12's own derivation (RFC 7292 appendix B) and PBKDF2 (RFC 8018 5.2), within a budget. */
import { hash, pbkdf2Sync } from 'node:crypto';
import { Pkcs12Refusal } from './pkcs12-error.ts';

/** The most iterations that one derivation may ask for; checked before any work. */
const maxIterations = 1_000_000;

export type KdfHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** Iterations left for a whole file: a file asks for a few derivations, not for a hundred. */
export class KdfBudget {
  #left = 4 * maxIterations;

  /** Takes iterations from the budget or refuses, before anything is computed. */
  spend(iterations: number, offset: number): void {
    if (iterations < 1 || iterations > maxIterations || iterations > this.#left) {
      const words = `the file asks for ${iterations} iterations of its key derivation; at most ${maxIterations} are made`;
      throw new Pkcs12Refusal('pkcs12.iterations', words, offset);
    }
    this.#left -= iterations;
  }
}

/** What a derived key is for: the ID octet of RFC 7292 B.3. */
export type KdfPurpose = 'key' | 'iv' | 'mac';

/** RFC 7292 B.2; the password as a BMPString with its two closing zero octets. */
export function pkcs12Kdf(
  password: string,
  salt: Uint8Array,
  { purpose, iterations, length, digest }: { purpose: KdfPurpose; iterations: number; length: number; digest: KdfHash },
): Uint8Array {
  const v = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([repeated(salt, v), repeated(secret, v)]);
  const diversifier = Buffer.alloc(v, purpose === 'key' ? 1 : purpose === 'iv' ? 2 : 3);
  const out: Buffer[] = [];
  for (let have = 0; have < length; ) {
    let block: Buffer = hash(digest, Buffer.concat([diversifier, input]), 'buffer');
    for (let i = 1; i < iterations; i++) block = hash(digest, block, 'buffer');
    out.push(block);
    have += block.length;
    if (have < length) addToBlocks(input, repeated(block, v).subarray(0, v), v);
  }
  return Buffer.concat(out).subarray(0, length);
}

/** PBKDF2 with the password as UTF-8. */
export function pbkdf2(password: string, salt: Uint8Array, iterations: number, length: number, digest: KdfHash) {
  return pbkdf2Sync(Buffer.from(password, 'utf8'), salt, iterations, length, digest);
}

/** Copies of the octets up to a multiple of `v` (RFC 7292 B.2 steps 2 and 3). */
function repeated(bytes: Uint8Array, v: number): Buffer {
  if (bytes.length === 0) return Buffer.alloc(0);
  const out = Buffer.alloc(Math.ceil(bytes.length / v) * v);
  for (let i = 0; i < out.length; i++) out[i] = bytes[i % bytes.length]!;
  return out;
}

/** I_j = (I_j + B + 1) mod 2^v for each block (step 6C). */
function addToBlocks(input: Buffer, block: Uint8Array, v: number): void {
  for (let start = 0; start < input.length; start += v) {
    let carry = 1;
    for (let i = v - 1; i >= 0; i--) {
      const sum = input[start + i]! + block[i]! + carry;
      input[start + i] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
