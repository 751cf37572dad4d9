/** The facts of a peer's certificate that lists, forecasts and the calendar are made of. */
import { rootCertificates } from 'node:tls';
import { toColonHex } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { checkKey } from '../../../pki/key/check.ts';
import type { PublicKeyInfo } from '../../../pki/key/public-key.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { presentedNames } from '../../../pki/name/match-name.ts';
import { weakAlgorithm } from '../../../pki/path/signature-algorithm.ts';
import { decodePem } from '../../../pki/pem.ts';
import type { Decision } from '../../verification/verification.ts';

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: string;
  /** Object identifiers; undefined: any use. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly weak: readonly string[];
  /** It carries proofs of certificate transparency, which only public CAs put there (RFC 6962 3.3). */
  readonly logged: boolean;
}

export function certificateFacts(certificate: Certificate): CertificateFacts {
  const signedWith = weakAlgorithm(certificate.signatureAlgorithm);
  const verdict = checkKey(certificate.publicKey, 'peer');
  return {
    subject: printable(toRfc4514(certificate.subject), 500),
    issuer: printable(toRfc4514(certificate.issuer), 500),
    names: presentedNames(certificate).map((name) => printable(name)),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    key: keyWords(certificate.publicKey),
    extendedKeyUsage: certificate.extendedKeyUsage,
    weak: [
      ...(signedWith === undefined ? [] : [`signed with ${signedWith}`]),
      ...[...verdict.refusals, ...verdict.warnings].map(({ message }) => printable(message).replace(/\.$/, '')),
    ],
    logged: certificate.extensions.some(({ oid }) => oid === '1.3.6.1.4.1.11129.2.4.2'),
  };
}

/** Whether the certificate comes from a CA that browsers trust: its path ends there, or it is logged in public. */
export function isPublic({ logged }: Pick<CertificateFacts, 'logged'>, decision: Pick<Decision, 'path'>): boolean {
  const end = decision.path.at(-1);
  return logged || (end?.role === 'trusted' && publicRoots().has(end.fingerprint));
}

let roots: ReadonlySet<string> | undefined;

/** SHA-256 of the bundled public roots, pairs with colons. */
export function publicRoots(): ReadonlySet<string> {
  roots ??= new Set(
    rootCertificates.flatMap((pem) => {
      const read = decodePem(pem);
      return read.ok ? read.value.map(({ der }) => toColonHex(fingerprint(der))) : [];
    }),
  );
  return roots;
}

/** The short names of uses that have one. */
export function usageWords(oids: readonly string[] | undefined): readonly string[] {
  return oids === undefined ? [] : oids.map((oid) => usageNames[oid] ?? oid);
}

/** Facts by fingerprint, worked out once. */
export class FactsMemory {
  #facts = new Map<string, CertificateFacts | undefined>();

  of(print: string, der: Uint8Array): CertificateFacts | undefined {
    if (this.#facts.has(print)) return this.#facts.get(print);
    const parsed = parseCertificate(der);
    const facts = parsed.ok ? certificateFacts(parsed.value) : undefined;
    this.#facts.set(print, facts);
    return facts;
  }

  /** Forgets what is no longer remembered. */
  keep(prints: ReadonlySet<string>): void {
    for (const print of this.#facts.keys()) if (!prints.has(print)) this.#facts.delete(print);
  }
}

const usageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.20': 'sipDomain',
  '2.5.29.37.0': 'any',
};

function keyWords({ algorithm, bits, curve }: PublicKeyInfo): string {
  if (algorithm === 'ec')
    return `ec-${{ prime256v1: 'p256', secp384r1: 'p384', secp521r1: 'p521' }[curve ?? ''] ?? curve}`;
  return bits !== undefined && algorithm.startsWith('rsa') ? `${algorithm}-${bits}` : algorithm;
}
