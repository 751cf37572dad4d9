/** The line that joins the certificates of a chain. */
import './drawings.css';

interface RailProps {
  readonly first?: boolean;
  readonly last?: boolean;
  readonly broken?: boolean;
  readonly brokenAbove?: boolean;
  readonly leaf?: boolean;
}

/** The line beside a link: broken towards an issuer that is missing, square at the leaf. */
export function ChainRail({ first, last, broken, brokenAbove, leaf }: RailProps) {
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
