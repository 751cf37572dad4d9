/** Every trusted CA with the CRLs that speak for it, or none. */
import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type CoverageRow } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';

const gaps: Readonly<Record<CoverageRow['gap'], ToneWord>> = {
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
          return (
            <ListTable
              label="Coverage of the trusted CAs"
              minWidth={520}
              maxHeight={420}
              rows={shown}
              keyOf={({ fingerprint }) => fingerprint}
              columns={columns}
              empty={<Empty title="No trusted CA has a CRL." />}
            />
          );
        }}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<CoverageRow>[] = [
  { heading: 'CRL', cell: ({ gap }) => <StateWord of={gaps[gap]} /> },
  { heading: 'Trusted CA', wraps: true, cell: ({ name }) => name },
  {
    heading: 'Sources',
    cell: ({ crls }) => crls.map((crl) => `${crl.source} until ${dateText(crl.nextUpdate)}`).join(', ') || 'none',
  },
];
