/** The rows of the trusted CA list, with a filter, pages and tick boxes. */

import { Anchor, Checkbox, NativeSelect, Pagination, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, type TrustedCa } from '../../api.ts';
import { TextDialog } from '../../components/dialogs/text-dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { WideTable } from '../../components/list/wide-table.tsx';
import { nameText } from '../../components/name-text.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Empty } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';

const pageSize = 25;

const validity: Readonly<Record<TrustedCa['validity'], readonly [Tone, string]>> = {
  valid: ['ok', 'Valid'],
  'expires-soon': ['warning', 'Expires soon'],
  expired: ['critical', 'Expired'],
  'not-yet-valid': ['critical', 'Not yet valid'],
};

const filters = {
  all: ['All', () => true],
  appended: ['Appended here', (row: TrustedCa) => row.source === 'appended'],
  default: ['Default list', (row: TrustedCa) => row.source !== 'appended'],
  used: ['In use', (row: TrustedCa) => row.usedBy.length > 0],
  warnings: ['With warnings', (row: TrustedCa) => row.warnings.length > 0 || row.validity !== 'valid'],
} as const satisfies Record<string, readonly [string, (row: TrustedCa) => boolean]>;

interface TrustedCaTableProps {
  readonly rows: readonly TrustedCa[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** Type, issuer, subject, expiration date, validity, where used, View (decoded). */
export function TrustedCaTable({ rows, selected, onSelect }: TrustedCaTableProps) {
  const [text, setText] = useState('');
  const [filter, setFilter] = useState<keyof typeof filters>('all');
  const [page, setPage] = useState(1);
  const [viewed, setViewed] = useState<TrustedCa>();
  const mayChange = useMayChange();

  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter(filters[filter][1]).filter((row) => words.every((word) => haystack(row).includes(word)));
  }, [rows, text, filter]);
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const current = Math.min(page, pages);
  const shown = found.slice((current - 1) * pageSize, current * pageSize);
  const allTicked = found.length > 0 && found.every((row) => selected.has(row.fingerprint));

  function tick(fingerprints: readonly string[], on: boolean) {
    const next = new Set(selected);
    for (const fingerprint of fingerprints) {
      if (on) next.add(fingerprint);
      else next.delete(fingerprint);
    }
    onSelect(next);
  }
  return (
    <>
      <div className="tg-actions">
        <TextInput
          aria-label="Filter by issuer, subject or fingerprint"
          placeholder="Filter by issuer, subject or fingerprint"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(e) => {
            setText(e.currentTarget.value);
            setPage(1);
          }}
          style={{ flex: '1 1 240px', maxWidth: 420 }}
        />
        <NativeSelect
          aria-label="Which rows"
          data={Object.entries(filters).map(([value, [label]]) => ({ value, label }))}
          value={filter}
          onChange={(e) => {
            setFilter(e.currentTarget.value as keyof typeof filters);
            setPage(1);
          }}
        />
        <span className="tg-dim tg-small" role="status">
          {found.length} of {rows.length} rows
        </span>
      </div>
      {found.length === 0 ? (
        <Empty title={rows.length === 0 ? 'The list is empty: nothing is trusted.' : 'No row has these words.'} />
      ) : (
        <WideTable label="Trusted CA certificates" stacks minWidth={900}>
          <Table fz="sm" verticalSpacing={6} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                {mayChange && (
                  <Table.Th w={34}>
                    <Checkbox
                      size="xs"
                      aria-label={`Select all ${found.length} rows`}
                      checked={allTicked}
                      indeterminate={!allTicked && found.some((row) => selected.has(row.fingerprint))}
                      onChange={(e) =>
                        tick(
                          found.map((row) => row.fingerprint),
                          e.currentTarget.checked,
                        )
                      }
                    />
                  </Table.Th>
                )}
                <Table.Th>Type</Table.Th>
                <Table.Th w="27%">Issuer</Table.Th>
                <Table.Th w="27%">Subject</Table.Th>
                <Table.Th>Expiration date</Table.Th>
                <Table.Th>Validity</Table.Th>
                <Table.Th>Where used</Table.Th>
                <Table.Th>View</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((row) => (
                <Row
                  key={row.fingerprint}
                  row={row}
                  ticked={selected.has(row.fingerprint)}
                  onTick={mayChange ? (on) => tick([row.fingerprint], on) : undefined}
                  onView={() => setViewed(row)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {pages > 1 && (
        <Pagination
          total={pages}
          value={current}
          onChange={setPage}
          size="sm"
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
        />
      )}
      {viewed && <ViewDialog row={viewed} onClose={() => setViewed(undefined)} />}
    </>
  );
}

interface RowProps {
  readonly row: TrustedCa;
  readonly ticked: boolean;
  readonly onTick: ((on: boolean) => void) | undefined;
  readonly onView: () => void;
}

function Row({ row, ticked, onTick, onView }: RowProps) {
  const [tone, word] = validity[row.validity];
  return (
    <Table.Tr>
      {onTick && (
        <Table.Td>
          <Checkbox
            size="xs"
            aria-label={`Select ${row.label}`}
            checked={ticked}
            onChange={(e) => onTick(e.currentTarget.checked)}
          />
        </Table.Td>
      )}
      <Table.Td data-label="Type">{row.type === 'crl' ? 'CRL' : row.pinned ? 'Pinned peer' : 'Certificate'}</Table.Td>
      <Table.Td data-label="Issuer" className="tg-name-cell">
        {nameText(row.issuer)}
      </Table.Td>
      <Table.Td data-label="Subject" className="tg-name-cell">
        {nameText(row.subject) || '–'}
        {row.source === 'temporary' && <div className="tg-dim tg-small">Made by this gateway</div>}
        {row.warnings.map((warning) => (
          <div key={warning.code + warning.message} className="tg-row-warning" title={warning.hint}>
            <Icon name="warning" size={12} /> {warning.message}
          </div>
        ))}
      </Table.Td>
      <Table.Td data-label="Expiration date" style={{ whiteSpace: 'nowrap' }}>
        {dateText(row.notAfter)}
      </Table.Td>
      <Table.Td data-label="Validity">
        <StateMark tone={tone}>{word}</StateMark>
      </Table.Td>
      <Table.Td data-label="Where used">
        {row.usedBy.length > 0 ? row.usedBy.join(', ') : <span className="tg-dim">–</span>}
      </Table.Td>
      <Table.Td data-label="View" style={{ whiteSpace: 'nowrap' }}>
        <Anchor component="button" type="button" size="sm" onClick={onView} aria-label={`View (decoded) ${row.label}`}>
          View (decoded)
        </Anchor>
      </Table.Td>
    </Table.Tr>
  );
}

function ViewDialog({ row, onClose }: { readonly row: TrustedCa; readonly onClose: () => void }) {
  const query = useQuery({
    queryKey: ['trusted-cas', row.fingerprint],
    queryFn: async () =>
      (await unwrap(api.GET('/trusted-cas/{fingerprint}', { params: { path: { fingerprint: row.fingerprint } } })))
        .text,
  });
  return <TextDialog title={row.label} query={query} fileName="trusted-ca.txt" onClose={onClose} />;
}

function haystack(row: TrustedCa): string {
  return [row.issuer, row.subject, row.label, row.fingerprint, row.type, ...row.usedBy].join(' ').toLowerCase();
}
