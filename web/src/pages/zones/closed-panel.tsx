/** Connections that were closed because their peer would now be refused. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type Answer, api } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';
import { whileUsed } from '../../while-used.ts';

export function ClosedPanel() {
  const closed = useQuery({
    queryKey: ['zones', 'closed'],
    queryFn: async () => (await unwrap(api.GET('/zones/closed-connections'))).connections,
    refetchInterval: whileUsed,
  });
  return (
    <Panel title="Connections closed" anchor="closed">
      <QueryView query={closed} rows={2}>
        {(rows) => (
          <ListTable
            label="Connections closed"
            minWidth={640}
            maxHeight={300}
            rows={rows}
            keyOf={({ at, address, fingerprint }) => `${at} ${address} ${fingerprint}`}
            columns={columns}
            empty={
              <Empty title="No connection had to be closed.">
                When a CRL, the trusted list or a zone changes, connections that would now be refused are closed.
              </Empty>
            }
          />
        )}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<Answer<'/zones/closed-connections', 'get'>['connections'][number]>[] = [
  { heading: 'When', cell: ({ at }) => <When at={at} /> },
  { heading: 'Zone', cell: ({ zone }) => zone || '–' },
  {
    heading: 'Address',
    cell: ({ fingerprint, address }) =>
      fingerprint === '' ? address : <Link to={`/status/peers/${fingerprint}`}>{address}</Link>,
  },
  { heading: 'Reason', cell: ({ reason }) => reason },
];
