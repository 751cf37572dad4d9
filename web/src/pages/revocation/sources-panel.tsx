/** The distribution points: how each is doing, what happened before, asking now. */
import { Button, Progress, Table } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type RevocationSource } from '../../api.ts';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';

const states: Readonly<Record<RevocationSource['state'], readonly [Tone, string]>> = {
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
      <div className="tg-stack">
        {update.isError && <ProblemNotice error={update.error} />}
        <WideTable label="Distribution points" minWidth={720} stacks>
          <Table fz="sm" verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>State</Table.Th>
                <Table.Th>Distribution point</Table.Th>
                <Table.Th>Last success</Table.Th>
                <Table.Th>Next attempt</Table.Th>
                <Table.Th>
                  <span className="tg-visually-hidden">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sources.map((source) => (
                <Table.Tr key={source.id}>
                  <Table.Td data-label="State">
                    <StateMark tone={states[source.state][0]}>{states[source.state][1]}</StateMark>
                  </Table.Td>
                  <Table.Td data-label="Distribution point" className="tg-name-cell">
                    {source.url}
                    <Doing source={source} />
                    <History source={source} />
                  </Table.Td>
                  <Table.Td data-label="Last success">
                    {source.lastSuccessAt ? <When at={source.lastSuccessAt} /> : '–'}
                  </Table.Td>
                  <Table.Td data-label="Next attempt">
                    {source.nextAttemptAt ? <When at={source.nextAttemptAt} /> : '–'}
                  </Table.Td>
                  <Table.Td>
                    {mayChange && (
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        disabled={source.state === 'updating'}
                        onClick={() => update.mutate(source.id)}
                        aria-label={`Update now: ${source.url}`}
                      >
                        Update now
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </div>
    </Panel>
  );
}

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
