/** What a CA has answered, looked at before anything of it is kept: a chain for our key and our names that ends at a root. */
import { printable, printableList } from '../../../lib/printable.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { isoSeconds } from '../../../lib/time-text.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { completeChain } from '../../../pki/chain/complete-chain.ts';
import { isIssuedBy, isSelfSigned } from '../../../pki/chain/issued-by.ts';
import { toRfc4514 } from '../../../pki/name/distinguished-name.ts';
import { keyId } from '../key-material.ts';
import { dnsNamesOf } from '../names-coverage.ts';

export interface SignedChain {
  readonly leaf: Certificate;
  /** What is served after the leaf: no root. */
  readonly chain: readonly Certificate[];
}

export interface SignedChainRules {
  /** SHA-256 of the SubjectPublicKeyInfo that was sent, hexadecimal. */
  readonly keyId: string;
  /** Lower-case DNS names that were asked for. */
  readonly names: readonly string[];
  readonly now: number;
  /** Roots that the chain may end at. */
  readonly roots: readonly Certificate[];
}

/** Why the answer of a CA is not taken. */
export interface ChainRefusal {
  readonly code:
    | 'unreadable'
    | 'too-many'
    | 'other-key'
    | 'names'
    | 'dates'
    | 'order'
    | 'is-ca'
    | 'no-root'
    | 'test-ca';
  readonly detail: string;
}

const hour = 3_600_000;
/** No CA needs more; what is longer is meant to keep us busy. */
const mostCertificates = 10;
const mostBytes = 65_536;

/** The chain, leaf first, when it may be kept. */
export function readSignedChain(
  der: readonly Uint8Array[],
  rules: SignedChainRules,
): Result<SignedChain, ChainRefusal> {
  const bytes = der.reduce((sum, one) => sum + one.length, 0);
  if (der.length > mostCertificates || bytes > mostBytes) {
    return refuse('too-many', `The answer holds ${der.length} certificates of ${bytes} bytes.`);
  }
  const parsed: Certificate[] = [];
  for (const one of der) {
    const read = parseCertificate(one);
    if (!read.ok) return refuse('unreadable', `A certificate of the answer cannot be read: ${read.error.message}`);
    parsed.push(read.value);
  }
  const [leaf, ...above] = parsed;
  if (leaf === undefined) return refuse('unreadable', 'The answer holds no certificate.');
  const wrong = leafRefusal(leaf, rules) ?? chainRefusal(leaf, above, rules.roots);
  return wrong === undefined ? ok({ leaf, chain: above.filter((one) => !isSelfSigned(one)) }) : err(wrong);
}

function leafRefusal(leaf: Certificate, { keyId: expected, names, now }: SignedChainRules): ChainRefusal | undefined {
  if (keyId(leaf.publicKeyInfo) !== expected) {
    return { code: 'other-key', detail: 'The certificate is for another key than the one of the request.' };
  }
  if (leaf.basicConstraints?.ca === true) return { code: 'is-ca', detail: 'The certificate is one of a CA.' };
  const held = new Set(dnsNamesOf(leaf));
  const missing = names.filter((name) => !held.has(name));
  if (missing.length > 0) {
    return { code: 'names', detail: `The certificate lacks names that were asked for: ${printableList(missing)}.` };
  }
  const { notBefore, notAfter } = leaf;
  if (notBefore > now + hour)
    return { code: 'dates', detail: `The certificate is valid from ${isoSeconds(notBefore)} only.` };
  if (notAfter <= now) return { code: 'dates', detail: `The certificate has expired on ${isoSeconds(notAfter)}.` };
  if (notAfter - notBefore < hour) return { code: 'dates', detail: 'The certificate is valid for less than an hour.' };
  return undefined;
}

/** RFC 8555 7.4.2: each certificate certifies the one before it. */
function chainRefusal(
  leaf: Certificate,
  above: readonly Certificate[],
  roots: readonly Certificate[],
): ChainRefusal | undefined {
  let below = leaf;
  for (const one of above) {
    if (!isIssuedBy(below, one)) {
      return {
        code: 'order',
        detail: `The chain does not hang together: ${named(below)} was not issued by ${named(one)}.`,
      };
    }
    below = one;
  }
  const test = [leaf, ...above].find((one) => /\(STAGING\)|\bFake LE\b/.test(toRfc4514(one.issuer)));
  if (test !== undefined) return { code: 'test-ca', detail: `A CA for tests issued it: ${issuerOf(test)}.` };
  const completed = completeChain(leaf, above, roots);
  if (completed.complete) return undefined;
  const missing = completed.missingIssuer?.name ?? toRfc4514(below.issuer);
  return {
    code: 'no-root',
    detail: `The chain ends at no root that is known here: ${printable(missing, 300)} is missing.`,
  };
}

function refuse(code: ChainRefusal['code'], detail: string): Result<never, ChainRefusal> {
  return err({ code, detail });
}

function named(certificate: Certificate): string {
  return printable(toRfc4514(certificate.subject), 200);
}

function issuerOf(certificate: Certificate): string {
  return printable(toRfc4514(certificate.issuer), 200);
}
