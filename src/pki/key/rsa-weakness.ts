/** Known ways in which an RSA modulus gives its factors away. */

/** The smallest prime up to 751 that divides the modulus (big-endian), if any. */
export function smallestFactor(modulus: Uint8Array): number | undefined {
  return primes[remainders(toBigInt(modulus)).indexOf(0)];
}

/** The fingerprint of CVE-2017-15361: modulo each of these primes the modulus is a power of 65537. */
export function isRoca(modulus: Uint8Array): boolean {
  const found = remainders(toBigInt(modulus));
  return rocaPowers.every(({ index, powers }) => powers.has(found[index]!));
}

/**
 * Fermat's factorisation, 100 rounds: finds primes that lie next to each other. What cannot be a square modulo 64 or
 * 15015 is passed over without touching large numbers.
 */
export function hasClosePrimes(modulus: Uint8Array): boolean {
  const n = toBigInt(modulus);
  const root = squareRoot(n);
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
    const half = squareRoot(candidate);
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

function toBigInt(magnitude: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(magnitude).toString('hex')}`);
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

/** The last modulus that was divided: the two tests of one key share the work. */
let divided: { readonly n: bigint; readonly rest: readonly number[] } = { n: 0n, rest: [] };

/** The modulus modulo each of the primes. */
function remainders(n: bigint): readonly number[] {
  if (divided.n !== n) divided = { n, rest: divide(n) };
  return divided.rest;
}

function divide(n: bigint): number[] {
  const found: number[] = [];
  for (const { product, members } of groups) {
    const rest = Number(n % product);
    for (const prime of members) found.push(rest % prime);
  }
  return found;
}

/** Largest integer whose square is not above `n` (Newton). */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  // the root of the leading digits, rounded up, is near enough to need half the rounds
  const shift = BigInt(Math.max(0, n.toString(16).length * 4 - 52) & ~1);
  let x = BigInt(Math.ceil(Math.sqrt(Number(n >> shift))) + 1) << (shift >> 1n);
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
