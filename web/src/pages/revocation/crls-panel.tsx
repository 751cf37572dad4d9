/** Every CRL there is, whatever its source. */
import { Table } from '@mantine/core';
import type { StoredCrl } from '../../api.ts';
import { nameText } from '../../components/name-text.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';

const states: Readonly<Record<StoredCrl['state'], readonly [Tone, string]>> = {
  'in-use': ['ok', 'In use'],
  unverified: ['warning', 'CA not trusted: not used'],
  expired: ['critical', 'Expired'],
  'switched-off': ['plain', 'Updates disabled: not used'],
};

const sources: Readonly<Record<StoredCrl['source'], string>> = {
  automatic: 'Automatic',
  manual: 'Uploaded',
  embedded: 'Trusted CA list',
  cdp: 'Named by a certificate',
};

/** In the order the gateway got them. */
export function CrlsPanel({ crls }: { readonly crls: readonly StoredCrl[] }) {
  return (
    <Panel title="Certificate revocation lists" anchor="crls">
      {crls.length === 0 ? (
        <Empty title="There is no CRL.">Enter a distribution point, or upload a file.</Empty>
      ) : (
        <WideTable label="Certificate revocation lists" minWidth={760} stacks maxHeight={420}>
          <Table fz="sm" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>State</Table.Th>
                <Table.Th>Issuer</Table.Th>
                <Table.Th>Source</Table.Th>
                <Table.Th>Number</Table.Th>
                <Table.Th>Entries</Table.Th>
                <Table.Th>Runs out</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {crls.map((crl) => (
                <Table.Tr key={`${crl.source} ${crl.origin} ${crl.id}`}>
                  <Table.Td data-label="State">
                    <StateMark tone={states[crl.state][0]}>{states[crl.state][1]}</StateMark>
                  </Table.Td>
                  <Table.Td data-label="Issuer" className="tg-name-cell">
                    {nameText(crl.issuer)}
                  </Table.Td>
                  <Table.Td data-label="Source" className="tg-name-cell">
                    {sources[crl.source]}
                    <div className="tg-dim tg-small">{crl.source === 'embedded' ? '' : crl.origin}</div>
                  </Table.Td>
                  <Table.Td data-label="Number">{crl.number ?? '–'}</Table.Td>
                  <Table.Td data-label="Entries">{crl.entries.toLocaleString('en')}</Table.Td>
                  <Table.Td data-label="Runs out">{crl.nextUpdate ? <When at={crl.nextUpdate} /> : '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </Panel>
  );
}
