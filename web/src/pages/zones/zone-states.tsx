/** The peers of a zone, each with its state and what came before. */
import { Table } from '@mantine/core';
import type { Zone } from '../../api.ts';
import { momentText, When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { ZoneState } from './zone-state.tsx';

export function ZoneStates({ states }: { readonly states: Zone['states'] }) {
  return (
    <WideTable label="Peers of the zone" minWidth={640} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Peer</Table.Th>
            <Table.Th>Since</Table.Th>
            <Table.Th>Reason</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {states.map((state) => (
            <Table.Tr key={state.peer}>
              <Table.Td data-label="State">
                <ZoneState state={state.state} />
              </Table.Td>
              <Table.Td data-label="Peer" className="tg-name-cell">
                {state.peer}
              </Table.Td>
              <Table.Td data-label="Since">{state.history.length === 0 ? '–' : <When at={state.since} />}</Table.Td>
              <Table.Td data-label="Reason">
                {state.words}
                {state.history.length > 1 && (
                  <details>
                    <summary className="tg-small">Before</summary>
                    <ul className="tg-list tg-small">
                      {state.history.slice(1).map((one) => (
                        <li key={`${one.at} ${one.state}`}>
                          {momentText(one.at)}: {one.words || one.state}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
