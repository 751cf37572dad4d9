/** Audit log: who did what, newest first. */

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AuditRow, api } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty } from '../../components/query-view.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { unwrap } from '../../transport.ts';

const features = [
  { value: '', label: 'All actions' },
  { value: 'identity.', label: 'Certificates' },
  { value: 'trusted-ca.', label: 'Trusted CA list' },
  { value: 'settings.', label: 'Settings' },
  { value: 'access.', label: 'Log-ins, users and tokens' },
  { value: 'alarms.', label: 'Alarms' },
] as const;

/** The page Status › Audit log. */
export function AuditPage() {
  const [action, setAction] = useState('');
  const [actor, setActor] = useState('');
  const [result, setResult] = useState<'' | 'done' | 'refused'>('');
  const [settledActor] = useDebouncedValue(actor.trim(), 300);
  const query = useInfiniteQuery({
    queryKey: ['audit', action, settledActor, result],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/audit', {
          params: {
            query: {
              limit: 100,
              ...(pageParam !== undefined && { before: pageParam }),
              ...(action && { action }),
              ...(settledActor && { actor: settledActor }),
              ...(result && { result }),
            },
          },
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Page intro="Every change writes one row, in the same step as the change itself. Times are UTC.">
      <Panel title="Audit log">
        <div className="tg-stack">
          <div className="tg-actions">
            <NativeSelect
              aria-label="Which actions"
              data={[...features]}
              value={action}
              onChange={(e) => setAction(e.currentTarget.value)}
            />
            <NativeSelect
              aria-label="Which results"
              data={[
                { value: '', label: 'All results' },
                { value: 'done', label: 'Done' },
                { value: 'refused', label: 'Refused' },
              ]}
              value={result}
              onChange={(e) => setResult(e.currentTarget.value as typeof result)}
            />
            <TextInput
              aria-label="User or token"
              placeholder="User or token, exactly"
              value={actor}
              onChange={(e) => setActor(e.currentTarget.value)}
            />
          </div>
          {query.isError && <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />}
          {query.isSuccess && rows.length === 0 && <Empty title="No row fits." />}
          {rows.length > 0 && <AuditTable rows={rows} />}
          {query.hasNextPage && (
            <div className="tg-actions">
              <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Show older rows
              </Button>
            </div>
          )}
        </div>
      </Panel>
    </Page>
  );
}

function AuditTable({ rows }: { readonly rows: readonly AuditRow[] }) {
  const [opened, setOpened] = useState<number>();
  return (
    <ListTable
      label="Audit log"
      minWidth={760}
      rows={rows}
      keyOf={({ seq }) => seq}
      columns={columns}
      actions={({ seq }) => (
        <RowButton
          expanded={opened === seq}
          label={`Details of row ${seq}`}
          onClick={() => setOpened(opened === seq ? undefined : seq)}
        >
          Details
        </RowButton>
      )}
      unfolded={(row) =>
        opened === row.seq && <TextBlock label={`Details of row ${row.seq}`} text={detailText(row)} wrap />
      }
    />
  );
}

const columns: readonly Column<AuditRow>[] = [
  {
    heading: 'Time',
    cell: ({ at }) => <span style={{ whiteSpace: 'nowrap' }}>{at.slice(0, 19).replace('T', ' ')}</span>,
  },
  {
    heading: 'Who',
    cell: ({ actor, address }) => (
      <>
        {actor.name}
        <div className="tg-dim tg-small">{actor.kind === 'system' ? 'the gateway' : address}</div>
      </>
    ),
  },
  { heading: 'Action', cell: ({ action }) => <span className="tg-mono">{action}</span> },
  { heading: 'Object', wraps: true, cell: ({ object }) => shorten(object) },
  {
    heading: 'Result',
    cell: ({ result }) => <StateWord of={result === 'done' ? ['ok', 'Done'] : ['warning', 'Refused']} />,
  },
];

/** Fingerprints are cut in the middle; the details hold them whole. */
function shorten(text: string): string {
  return /^[0-9a-f]{40,}$/.test(text) ? `${text.slice(0, 12)}…${text.slice(-6)}` : text;
}

function detailText(row: AuditRow): string {
  return JSON.stringify(
    {
      row: row.seq,
      requestId: row.requestId,
      object: row.object,
      stateBefore: row.beforeHash ?? undefined,
      stateAfter: row.afterHash ?? undefined,
      detail: row.detail,
    },
    null,
    2,
  );
}
