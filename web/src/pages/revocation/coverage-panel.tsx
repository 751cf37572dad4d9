/** Every trusted CA with the CRLs that speak for it, or none. */
import { Switch, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type CoverageRow } from '../../api.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { unwrap } from '../../transport.ts';

const gaps: Readonly<Record<CoverageRow['gap'], readonly [Tone, string]>> = {
  none: ['ok', 'Covered'],
  'no-source': ['plain', 'None'],
  expired: ['critical', 'Expired'],
};

/** Public roots are many; those with a CRL can be shown alone. */
export function CoveragePanel() {
  const [covered, setCovered] = useState(false);
  const coverage = useQuery({
    queryKey: ['revocation', 'coverage'],
    queryFn: () => unwrap(api.GET('/revocation/coverage')),
  });
  return (
    <Panel
      title="Coverage of the trusted CAs"
      anchor="coverage"
      actions={
        <Switch
          label="Only CAs that have a CRL"
          checked={covered}
          onChange={(e) => setCovered(e.currentTarget.checked)}
        />
      }
    >
      <QueryView query={coverage} rows={8}>
        {({ rows }) => {
          const have = rows.filter(({ gap }) => gap !== 'no-source');
          const shown = covered ? have : [...have, ...rows.filter(({ gap }) => gap === 'no-source')];
          if (shown.length === 0) return <Empty title="No trusted CA has a CRL." />;
          return (
            <WideTable label="Coverage of the trusted CAs" minWidth={520} stacks maxHeight={420}>
              <Table fz="sm" verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>CRL</Table.Th>
                    <Table.Th>Trusted CA</Table.Th>
                    <Table.Th>Sources</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {shown.map((row) => (
                    <Table.Tr key={row.fingerprint}>
                      <Table.Td data-label="CRL">
                        <StateMark tone={gaps[row.gap][0]}>{gaps[row.gap][1]}</StateMark>
                      </Table.Td>
                      <Table.Td data-label="Trusted CA" className="tg-name-cell">
                        {row.name}
                      </Table.Td>
                      <Table.Td data-label="Sources">
                        {row.crls.map((crl) => `${crl.source} until ${dateText(crl.nextUpdate)}`).join(', ') || 'none'}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </WideTable>
          );
        }}
      </QueryView>
    </Panel>
  );
}
