/** A certificate chain drawn from the root down to the certificate that is presented. */

import { StateMark } from '../notice.tsx';
import { dateText } from '../time.tsx';
import { ChainList } from './chain-list.tsx';
import { expiryTone, expiryWords } from './expiry.ts';

export interface DrawnCertificate {
  readonly subject: string;
  readonly commonName?: string | null | undefined;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyKind?: string | undefined;
  readonly fingerprintSha256: string;
  readonly role: 'leaf' | 'intermediate' | 'anchor';
  /** Sent in the handshake. */
  readonly served: boolean;
}

interface ChainDiagramProps {
  /** Leaf first, as served. */
  readonly chain: readonly DrawnCertificate[];
  /** The issuer that is neither in the chain nor in the trusted list. */
  readonly missingIssuer?: string | null | undefined;
}

const roles = {
  leaf: 'This certificate',
  intermediate: 'Intermediate CA',
  anchor: 'Trusted root, in the trusted CA list',
} as const;

/** Each certificate with its role, whether it is sent, and how long it is good. */
export function ChainDiagram({ chain, missingIssuer }: ChainDiagramProps) {
  return (
    <ChainList
      label="Certificate chain, root first"
      missing={!!missingIssuer && { title: 'Missing issuer', mark: 'Not in the trusted CA list', name: missingIssuer }}
      links={chain.toReversed().map((certificate) => ({
        fingerprint: certificate.fingerprintSha256,
        title: certificate.commonName || certificate.subject || 'Empty subject',
        mark: <StateMark tone={expiryTone(certificate)}>{expiryWords(certificate)}</StateMark>,
        leaf: certificate.role === 'leaf',
        words: wordsOf(certificate),
      }))}
    />
  );
}

function wordsOf({ role, served, notAfter, keyKind }: DrawnCertificate): string {
  const place = role === 'intermediate' && !served ? 'Intermediate CA, known from the trusted CA list' : roles[role];
  const sent = served ? 'sent in the handshake' : 'not sent';
  return [place, sent, `until ${dateText(notAfter)}`, keyKind].filter(Boolean).join(' · ');
}
