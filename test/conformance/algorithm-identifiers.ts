/** AlgorithmIdentifiers for suites that name an algorithm in words. */
import { readAlgorithm } from '../../src/pki/certificate/algorithm-identifier.ts';
import type { AlgorithmIdentifier } from '../../src/pki/certificate/certificate.ts';
import { DerReader } from '../../src/pki/der/reader.ts';
import { explicit, integer, nullValue, oid, sequence } from '../../src/pki/der/writer.ts';

const pkcs1 = '1.2.840.113549.1.1';

/** The hash alone, with RSA (PKCS #1 v1.5), with ECDSA. */
const digests: Readonly<Record<string, { readonly hash: string; readonly rsa: string; readonly ecdsa: string }>> = {
  'SHA-1': { hash: '1.3.14.3.2.26', rsa: `${pkcs1}.5`, ecdsa: '1.2.840.10045.4.1' },
  'SHA-224': { hash: '2.16.840.1.101.3.4.2.4', rsa: `${pkcs1}.14`, ecdsa: '1.2.840.10045.4.3.1' },
  'SHA-256': { hash: '2.16.840.1.101.3.4.2.1', rsa: `${pkcs1}.11`, ecdsa: '1.2.840.10045.4.3.2' },
  'SHA-384': { hash: '2.16.840.1.101.3.4.2.2', rsa: `${pkcs1}.12`, ecdsa: '1.2.840.10045.4.3.3' },
  'SHA-512': { hash: '2.16.840.1.101.3.4.2.3', rsa: `${pkcs1}.13`, ecdsa: '1.2.840.10045.4.3.4' },
};

/** Algorithms that bring their own hash, by the names of keys. */
const withoutHash: Readonly<Record<string, string>> = {
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  'ml-dsa-44': '2.16.840.1.101.3.4.3.17',
  'ml-dsa-65': '2.16.840.1.101.3.4.3.18',
  'ml-dsa-87': '2.16.840.1.101.3.4.3.19',
};

export interface AlgorithmWords {
  readonly algorithm: string;
  readonly sha?: string;
  readonly mgf?: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
  /** What the key says it is, where the suite's name stands for several algorithms. */
  readonly key: string;
}

/** RFC 4055, 5758, 8410, 9881: the identifier a certificate would carry; undefined for what has none there. */
export function algorithmFor(words: AlgorithmWords): AlgorithmIdentifier | undefined {
  const der = encoded(words);
  return der && readAlgorithm(new DerReader(der), 'algorithm');
}

function encoded(words: AlgorithmWords): Uint8Array | undefined {
  const { algorithm, sha = '', key } = words;
  const digest = digests[sha];
  const own = withoutHash[algorithm === 'EDDSA' ? key : algorithm.toLowerCase()];
  if (own !== undefined) return sequence(oid(own));
  if (digest === undefined) return undefined;
  if (algorithm === 'ECDSA') return sequence(oid(digest.ecdsa));
  if (algorithm === 'RSASSA-PKCS1-v1_5') return sequence(oid(digest.rsa), nullValue());
  const parameters = algorithm === 'RSASSA-PSS' ? pssParameters(words) : undefined;
  return parameters && sequence(oid(`${pkcs1}.10`), parameters);
}

/** RFC 4055 3.1; what equals its default is left out (X.690 11.5). */
function pssParameters({ sha = '', mgf, mgfSha = sha, sLen = 20 }: AlgorithmWords): Uint8Array | undefined {
  const [hash, mgfHash] = [digests[sha]?.hash, digests[mgfSha]?.hash];
  if (mgf !== 'MGF1' || hash === undefined || mgfHash === undefined) return undefined;
  return sequence(
    ...(sha === 'SHA-1' ? [] : [explicit(0, sequence(oid(hash), nullValue()))]),
    ...(mgfSha === 'SHA-1' ? [] : [explicit(1, sequence(oid(`${pkcs1}.8`), sequence(oid(mgfHash), nullValue())))]),
    ...(sLen === 20 ? [] : [explicit(2, integer(sLen))]),
  );
}
