import assert from 'node:assert/strict';
import {
  checkPrimeSync,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { after, test } from 'node:test';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { at, decodeTlv, encodeTlv } from '../../../test/support/tlv.ts';
import { parseCertificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { element, oid, sequence, unsignedInteger } from '../der/writer.ts';
import { checkKey, type KeyPolicy } from './check.ts';
import { type PublicKeyInfo, parsePublicKey } from './public-key.ts';
import { rsaWeakness } from './rsa-weakness.ts';

const scratch = createScratch();
after(() => scratch.remove());

const bits = (content: Uint8Array) => element(3, Uint8Array.of(0), content);
const algorithm = (dotted: string, ...parameters: Uint8Array[]) => sequence(oid(dotted), ...parameters);
const rsaSpki = (n: Uint8Array, e: Uint8Array) =>
  sequence(algorithm('1.2.840.113549.1.1.1', element(5)), bits(sequence(unsignedInteger(n), unsignedInteger(e))));
const f4 = Uint8Array.of(1, 0, 1);

function key(spki: Uint8Array): PublicKeyInfo {
  const parsed = parsePublicKey(spki);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

function codes(spki: Uint8Array, policy: KeyPolicy): { refused: string[]; warned: string[] } {
  const verdict = checkKey(key(spki), policy);
  return { refused: verdict.refusals.map(({ code }) => code), warned: verdict.warnings.map(({ code }) => code) };
}

function toBytes(n: bigint): Uint8Array {
  const hex = n.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** An odd number of exactly this many bits that no small prime divides. */
function modulus(size: number): Uint8Array {
  for (;;) {
    const n = randomBytes(Math.ceil(size / 8));
    const high = (size - 1) % 8;
    n[0] = (n[0]! & ((2 << high) - 1)) | (1 << high);
    n[n.length - 1]! |= 1;
    if (!hasSmallFactor(n)) return n;
  }
}

function hasSmallFactor(n: Uint8Array): boolean {
  return rsaWeakness(n)?.kind === 'small-factor';
}

test('RSA sizes are judged by whose key it is', () => {
  const table: [number, Record<KeyPolicy, string>][] = [
    [1016, { own: 'refused', upload: 'refused', peer: 'refused' }],
    [1024, { own: 'refused', upload: 'warned', peer: 'refused' }],
    [2040, { own: 'refused', upload: 'warned', peer: 'refused' }],
    [2048, { own: 'good', upload: 'good', peer: 'good' }],
    [4096, { own: 'good', upload: 'good', peer: 'good' }],
    [4104, { own: 'refused', upload: 'warned', peer: 'good' }],
    [8192, { own: 'refused', upload: 'warned', peer: 'good' }],
    [8200, { own: 'refused', upload: 'refused', peer: 'refused' }],
    [16384, { own: 'refused', upload: 'refused', peer: 'refused' }],
    [65536, { own: 'refused', upload: 'refused', peer: 'refused' }],
  ];
  for (const [size, expected] of table) {
    const spki = rsaSpki(size > 8200 ? randomOdd(size) : modulus(size), f4);
    for (const policy of ['own', 'upload', 'peer'] as const) {
      const { refused, warned } = codes(spki, policy);
      const outcome = refused.length > 0 ? 'refused' : warned.length > 0 ? 'warned' : 'good';
      assert.equal(outcome, expected[policy], `${size} bits, ${policy}`);
      assert.ok(
        [...refused, ...warned].every((code) => code === 'rsa-size'),
        refused.join(),
      );
    }
  }
});

test('moduli that are not whole octets, even ones and those with a small factor are refused', () => {
  assert.deepEqual(codes(rsaSpki(modulus(2047), f4), 'upload').refused, ['rsa-size-odd']);
  assert.deepEqual(codes(rsaSpki(modulus(8193), f4), 'upload').refused, ['rsa-size', 'rsa-size-odd']);
  const even = modulus(2048);
  even[even.length - 1]! &= 0xfe;
  assert.deepEqual(codes(rsaSpki(even, f4), 'peer').refused, ['rsa-even-modulus']);
  for (const factor of [3n, 167n, 751n]) {
    const n = factor * (2n ** 2047n / factor + 1n);
    const odd = n % 2n === 0n ? n + factor : n;
    assert.deepEqual(codes(rsaSpki(toBytes(odd), f4), 'peer').refused, ['rsa-small-factor'], `${factor}`);
  }
});

test('exponents are odd and within bounds', () => {
  const n = modulus(2048);
  const good: [bigint, KeyPolicy[]][] = [
    [1n, []],
    [2n, []],
    [3n, ['upload', 'peer']],
    [65536n, []],
    [65537n, ['own', 'upload', 'peer']],
    [2n ** 32n - 1n, ['own', 'upload', 'peer']],
    [2n ** 32n + 1n, ['upload', 'peer']],
    [2n ** 64n - 1n, ['upload', 'peer']],
    [2n ** 64n + 1n, []],
    [2n ** 2000n + 1n, []],
  ];
  for (const [e, policies] of good) {
    for (const policy of ['own', 'upload', 'peer'] as const) {
      const expected = policies.includes(policy) ? [] : ['rsa-exponent'];
      assert.deepEqual(codes(rsaSpki(n, toBytes(e)), policy).refused, expected, `${e} ${policy}`);
    }
  }
});

test('a modulus with the fingerprint of ROCA is refused', () => {
  const primes = Array.from({ length: 166 }, (_, i) => i + 2).filter((n) => checkPrimeSync(BigInt(n)));
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n);
  const residue = power(65537n, 123_456_789n, product);
  for (;;) {
    const random = BigInt(`0x${Buffer.from(modulus(2048)).toString('hex')}`);
    const n = toBytes((random / product) * product + residue);
    if (n.length !== 256 || n[0]! < 0x80 || hasSmallFactor(n)) continue;
    assert.deepEqual(codes(rsaSpki(n, f4), 'peer').refused, ['rsa-roca']);
    break;
  }
});

test('neighbouring primes are found, ordinary ones are not', () => {
  const p = generatePrimeSync(1024, { bigint: true });
  let q = p + 2n;
  while (!checkPrimeSync(q)) q += 2n;
  assert.deepEqual(codes(rsaSpki(toBytes(p * q), f4), 'peer').refused, ['rsa-close-primes']);
  assert.deepEqual(codes(rsaSpki(toBytes(p * p), f4), 'peer').refused, ['rsa-close-primes']);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  assert.deepEqual(codes(publicKey.export({ format: 'der', type: 'spki' }), 'own'), { refused: [], warned: [] });
});

test('a certificate forged with exponent 1 verifies for OpenSSL and not here', () => {
  scratch.openssl('req -x509 -newkey rsa:2048 -nodes -keyout k.pem -outform DER -out c.der -subj /CN=forged');
  const tree = decodeTlv(new Uint8Array(scratch.read('c.der')));
  Object.assign(at(tree, 0, 6), { raw: rsaSpki(modulus(2048), Uint8Array.of(1)) });
  const tbs = encodeTlv(at(tree, 0));
  const digestInfo = sequence(
    sequence(oid('2.16.840.1.101.3.4.2.1'), element(5)),
    element(4, createHash('sha256').update(tbs).digest()),
  );
  const padding = Buffer.alloc(256 - 3 - digestInfo.length, 0xff);
  const forged = Buffer.concat([Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo]);
  at(tree, 2).content = Buffer.concat([Uint8Array.of(0), forged]);
  const parsed = parseCertificate(encodeTlv(tree));
  assert.ok(parsed.ok);
  assert.ok(
    verify(
      'sha256',
      tbs,
      createPublicKey({ key: Buffer.from(parsed.value.publicKeyInfo), format: 'der', type: 'spki' }),
      forged,
    ),
  );
  assert.equal(verifySignedBy(parsed.value, parsed.value.publicKey), false);
  assert.equal(verifySignedBy(parsed.value, parsed.value.publicKey, { weak: true }), false);
  for (const policy of ['own', 'upload', 'peer'] as const) {
    assert.deepEqual(
      checkKey(parsed.value.publicKey, policy).refusals.map(({ code }) => code),
      ['rsa-exponent'],
    );
  }
});

test('elliptic curves are the three everybody knows, named, with a point on them', () => {
  for (const [namedCurve, refused] of [
    ['P-256', []],
    ['P-384', []],
    ['P-521', []],
    ['secp256k1', ['ec-curve']],
    ['prime192v1', ['ec-curve']],
  ] as const) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    assert.deepEqual(codes(spki, 'upload').refused, refused, namedCurve);
    if (refused.length > 0) continue;
    const off = Uint8Array.from(spki);
    off[off.length - 1]! ^= 1;
    assert.deepEqual(codes(off, 'peer').refused, ['ec-point'], namedCurve);
  }
  const infinity = sequence(algorithm('1.2.840.10045.2.1', oid('1.2.840.10045.3.1.7')), bits(Uint8Array.of(0)));
  assert.ok(!parsePublicKey(infinity).ok);
  const short = sequence(algorithm('1.2.840.10045.2.1', oid('1.2.840.10045.3.1.7')), bits(new Uint8Array(64).fill(4)));
  assert.ok(!parsePublicKey(short).ok);
  scratch.openssl('ecparam -name prime256v1 -genkey -noout -param_enc explicit -out e.pem');
  scratch.openssl('ec -in e.pem -pubout -outform DER -param_enc explicit -out e.der');
  assert.deepEqual(codes(scratch.read('e.der'), 'upload').refused, ['ec-explicit-parameters']);
});

test('DSA is refused, newer algorithms are warned about when uploaded', () => {
  const dsa = sequence(
    algorithm('1.2.840.10040.4.1', sequence(unsignedInteger(modulus(2048)), unsignedInteger(f4), unsignedInteger(f4))),
    bits(unsignedInteger(f4)),
  );
  assert.deepEqual(codes(dsa, 'upload').refused, ['dsa']);
  assert.equal(key(dsa).bits, 2048);
  const pairs = [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ed448'),
    generateKeyPairSync('ml-dsa-44'),
    generateKeyPairSync('ml-dsa-65'),
    generateKeyPairSync('ml-dsa-87'),
  ];
  for (const { publicKey } of pairs) {
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    assert.deepEqual(codes(spki, 'upload'), { refused: [], warned: ['uncommon'] });
    assert.deepEqual(codes(spki, 'peer'), { refused: [], warned: [] });
    assert.equal(key(spki).algorithm, publicKey.asymmetricKeyType);
  }
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' });
  assert.deepEqual(codes(x25519, 'upload').refused, ['algorithm']);
});

test('key material that does not fit its algorithm is refused', () => {
  const bad = [
    sequence(algorithm('1.3.101.112'), bits(new Uint8Array(31))),
    sequence(algorithm('1.3.101.112', element(5)), bits(new Uint8Array(32))),
    sequence(algorithm('1.2.840.113549.1.1.1'), bits(sequence(unsignedInteger(modulus(2048)), unsignedInteger(f4)))),
    sequence(
      algorithm('1.2.840.113549.1.1.1', element(5)),
      bits(sequence(element(2, Uint8Array.of(0xff)), unsignedInteger(f4))),
    ),
    sequence(
      algorithm('1.2.840.113549.1.1.1', element(5)),
      bits(sequence(unsignedInteger(modulus(2048)), unsignedInteger(f4), unsignedInteger(f4))),
    ),
    sequence(algorithm('2.16.840.1.101.3.4.3.17'), bits(new Uint8Array(1311))),
  ];
  for (const spki of bad) assert.ok(!parsePublicKey(spki).ok);
});

function randomOdd(size: number): Uint8Array {
  const n = randomBytes(size / 8);
  n[0]! |= 0x80;
  n[n.length - 1]! |= 1;
  return n;
}

function power(base: bigint, exponent: bigint, modulo: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulo) if (e & 1n) result = (result * b) % modulo;
  return result;
}
