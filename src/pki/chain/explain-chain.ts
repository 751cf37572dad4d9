/** Says in words for people how a chain hangs together and what is wrong with it. */
import { toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { isoDate } from '../../lib/time-text.ts';
import { type Certificate, fingerprint } from '../certificate/certificate.ts';
import { commonNames, toRfc4514 } from '../name/distinguished-name.ts';
import type { CompletedChain } from './complete-chain.ts';
import { isSelfSigned } from './issued-by.ts';

export interface ChainLink {
  readonly role: 'leaf' | 'intermediate' | 'root';
  readonly subject: string;
  /** SHA-256, hex. */
  readonly fingerprint: string;
  /** One sentence on what this certificate is and who issued it. */
  readonly words: string;
}

export interface ChainExplanation {
  /** Leaf first, the anchor last when there is one. */
  readonly links: readonly ChainLink[];
  /** What is wrong or worth knowing, the worst first. */
  readonly remarks: readonly string[];
  /** The whole in one sentence. */
  readonly summary: string;
}

/** Explains a completed chain at the time given (milliseconds since 1970). */
export function explainChain(
  completed: CompletedChain,
  now: number,
  unused: readonly Certificate[] = [],
): ChainExplanation {
  const { chain, anchor } = completed;
  const all = anchor === undefined || chain.at(-1) === anchor ? chain : [...chain, anchor];
  const links = all.map((certificate, i) => link(certificate, i, all[i + 1]));
  const remarks = [
    ...(completed.missingIssuer === undefined ? [] : [missingWords(completed, all)]),
    ...all.flatMap((certificate, i) => dateRemarks(certificate, now, i)),
    ...all.slice(1).flatMap(issuerRemarks),
    ...unused.slice(0, maxUnused).map((c) => `${label(c)} does not belong to this chain and can be left out.`),
    ...(unused.length > maxUnused
      ? [`${unused.length - maxUnused} more certificates do not belong to it either.`]
      : []),
  ];
  return { links, remarks, summary: summary(completed, all) };
}

/** How many certificates outside the chain are named. */
const maxUnused = 20;

function summary({ complete, anchor, missingIssuer }: CompletedChain, all: readonly Certificate[]): string {
  const [leaf] = all;
  if (leaf === undefined) return 'There is no certificate to explain.';
  if (complete && anchor !== undefined) {
    const between = all.length - 2;
    if (between < 0) return `${label(leaf)} is itself a trusted certificate.`;
    const over = between === 0 ? 'directly' : between === 1 ? 'over one intermediate' : `over ${between} intermediates`;
    return `${label(leaf)} leads ${over} to the trusted ${label(anchor)}.`;
  }
  if (isSelfSigned(all.at(-1)!))
    return `${label(leaf)} leads to ${label(all.at(-1)!)}, which is not in the trusted list.`;
  return `${label(leaf)} does not lead to a trusted certificate: the issuer ${printable(missingIssuer?.name ?? '')} is missing.`;
}

function link(certificate: Certificate, position: number, issuer: Certificate | undefined): ChainLink {
  const selfSigned = isSelfSigned(certificate);
  const role = position === 0 ? 'leaf' : selfSigned ? 'root' : 'intermediate';
  const by = selfSigned
    ? 'signed by itself'
    : issuer === undefined
      ? `issued by ${printable(toRfc4514(certificate.issuer))}, which is not here`
      : `issued by ${label(issuer)}`;
  return {
    role,
    subject: printable(toRfc4514(certificate.subject)),
    fingerprint: toHex(fingerprint(certificate.der, 'sha256')),
    words: `${label(certificate)} is ${article[role]}, ${by}, valid until ${isoDate(certificate.notAfter)}.`,
  };
}

const article = { leaf: 'the certificate itself', intermediate: 'an intermediate', root: 'a root' } as const;

function missingWords({ missingIssuer }: CompletedChain, all: readonly Certificate[]): string {
  const top = all.at(-1)!;
  if (isSelfSigned(top)) {
    return `The chain ends at ${label(top)}, a root that is not trusted here. Append it to the trusted CA list if you trust it.`;
  }
  const key = missingIssuer?.keyId === undefined ? '' : ` with the key identifier ${missingIssuer.keyId}`;
  const urls = (top.authorityInfoAccess ?? []).flatMap(({ method, location }) =>
    method === caIssuers && location.kind === 'uri' ? [printable(location.value)] : [],
  );
  const where = urls.length === 0 ? 'Ask the CA for it.' : `The CA offers it at ${urls[0]}.`;
  return `The issuer of ${label(top)} is missing: ${printable(missingIssuer?.name ?? '')}${key}. ${where}`;
}

const caIssuers = '1.3.6.1.5.5.7.48.2';

function dateRemarks(certificate: Certificate, now: number, position: number): string[] {
  const what = position === 0 ? label(certificate) : `The issuer ${label(certificate)}`;
  if (now > certificate.notAfter) return [`${what} expired on ${isoDate(certificate.notAfter)}.`];
  if (now < certificate.notBefore) return [`${what} is not valid before ${isoDate(certificate.notBefore)}.`];
  return [];
}

function issuerRemarks(certificate: Certificate): string[] {
  const remarks: string[] = [];
  // RFC 5280 4.2.1.9 and 4.2.1.3.
  if (certificate.basicConstraints?.ca !== true)
    remarks.push(`${label(certificate)} issued another certificate but is not marked as a CA.`);
  if (certificate.keyUsage !== undefined && !certificate.keyUsage.has('keyCertSign')) {
    remarks.push(`${label(certificate)} may not sign certificates by its key usage.`);
  }
  return remarks;
}

function label(certificate: Certificate): string {
  const name = commonNames(certificate.subject)[0] ?? toRfc4514(certificate.subject);
  return `"${printable(name === '' ? 'no name' : name, 80)}"`;
}
