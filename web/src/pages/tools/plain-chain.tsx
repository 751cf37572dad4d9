/** A chain of which only names are known, drawn root first. */
import type { ChainAnswer } from '../../api.ts';
import { ChainRail } from '../../components/drawings/chain-rail.tsx';
import { StateMark } from '../../components/notice.tsx';

const roles = { leaf: 'Leaf', intermediate: 'Intermediate CA', root: 'Root CA' } as const;

interface PlainChainProps {
  readonly links: ChainAnswer['links'];
  readonly missing: string | undefined;
}

/** Like the chain of a served certificate, with the gateway's words for each link. */
export function PlainChain({ links, missing }: PlainChainProps) {
  const down = [...links].reverse();
  return (
    <ol className="tg-chain" aria-label="Certificate chain, root first">
      {missing && (
        <li className="tg-link">
          <ChainRail first broken />
          <div className="tg-link-card" data-missing>
            <div className="tg-link-head">
              <strong>{missing}</strong>
              <StateMark tone="warning">Missing issuer</StateMark>
            </div>
          </div>
        </li>
      )}
      {down.map((link, i) => (
        <li key={link.fingerprint} className="tg-link">
          <ChainRail
            first={i === 0 && !missing}
            last={i === down.length - 1}
            brokenAbove={i === 0 && missing !== undefined}
            leaf={link.role === 'leaf'}
          />
          <div className="tg-link-card">
            <div className="tg-link-head">
              <strong>{link.subject}</strong>
              <StateMark tone="plain">{roles[link.role]}</StateMark>
            </div>
            <div className="tg-dim">{link.words}</div>
            <code className="tg-mono tg-dim tg-small">{link.fingerprint}</code>
          </div>
        </li>
      ))}
    </ol>
  );
}
