/** The facts of a peer's certificate that lists, forecasts and the calendar are made of. */
import { rootCertificates } from 'node:tls';
import { toColonHex } from '../../../lib/bytes.ts';
import { printable } from '../../../lib/printable.ts';
import { type Certificate, fingerprint, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { checkKey } from '../../../pki/key/check.ts';
import { keyKind } from '../../../pki/key/key-kind.ts';
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
    key: keyKind(certificate.publicKey),
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
