/** The peers of a zone, each with its state and what came before. */
import type { Zone } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { momentText, When } from '../../components/time.tsx';
import { ZoneState } from './zone-state.tsx';

type PeerState = Zone['states'][number];

export function ZoneStates({ states }: { readonly states: readonly PeerState[] }) {
  return (
    <ListTable label="Peers of the zone" minWidth={640} rows={states} keyOf={({ peer }) => peer} columns={columns} />
  );
}

const columns: readonly Column<PeerState>[] = [
  { heading: 'State', cell: ({ state }) => <ZoneState state={state} /> },
  { heading: 'Peer', wraps: true, cell: ({ peer }) => peer },
  { heading: 'Since', cell: ({ history, since }) => (history.length === 0 ? '–' : <When at={since} />) },
  {
    heading: 'Reason',
    cell: ({ words, history }) => (
      <>
        {words}
        {history.length > 1 && (
          <details>
            <summary className="tg-small">Before</summary>
            <ul className="tg-list tg-small">
              {history.slice(1).map((one) => (
                <li key={`${one.at} ${one.state}`}>
                  {momentText(one.at)}: {one.words || one.state}
                </li>
              ))}
            </ul>
          </details>
        )}
      </>
    ),
  },
];
