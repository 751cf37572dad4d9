/**
 * Makes private keys, through OpenSSL's generator in a thread of Node's pool. The one place in `pki` that draws
 * randomness.
 */
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export const keyAlgorithms = [
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ec-p256',
  'ec-p384',
  'ec-p521',
  'ed25519',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
] as const;

export type KeyAlgorithm = (typeof keyAlgorithms)[number];

export interface GeneratedKey {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Uint8Array;
}

/** Makes a key without blocking the event loop. At most two RSA keys are searched for at once; more wait their turn. */
export async function generateKey(algorithm: KeyAlgorithm): Promise<GeneratedKey> {
  if (!algorithm.startsWith('rsa-')) return generate(algorithm);
  await rsaTurn();
  try {
    return await generate(algorithm);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

const generatePair = promisify(generateKeyPair);
const waiting: (() => void)[] = [];
let running = 0;

async function rsaTurn(): Promise<void> {
  while (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
}

async function generate(algorithm: KeyAlgorithm): Promise<GeneratedKey> {
  const { privateKey, publicKey } = await pairOf(algorithm);
  return { privateKey, publicKeyInfo: publicKey.export({ type: 'spki', format: 'der' }) };
}

function pairOf(algorithm: KeyAlgorithm): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  switch (algorithm) {
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return generatePair('rsa', { modulusLength: Number(algorithm.slice(4)), publicExponent: 65537 });
    case 'ec-p256':
    case 'ec-p384':
    case 'ec-p521':
      return generatePair('ec', { namedCurve: algorithm.replace('ec-p', 'P-') });
    case 'ed25519':
      return generatePair('ed25519');
    default:
      return generatePair(algorithm);
  }
}
