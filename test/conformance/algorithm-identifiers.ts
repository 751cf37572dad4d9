/** AlgorithmIdentifiers for suites that name an algorithm in words. */
import type { AlgorithmIdentifier } from '../../src/pki/certificate/certificate.ts';

const digests: Readonly<Record<string, { readonly oid: string; readonly rsa: number; readonly ecdsa: string }>> = {
  'SHA-1': { oid: '06052b0e03021a', rsa: 5, ecdsa: '06072a8648ce3d0401' },
  'SHA-224': { oid: '0609608648016503040204', rsa: 14, ecdsa: '06082a8648ce3d040301' },
  'SHA-256': { oid: '0609608648016503040201', rsa: 11, ecdsa: '06082a8648ce3d040302' },
  'SHA-384': { oid: '0609608648016503040202', rsa: 12, ecdsa: '06082a8648ce3d040303' },
  'SHA-512': { oid: '0609608648016503040203', rsa: 13, ecdsa: '06082a8648ce3d040304' },
};

const named: Readonly<Record<string, string>> = {
  ed25519: '06032b6570',
  ed448: '06032b6571',
  'ML-DSA-44': '0609608648016503040311',
  'ML-DSA-65': '0609608648016503040312',
  'ML-DSA-87': '0609608648016503040313',
};

export interface AlgorithmWords {
  readonly sha?: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
  readonly publicKeyDer: string;
}

/** RFC 4055, 5758, 8410, 9881: the identifier a certificate would carry. */
export function algorithmFor(
  algorithm: string,
  { sha = '', mgfSha = '', sLen = 20, publicKeyDer }: AlgorithmWords,
): AlgorithmIdentifier {
  const digest = digests[sha];
  if (algorithm === 'EDDSA') return identifier(sequence(named[publicKeyDer.startsWith('302a') ? 'ed25519' : 'ed448']!));
  if (algorithm === 'ECDSA') return identifier(sequence(digest!.ecdsa));
  if (algorithm === 'RSASSA-PSS')
    return identifier(sequence(`06092a864886f70d01010a${pssParameters(sha, mgfSha, sLen)}`));
  if (algorithm === 'RSASSA-PKCS1-v1_5')
    return identifier(sequence(`06092a864886f70d0101${digest!.rsa.toString(16).padStart(2, '0')}0500`));
  return identifier(sequence(named[algorithm] ?? ''));
}

function pssParameters(sha: string, mgfSha: string, sLen: number): string {
  const hash = sequence(`${digests[sha]!.oid}0500`);
  const mgfHash = sequence(`${digests[mgfSha]!.oid}0500`);
  const mgf = sequence(`06092a864886f70d010108${mgfHash}`);
  // DEFAULT values are left out (X.690 11.5)
  const parts = [
    sha === 'SHA-1' ? '' : tagged('a0', hash),
    mgfSha === 'SHA-1' ? '' : tagged('a1', mgf),
    sLen === 20 ? '' : tagged('a2', `0201${sLen.toString(16).padStart(2, '0')}`),
  ];
  return sequence(parts.join(''));
}

function sequence(hex: string): string {
  return tagged('30', hex);
}

function tagged(tag: string, hex: string): string {
  return `${tag}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
}

function identifier(hex: string): AlgorithmIdentifier {
  const der = Buffer.from(hex, 'hex');
  return {
    oid: dotted(der.subarray(4, 4 + der[3]!)),
    der,
    ...(der.length > 4 + der[3]! && { parameters: der.subarray(4 + der[3]!) }),
  };
}

function dotted(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 127);
    if (byte < 128) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = Math.min(2, Math.floor(arcs[0]! / 40));
  return [first, arcs[0]! - first * 40, ...arcs.slice(1)].join('.');
}
