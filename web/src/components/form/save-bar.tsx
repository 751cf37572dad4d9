/** Save and Cancel at the foot of a settings form. */
import { Button } from '@mantine/core';
import { useMayChange } from '../../session.ts';
import { ProblemNotice } from '../problem-notice.tsx';

interface SaveBarProps {
  readonly dirty: boolean;
  readonly save: { readonly isPending: boolean; readonly error: unknown; reset(): void };
  /** Takes back what was typed; what `save` was refused for is forgotten then too. */
  readonly onCancel: () => void;
}

/** Stays in sight while there is something to save. An auditor gets a word instead of buttons. */
export function SaveBar({ dirty, save, onCancel }: SaveBarProps) {
  const mayChange = useMayChange();
  function cancel() {
    save.reset();
    onCancel();
  }
  if (!mayChange) return <p className="tg-dim tg-small">You are logged in as auditor: you can look, not change.</p>;
  return (
    <div className="tg-save" data-dirty={dirty || undefined}>
      {Boolean(save.error) && <ProblemNotice error={save.error} />}
      <div className="tg-actions">
        <Button type="submit" size="sm" disabled={!dirty} loading={save.isPending}>
          Save
        </Button>
        <Button variant="default" size="sm" disabled={!dirty} onClick={cancel}>
          Cancel
        </Button>
        <span className="tg-dim tg-small" role="status">
          {dirty ? 'Changes are not saved yet.' : 'No changes.'}
        </span>
      </div>
    </div>
  );
}
