/** A chain of which only names are known, drawn root first. */
import type { ChainAnswer } from '../../api.ts';
import { ChainList } from '../../components/drawings/chain-list.tsx';
import { StateMark } from '../../components/notice.tsx';

const roles = { leaf: 'Leaf', intermediate: 'Intermediate CA', root: 'Root CA' } as const;

interface PlainChainProps {
  readonly links: ChainAnswer['links'];
  readonly missing: string | undefined;
}

/** Like the chain of a served certificate, with the gateway's words for each link. */
export function PlainChain({ links, missing }: PlainChainProps) {
  return (
    <ChainList
      label="Certificate chain, root first"
      missing={!!missing && { title: missing, mark: 'Missing issuer' }}
      fingerprints
      links={links.toReversed().map(({ fingerprint, subject, role, words }) => ({
        fingerprint,
        title: subject,
        mark: <StateMark tone="plain">{roles[role]}</StateMark>,
        leaf: role === 'leaf',
        words,
      }))}
    />
  );
}
