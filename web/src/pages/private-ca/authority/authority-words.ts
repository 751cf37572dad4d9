/** Words for roots and intermediates. */
import type { Authority } from '../../../api.ts';
import type { Tone } from '../../../components/notice.tsx';

export const authorityStates: Readonly<Record<Authority['state'], readonly [Tone, string]>> = {
  active: ['ok', 'Active'],
  pending: ['warning', 'Waits for its certificate'],
  retired: ['plain', 'Retired: is published until it ends'],
};

export const keyPlaces: Readonly<Record<Authority['key'], string>> = {
  sealed: 'sealed on this gateway',
  passphrase: 'under its passphrase',
  none: 'not on this gateway',
};

/** Key algorithms as people write them, in the order in which they are offered. */
export const keyAlgorithms = [
  { value: 'rsa-2048', label: 'RSA 2048' },
  { value: 'rsa-3072', label: 'RSA 3072' },
  { value: 'rsa-4096', label: 'RSA 4096' },
  { value: 'ec-p256', label: 'ECDSA P-256' },
  { value: 'ec-p384', label: 'ECDSA P-384' },
  { value: 'ec-p521', label: 'ECDSA P-521' },
  { value: 'ed25519', label: 'Ed25519' },
  { value: 'ml-dsa-44', label: 'ML-DSA-44' },
  { value: 'ml-dsa-65', label: 'ML-DSA-65' },
  { value: 'ml-dsa-87', label: 'ML-DSA-87' },
] as const;

export type KeyAlgorithm = (typeof keyAlgorithms)[number]['value'];

/** `ECDSA P-256` for `ec-p256`; what it does not know stays as it is. */
export function algorithmText(algorithm: string): string {
  return keyAlgorithms.find(({ value }) => value === algorithm)?.label ?? algorithm;
}

/** What to know before choosing it; undefined where nothing is. */
export function keyAdvice(algorithm: string): string | undefined {
  if (algorithm === 'ed25519') return 'Browsers, GnuTLS before 3.6 and many SIP peers refuse Ed25519.';
  if (algorithm.startsWith('ml-dsa'))
    return 'Only peers with OpenSSL 3.5 or newer, such as this gateway, accept ML-DSA.';
  return undefined;
}

/** As a file is named after an authority. */
export function fileName(label: string): string {
  return label.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
}
