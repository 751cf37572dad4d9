/** A chain of certificates, root on top, joined by a line; an issuer that is missing is drawn as a gap. */
import type { ReactNode } from 'react';
import { StateMark } from '../notice.tsx';
import './drawings.css';

interface ChainListProps {
  /** What it is, for screen readers. */
  readonly label: string;
  /** Root first. */
  readonly links: readonly {
    readonly fingerprint: string;
    readonly title: string;
    readonly mark: ReactNode;
    readonly leaf: boolean;
    readonly words: string;
  }[];
  /** The issuer above them all; `mark` says in which way it is missing. */
  readonly missing?: false | { readonly title: string; readonly mark: string; readonly name?: string };
  readonly fingerprints?: boolean;
}

export function ChainList({ label, links, missing = false, fingerprints = false }: ChainListProps) {
  return (
    <ol className="tg-chain" aria-label={label}>
      {missing && (
        <li className="tg-link">
          <Rail first last={links.length === 0} broken />
          <div className="tg-link-card" data-missing>
            <div className="tg-link-head">
              <strong>{missing.title}</strong>
              <StateMark tone="warning">{missing.mark}</StateMark>
            </div>
            {missing.name && <div className="tg-mono">{missing.name}</div>}
          </div>
        </li>
      )}
      {links.map(({ fingerprint, title, mark, leaf, words }, i) => (
        <li key={fingerprint} className="tg-link">
          <Rail
            first={i === 0 && !missing}
            last={i === links.length - 1}
            brokenAbove={i === 0 && missing !== false}
            leaf={leaf}
          />
          <div className="tg-link-card">
            <div className="tg-link-head">
              <strong>{title}</strong>
              {mark}
            </div>
            <div className="tg-dim">{words}</div>
            {fingerprints && <code className="tg-mono tg-dim tg-small">{fingerprint}</code>}
          </div>
        </li>
      ))}
    </ol>
  );
}

interface RailProps {
  readonly first: boolean;
  readonly last: boolean;
  readonly broken?: boolean;
  readonly brokenAbove?: boolean;
  readonly leaf?: boolean;
}

/** The line beside a link: broken towards an issuer that is missing, square at the leaf. */
function Rail({ first, last, broken, brokenAbove, leaf }: RailProps) {
  const dash = '3 4';
  return (
    <div className="tg-link-rail">
      <svg aria-hidden="true" focusable="false">
        {!first && (
          <line x1="9" y1="0" x2="9" y2="20" className="tg-axis" strokeDasharray={brokenAbove ? dash : undefined} />
        )}
        {!last && (
          <line x1="9" y1="20" x2="9" y2="100%" className="tg-axis" strokeDasharray={broken ? dash : undefined} />
        )}
        <g className={broken ? 'tg-tone-warning' : leaf ? 'tg-tone-note' : 'tg-tone-plain'}>
          {leaf ? (
            <rect x="4" y="15" width="10" height="10" rx="2" className="tg-bar-strong" />
          ) : (
            <circle cx="9" cy="20" r="5" className={broken ? 'tg-bar' : 'tg-bar-strong'} />
          )}
        </g>
      </svg>
    </div>
  );
}
