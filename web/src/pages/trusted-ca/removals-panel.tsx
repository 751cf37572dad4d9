/** Deletions that can still be undone. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { momentText, spanText } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useTrustedCaChanges } from './changes.ts';

/** Shown only while there is something to undo. */
export function RemovalsPanel() {
  const mayChange = useMayChange();
  const { undo } = useTrustedCaChanges();
  const removals = useQuery({
    queryKey: ['trusted-cas', 'removals'],
    queryFn: async () => (await unwrap(api.GET('/trusted-cas/removals'))).removals,
  });
  if (!removals.data || removals.data.length === 0) return null;
  return (
    <Panel title="Deleted lately">
      <div className="tg-stack">
        {undo.isError && <ProblemNotice error={undo.error} />}
        {removals.data.map((removal) => (
          <div key={removal.id} className="tg-actions" style={{ justifyContent: 'space-between' }}>
            <span>
              {removal.rows
                .slice(0, 3)
                .map((row) => row.label)
                .join(', ')}
              {removal.rows.length > 3 && ` and ${removal.rows.length - 3} more`}
              <span className="tg-dim tg-small">
                {' '}
                · by {removal.removedBy}, {momentText(removal.removedAt)}; can be undone for{' '}
                {spanText(Date.parse(removal.undoUntil) - Date.now())}
              </span>
            </span>
            {mayChange && (
              <Button
                variant="default"
                loading={undo.isPending && undo.variables === removal.id}
                onClick={() => undo.mutate(removal.id, { onSuccess: (r) => toast(`Put back: ${r.restored.length}.`) })}
              >
                Undo
              </Button>
            )}
          </div>
        ))}
      </div>
    </Panel>
  );
}
