/** BoringSSL: comparison of names, signatures over data. */
import { readAlgorithm } from '../../src/pki/certificate/algorithm-identifier.ts';
import { verifySignedBy } from '../../src/pki/certificate/verify-signature.ts';
import { DerReader } from '../../src/pki/der/reader.ts';
import { parsePublicKey } from '../../src/pki/key/public-key.ts';
import { equalNames, parseName } from '../../src/pki/name/distinguished-name.ts';
import { PkiRefusal } from '../../src/pki/pki-error.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface NameTest {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly expected: boolean;
}

export function nameMatchSuite(file: { readonly tests: readonly NameTest[] }): Suite {
  return { name: 'boringssl-names', cases: file.tests.map(nameCase) };
}

function nameCase(test: NameTest): ConformanceCase {
  return {
    id: test.id,
    expected: test.expected ? 'accept' : 'reject',
    run: () => {
      const a = parseName(base64(test.a));
      const b = parseName(base64(test.b));
      return { actual: a.ok && b.ok && equalNames(a.value, b.value) ? 'accept' : 'reject' };
    },
  };
}

export interface SignatureTest {
  readonly id: string;
  readonly spki: string;
  readonly algorithm: string;
  readonly data: string;
  readonly signatureBitString: string;
  readonly expected: 'valid' | 'invalid';
}

export function signatureSuite(file: { readonly tests: readonly SignatureTest[] }): Suite {
  return {
    name: 'boringssl-signature',
    cases: file.tests.map((test) => ({
      id: test.id,
      expected: test.expected === 'valid' ? 'accept' : 'reject',
      run: () => runSignature(test),
    })),
  };
}

function runSignature(test: SignatureTest): Outcome {
  const key = parsePublicKey(base64(test.spki));
  if (!key.ok) return { actual: 'reject', code: key.error.code, message: key.error.message };
  try {
    const algorithm = new DerReader(base64(test.algorithm));
    const signatureAlgorithm = readAlgorithm(algorithm, 'algorithm');
    algorithm.finish('algorithm');
    const signature = new DerReader(base64(test.signatureBitString));
    signature.octetsInBits('signature');
    const signed = { tbs: base64(test.data), signatureAlgorithm, signature: signature.bytes() };
    return { actual: verifySignedBy(signed, key.value, { weak: true }) ? 'accept' : 'reject' };
  } catch (refusal) {
    if (refusal instanceof PkiRefusal) return { actual: 'reject', code: refusal.error.code, message: refusal.message };
    throw refusal;
  }
}
