/** Members of a parameter list, a body or an answer. */

import { Table } from '@mantine/core';
import { WideTable } from '../../components/wide-table.tsx';

interface SchemaRow {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly text: string;
}

/** Name, type, whether it must be there, what it means. */
export function SchemaTable({ rows }: { readonly rows: readonly SchemaRow[] }) {
  return (
    <WideTable label="Members" minWidth={520}>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Meaning</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Td className="tg-mono">
                {row.name}
                {!row.required && <span className="tg-dim"> optional</span>}
              </Table.Td>
              <Table.Td className="tg-mono">{row.type}</Table.Td>
              <Table.Td>{row.text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
