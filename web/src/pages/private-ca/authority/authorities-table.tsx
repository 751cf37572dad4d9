/** Roots and intermediates, each with the way to its page. */
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { Authority } from '../../../api.ts';
import { StateMark } from '../../../components/notice.tsx';
import { dateText } from '../../../components/time.tsx';
import { WideTable } from '../../../components/wide-table.tsx';
import { algorithmText, authorityStates, keyPlaces } from './authority-words.ts';

export function AuthoritiesTable({ authorities }: { readonly authorities: readonly Authority[] }) {
  const labels = new Map(authorities.map(({ id, label }) => [id, label]));
  return (
    <WideTable label="Authorities" minWidth={760} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Authority</Table.Th>
            <Table.Th>Key</Table.Th>
            <Table.Th>Issued</Table.Th>
            <Table.Th>Revoked</Table.Th>
            <Table.Th>Expires</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {authorities.map((authority) => (
            <Table.Tr key={authority.id}>
              <Table.Td data-label="State">
                <StateMark tone={authorityStates[authority.state][0]}>{authorityStates[authority.state][1]}</StateMark>
              </Table.Td>
              <Table.Td data-label="Authority" className="tg-name-cell">
                <Link to={`/security/private-ca/${authority.id}`}>{authority.label}</Link>
                <div className="tg-dim tg-small">
                  {authority.role === 'root'
                    ? 'Root'
                    : `Intermediate of ${(authority.parent && labels.get(authority.parent)) || 'another CA'}`}
                  {authority.isDefault && ', issues by default'}
                </div>
              </Table.Td>
              <Table.Td data-label="Key">
                {algorithmText(authority.algorithm)}
                <div className="tg-dim tg-small">{keyPlaces[authority.key]}</div>
              </Table.Td>
              <Table.Td data-label="Issued">{authority.issued.toLocaleString('en')}</Table.Td>
              <Table.Td data-label="Revoked">{authority.revoked.toLocaleString('en')}</Table.Td>
              <Table.Td data-label="Expires">{dateText(authority.notAfter)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
