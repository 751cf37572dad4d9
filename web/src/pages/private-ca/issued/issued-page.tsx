/** Everything the private CA has issued: found by words, serial number or state. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'wouter';
import type { IssuedRow } from '../../../api.ts';
import { type Column, ListTable } from '../../../components/list/list-table.tsx';
import { StateWord } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { Empty, QueryView } from '../../../components/query-view.tsx';
import { dateText } from '../../../components/time.tsx';
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
                <ListTable
                  label="Issued certificates"
                  minWidth={760}
                  rows={certificates}
                  keyOf={({ seq }) => seq}
                  columns={columns}
                  empty={
                    <Empty title={searching ? 'Nothing matches.' : 'Nothing has been issued yet.'}>
                      {!searching && 'What ACME clients enrol appears here too.'}
                    </Empty>
                  }
                />
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

const columns: readonly Column<IssuedRow>[] = [
  { heading: 'State', cell: ({ state }) => <StateWord of={issuedStates[state]} /> },
  {
    heading: 'Certificate',
    wraps: true,
    cell: (row) => (
      <>
        <Link to={certificatePath(row)}>{nameOfIssued(row)}</Link>
        <div className="tg-dim tg-small tg-mono">{row.serial}</div>
      </>
    ),
  },
  { heading: 'Template', cell: ({ template }) => template || '–' },
  {
    heading: 'Issued',
    cell: ({ issuedAt, source }) => (
      <>
        {dateText(issuedAt)}
        <div className="tg-dim tg-small">{sourceWords[source]}</div>
      </>
    ),
  },
  { heading: 'Expires', cell: ({ notAfter }) => dateText(notAfter) },
];
