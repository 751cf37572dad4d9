/** A certificate chain drawn from the root down to the certificate that is presented. */

import { StateMark } from '../notice.tsx';
import { dateText } from '../time.tsx';
import { ChainRail } from './chain-rail.tsx';
import { expiryTone, expiryWords } from './expiry.ts';
import './drawings.css';

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

/** Root on top, joined by a line to each certificate it vouches for. A missing issuer is drawn as a gap. */
export function ChainDiagram({ chain, missingIssuer }: ChainDiagramProps) {
  const down = [...chain].reverse();
  return (
    <ol className="tg-chain" aria-label="Certificate chain, root first">
      {missingIssuer && (
        <li className="tg-link">
          <ChainRail first last={down.length === 0} broken />
          <div className="tg-link-card" data-missing>
            <div className="tg-link-head">
              <strong>Missing issuer</strong>
              <StateMark tone="warning">Not in the trusted CA list</StateMark>
            </div>
            <div className="tg-mono">{missingIssuer}</div>
          </div>
        </li>
      )}
      {down.map((certificate, i) => (
        <li key={certificate.fingerprintSha256} className="tg-link">
          <ChainRail
            first={i === 0 && !missingIssuer}
            last={i === down.length - 1}
            brokenAbove={i === 0 && Boolean(missingIssuer)}
            leaf={certificate.role === 'leaf'}
          />
          <div className="tg-link-card">
            <div className="tg-link-head">
              <strong>{certificate.commonName || certificate.subject || 'Empty subject'}</strong>
              <StateMark tone={expiryTone(certificate)}>{expiryWords(certificate)}</StateMark>
            </div>
            <div className="tg-dim">
              {certificate.role === 'intermediate' && !certificate.served
                ? 'Intermediate CA, known from the trusted CA list'
                : roles[certificate.role]}
              {' · '}
              {certificate.served ? 'sent in the handshake' : 'not sent'} · until {dateText(certificate.notAfter)}
              {certificate.keyKind && ` · ${certificate.keyKind}`}
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}
