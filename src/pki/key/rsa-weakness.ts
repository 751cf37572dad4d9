/** Known ways in which an RSA modulus gives its factors away. */

/** The smallest prime up to 751 that divides the modulus (big-endian), if any. */
export function smallestFactor(modulus: Uint8Array): number | undefined {
  return primes.find((prime) => remainder(modulus, prime) === 0);
}

/** The fingerprint of CVE-2017-15361: modulo each of these primes the modulus is a power of 65537. */
export function isRoca(modulus: Uint8Array): boolean {
  return rocaPowers.every(({ prime, powers }) => powers.has(remainder(modulus, prime)));
}

/** Fermat's factorisation, 100 rounds: finds primes that lie next to each other. */
export function hasClosePrimes(modulus: Uint8Array): boolean {
  const n = BigInt(`0x${Buffer.from(modulus).toString('hex')}`);
  let a = squareRoot(n);
  if (a * a === n) return true;
  a += 1n;
  let rest = a * a - n;
  for (let round = 0; round < 100; round++) {
    if (isSquare(rest)) return true;
    rest += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

const primes = primesUpTo(751);

/** The primes up to 167 that the discoverers' test uses; 2 tells nothing. */
const rocaPowers = primes
  .filter((prime) => prime > 2 && prime <= 167)
  .map((prime) => {
    const powers = new Set<number>();
    for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
    return { prime, powers };
  });

function primesUpTo(limit: number): number[] {
  const found: number[] = [];
  for (let n = 2; n <= limit; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

function remainder(magnitude: Uint8Array, prime: number): number {
  let rest = 0;
  let i = 0;
  for (; i < magnitude.length % 4; i++) rest = (rest * 256 + magnitude[i]!) % prime;
  for (; i < magnitude.length; i += 4) {
    const word = magnitude[i]! * 0x1000000 + magnitude[i + 1]! * 0x10000 + magnitude[i + 2]! * 256 + magnitude[i + 3]!;
    rest = (rest * 0x100000000 + word) % prime;
  }
  return rest;
}

/** Largest integer whose square is not above `n` (Newton). */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(16).length * 4 + 1) >> 1);
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

function isSquare(n: bigint): boolean {
  if (!squares64.has(Number(n & 63n)) || !squares15015.has(Number(n % 15015n))) return false;
  const root = squareRoot(n);
  return root * root === n;
}
