/** The distribution points: how each is doing, what happened before, asking now. */
import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type RevocationSource } from '../../api.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';

const states: Readonly<Record<RevocationSource['state'], ToneWord>> = {
  never: ['plain', 'Not asked yet'],
  ok: ['ok', 'Up to date'],
  failed: ['warning', 'Failed'],
  updating: ['note', 'Updating'],
};

/** Follows a fetch while it runs. */
export function SourcesPanel({ sources }: { readonly sources: readonly RevocationSource[] }) {
  const client = useQueryClient();
  const mayChange = useMayChange();
  const update = useMutation({
    mutationFn: (source: string | undefined) =>
      unwrap(api.POST('/revocation/updates', { body: source === undefined ? {} : { source } })),
    onSuccess: (next) => client.setQueryData(['revocation', 'sources'], next),
  });
  return (
    <Panel
      title="Distribution points"
      anchor="points"
      actions={
        mayChange && (
          <Button variant="default" loading={update.isPending} onClick={() => update.mutate(undefined)}>
            Update all now
          </Button>
        )
      }
    >
      <ListTable
        label="Distribution points"
        minWidth={720}
        rows={sources}
        keyOf={({ id }) => id}
        columns={columns}
        actions={
          mayChange &&
          (({ id, url, state }) => (
            <RowButton disabled={state === 'updating'} onClick={() => update.mutate(id)} label={`Update now: ${url}`}>
              Update now
            </RowButton>
          ))
        }
        error={update.error}
      />
    </Panel>
  );
}

const columns: readonly Column<RevocationSource>[] = [
  { heading: 'State', cell: ({ state }) => <StateWord of={states[state]} /> },
  {
    heading: 'Distribution point',
    wraps: true,
    cell: (source) => (
      <>
        {source.url}
        <Doing source={source} />
        <History source={source} />
      </>
    ),
  },
  { heading: 'Last success', cell: ({ lastSuccessAt }) => (lastSuccessAt ? <When at={lastSuccessAt} /> : '–') },
  { heading: 'Next attempt', cell: ({ nextAttemptAt }) => (nextAttemptAt ? <When at={nextAttemptAt} /> : '–') },
];

function Doing({ source: { progress, message, url } }: { readonly source: RevocationSource }) {
  if (progress === null) return <div className="tg-dim tg-small">{message}</div>;
  const { step, bytes, total } = progress;
  return (
    <div className="tg-small" role="status">
      {step}, {(bytes / 1_048_576).toFixed(1)} MiB{total !== null && ` of ${(total / 1_048_576).toFixed(1)} MiB`}
      {total !== null && total > 0 && (
        <Progress value={(100 * bytes) / total} mt={4} aria-label={`Progress of ${url}`} />
      )}
    </div>
  );
}

function History({ source: { history } }: { readonly source: RevocationSource }) {
  if (history.length === 0) return null;
  return (
    <details className="tg-small">
      <summary>History</summary>
      {history.map((attempt) => (
        <div key={attempt.at}>
          <When at={attempt.at} distance={false} /> · {attempt.message} ({(attempt.milliseconds / 1000).toFixed(1)} s)
        </div>
      ))}
    </details>
  );
}
