/** Everything the private CA has issued: found by words, serial number or state. */
import { Button, Select, Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import type { IssuedRow } from '../../../api.ts';
import { StateMark } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { Empty, QueryView } from '../../../components/query-view.tsx';
import { dateText } from '../../../components/time.tsx';
import { WideTable } from '../../../components/wide-table.tsx';
import { navigate } from '../../../location.ts';
import { useMayChange } from '../../../session.ts';
import { useIssued } from '../private-ca-queries.ts';
import { certificatePath, issuedStates, nameOfIssued, sourceWords } from './issued-words.ts';

/** The page Maintenance › Security › Issued certificates. */
export function IssuedPage() {
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 300);
  const [state, setState] = useState<IssuedRow['state'] | ''>('');
  // where each page began, so that there is a way back
  const [starts, setStarts] = useState<readonly number[]>([]);
  const issued = useIssued({ text, state, before: starts.at(-1) });
  const mayChange = useMayChange();
  const searching = text !== '' || state !== '';
  return (
    <Page
      intro="The record of the private CA, newest first: who asked for a certificate, what it says, whether it still holds."
      actions={mayChange && <Button onClick={() => navigate('/security/private-ca/issue')}>Issue a certificate</Button>}
    >
      <Panel title="Issued certificates">
        <div className="tg-stack">
          <div className="tg-columns tg-columns-narrow">
            <TextInput
              label="Search"
              placeholder="Subject or name"
              value={typed}
              onChange={(e) => {
                setTyped(e.currentTarget.value);
                setStarts([]);
              }}
              spellCheck={false}
              autoComplete="off"
            />
            <Select
              label="State"
              data={[
                { value: '', label: 'All' },
                ...Object.entries(issuedStates).map(([value, [, label]]) => ({ value, label })),
              ]}
              allowDeselect={false}
              value={state}
              onChange={(value) => {
                setState((value ?? '') as IssuedRow['state'] | '');
                setStarts([]);
              }}
            />
          </div>
          <QueryView query={issued} rows={8}>
            {({ certificates, next }) => (
              <>
                {certificates.length === 0 ? (
                  <Empty title={searching ? 'Nothing matches.' : 'Nothing has been issued yet.'}>
                    {!searching && 'What ACME clients enrol appears here too.'}
                  </Empty>
                ) : (
                  <IssuedTable rows={certificates} />
                )}
                {(next !== null || starts.length > 0) && (
                  <div className="tg-actions">
                    <Button
                      variant="default"
                      disabled={starts.length === 0}
                      onClick={() => setStarts(starts.slice(0, -1))}
                    >
                      Newer
                    </Button>
                    <Button
                      variant="default"
                      disabled={next === null}
                      onClick={() => next !== null && setStarts([...starts, next])}
                    >
                      Older
                    </Button>
                  </div>
                )}
              </>
            )}
          </QueryView>
        </div>
      </Panel>
    </Page>
  );
}

function IssuedTable({ rows }: { readonly rows: readonly IssuedRow[] }) {
  return (
    <WideTable label="Issued certificates" minWidth={760} stacks>
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Certificate</Table.Th>
            <Table.Th>Template</Table.Th>
            <Table.Th>Issued</Table.Th>
            <Table.Th>Expires</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.seq}>
              <Table.Td data-label="State">
                <StateMark tone={issuedStates[row.state][0]}>{issuedStates[row.state][1]}</StateMark>
              </Table.Td>
              <Table.Td data-label="Certificate" className="tg-name-cell">
                <Link to={certificatePath(row)}>{nameOfIssued(row)}</Link>
                <div className="tg-dim tg-small tg-mono">{row.serial}</div>
              </Table.Td>
              <Table.Td data-label="Template">{row.template || '–'}</Table.Td>
              <Table.Td data-label="Issued">
                {dateText(row.issuedAt)}
                <div className="tg-dim tg-small">{sourceWords[row.source]}</div>
              </Table.Td>
              <Table.Td data-label="Expires">{dateText(row.notAfter)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
