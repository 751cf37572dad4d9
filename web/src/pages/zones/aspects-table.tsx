/** Each check of a certificate with its result and remedy. */
import { Table } from '@mantine/core';
import type { Aspect } from '../../api.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { WideTable } from '../../components/wide-table.tsx';

const names: Readonly<Record<Aspect['aspect'], string>> = {
  trust: 'Trust',
  dates: 'Dates',
  use: 'Extended key usage',
  name: 'Name',
  revocation: 'Revocation',
  answer: 'Their answer',
};
const results: Readonly<Record<Aspect['result'], readonly [Tone, string]>> = {
  good: ['ok', 'Good'],
  bad: ['critical', 'Refused'],
  unknown: ['warning', 'Not known'],
  'not-checked': ['plain', 'Not checked'],
};

export function AspectsTable({ label, aspects }: { readonly label: string; readonly aspects: readonly Aspect[] }) {
  return (
    <WideTable label={label} minWidth={560} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Check</Table.Th>
            <Table.Th>Result</Table.Th>
            <Table.Th>Reason and remedy</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {aspects.map(({ aspect, result, words, remedy }) => (
            <Table.Tr key={aspect}>
              <Table.Td data-label="Check">{names[aspect]}</Table.Td>
              <Table.Td data-label="Result">
                <StateMark tone={results[result][0]}>{results[result][1]}</StateMark>
              </Table.Td>
              <Table.Td data-label="Reason and remedy" style={{ overflowWrap: 'anywhere' }}>
                <div>{words}</div>
                {remedy !== '' && <div className="tg-dim">{remedy}</div>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
