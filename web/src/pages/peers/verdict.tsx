/** The last decision about a peer as a mark with its reason. */
import type { Peer } from '../../api.ts';
import { StateMark } from '../../components/notice.tsx';

export function Verdict({ peer }: { readonly peer: Peer }) {
  const { accepted, enforced, words, refusal } = peer;
  if (accepted && refusal === null) return <StateMark tone="ok">Accepted</StateMark>;
  const letIn = !accepted && refusal === null && !enforced;
  return (
    <>
      <StateMark tone={letIn ? 'warning' : 'critical'}>{letIn ? 'Would be refused' : 'Refused'}</StateMark>
      <div className="tg-small">{refusal ?? words}</div>
    </>
  );
}
