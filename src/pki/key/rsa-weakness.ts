/** Known ways in which an RSA modulus gives its factors away. */

export type RsaWeakness =
  /** A prime up to 751 divides the modulus. */
  | { readonly kind: 'small-factor'; readonly factor: number }
  /** The fingerprint of CVE-2017-15361: modulo small primes the modulus is a power of 65537. */
  | { readonly kind: 'roca' }
  /** The primes lie next to each other. */
  | { readonly kind: 'close-primes' };

/** The first of them that a modulus has (big-endian), if any. */
export function rsaWeakness(modulus: Uint8Array): RsaWeakness | undefined {
  const n = BigInt(`0x${Buffer.from(modulus.buffer, modulus.byteOffset, modulus.length).toString('hex')}`);
  const found = remainders(n);
  const factor = primes[found.indexOf(0)];
  if (factor !== undefined) return { kind: 'small-factor', factor };
  if (rocaPowers.every(({ index, powers }) => powers.has(found[index]!))) return { kind: 'roca' };
  return hasClosePrimes(n, modulus.length * 8) ? { kind: 'close-primes' } : undefined;
}

/**
 * Fermat's factorisation, 100 rounds: finds primes that lie next to each other. What cannot be a square modulo 64 or
 * 15015 is passed over without touching large numbers.
 */
function hasClosePrimes(n: bigint, bits: number): boolean {
  const root = squareRoot(n, bits);
  if (root * root === n) return true;
  const a = root + 1n;
  const rest = a * a - n;
  const [a64, rest64] = [Number(a & 63n), Number(rest & 63n)];
  const [a15015, rest15015] = [Number(a % 15015n), Number(rest % 15015n)];
  for (let round = 0; round < 100; round++) {
    // (a + round)² − n = rest + 2·a·round + round²
    const growth64 = rest64 + 2 * a64 * round + round * round;
    const growth15015 = rest15015 + 2 * a15015 * round + round * round;
    if (!squares64.has(growth64 % 64) || !squares15015.has(growth15015 % 15015)) continue;
    const step = BigInt(round);
    const candidate = rest + 2n * a * step + step * step;
    const half = squareRoot(candidate, bits);
    if (half * half === candidate) return true;
  }
  return false;
}

const primes = primesUpTo(751);

/** The primes up to 167 that the discoverers' test uses; 2 tells nothing. */
const rocaPowers = primes
  .map((prime, index) => ({ prime, index }))
  .filter(({ prime }) => prime > 2 && prime <= 167)
  .map(({ prime, index }) => {
    const powers = new Set<number>();
    for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
    return { index, powers };
  });

function primesUpTo(limit: number): number[] {
  const found: number[] = [];
  for (let n = 2; n <= limit; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

/** Runs of primes whose product is a safe integer: one division of the large number serves them all. */
const groups = groupPrimes().map(({ product, members }) => ({ product: BigInt(product), members }));

function groupPrimes(): { product: number; members: number[] }[] {
  const all: { product: number; members: number[] }[] = [];
  for (const prime of primes) {
    const last = all.at(-1);
    if (last !== undefined && Number.isSafeInteger(last.product * prime)) {
      last.product *= prime;
      last.members.push(prime);
    } else {
      all.push({ product: prime, members: [prime] });
    }
  }
  return all;
}

/** A number modulo each of the primes. */
function remainders(n: bigint): readonly number[] {
  const found: number[] = [];
  for (const { product, members } of groups) {
    const rest = Number(n % product);
    for (const prime of members) found.push(rest % prime);
  }
  return found;
}

/** Largest integer whose square is not above `n`, which has at most so many bits. */
function squareRoot(n: bigint, bits: number): bigint {
  if (n < 2n) return n;
  // the root of the leading half is right in half its digits, and each round (Newton) doubles them
  const shift = bits > 64 ? Math.floor(bits / 4) : 0;
  const leading = n >> BigInt(2 * shift);
  const near = shift > 0 ? squareRoot(leading, bits - 2 * shift) : BigInt(Math.ceil(Math.sqrt(Number(leading))));
  let x = (near + 1n) << BigInt(shift);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** Squares modulo 64 and modulo 3·5·7·11·13: what is none there is none at all. */
const squares64 = squaresModulo(64);
const squares15015 = squaresModulo(15015);

function squaresModulo(modulus: number): ReadonlySet<number> {
  return new Set(Array.from({ length: modulus }, (_, i) => (i * i) % modulus));
}
