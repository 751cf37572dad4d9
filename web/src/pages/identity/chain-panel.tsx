/** The chain as it is served, drawn. */
import type { ActiveIdentity } from '../../api.ts';
import { ChainDiagram } from '../../components/drawings/chain-diagram.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { keyWords } from './words.ts';

/** Root, intermediates and certificate; what is sent in the handshake is said at each. */
export function ChainPanel({ active }: { readonly active: ActiveIdentity }) {
  const chain = active.chain.map((link) => ({ ...link, keyKind: keyWords(link.keyKind) }));
  return (
    <Panel
      title="Chain as served"
      actions={
        active.chainComplete ? (
          <StateMark tone="ok">Complete</StateMark>
        ) : (
          <StateMark tone="warning">Incomplete</StateMark>
        )
      }
    >
      <ChainDiagram chain={chain} missingIssuer={active.chainComplete ? null : active.missingIssuer} />
    </Panel>
  );
}
