/** Connections that were closed because their peer would now be refused. */
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api } from '../../api.ts';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
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
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No connection had to be closed.">
              When a CRL, the trusted list or a zone changes, connections that would now be refused are closed.
            </Empty>
          ) : (
            <WideTable label="Connections closed" minWidth={640} stacks maxHeight={300}>
              <Table fz="sm" verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>When</Table.Th>
                    <Table.Th>Zone</Table.Th>
                    <Table.Th>Address</Table.Th>
                    <Table.Th>Reason</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={`${row.at} ${row.address} ${row.fingerprint}`}>
                      <Table.Td data-label="When">
                        <When at={row.at} />
                      </Table.Td>
                      <Table.Td data-label="Zone">{row.zone || '–'}</Table.Td>
                      <Table.Td data-label="Address">
                        {row.fingerprint === '' ? (
                          row.address
                        ) : (
                          <Link to={`/status/peers/${row.fingerprint}`}>{row.address}</Link>
                        )}
                      </Table.Td>
                      <Table.Td data-label="Reason">{row.reason}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </WideTable>
          )
        }
      </QueryView>
    </Panel>
  );
}
