/** The kind of a public key in the words in which a new one is asked for. */
import { type KeyAlgorithm, keyAlgorithms } from './generate.ts';
import type { PublicKeyInfo } from './public-key.ts';

/** `rsa-2048`, `ec-p256`, `ed25519`, `ml-dsa-65`; for kinds that are not made here what OpenSSL calls them. */
export function keyKind({ algorithm, bits, curve }: PublicKeyInfo): string {
  if (algorithm === 'ec') return `ec-${curveNames[curve ?? ''] ?? curve ?? 'unknown'}`;
  return bits !== undefined && algorithm.startsWith('rsa') ? `${algorithm}-${bits}` : algorithm;
}

/** What to generate for a key of the same kind; undefined where none is made here. */
export function algorithmOf(key: PublicKeyInfo): KeyAlgorithm | undefined {
  return keyAlgorithms.find((one) => one === keyKind(key));
}

const curveNames: Readonly<Record<string, string>> = { prime256v1: 'p256', secp384r1: 'p384', secp521r1: 'p521' };
