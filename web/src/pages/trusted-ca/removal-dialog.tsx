/** What a deletion or a reset would break, and the button that does it. */

import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { RemovalReport, TrustedCa } from '../../api.ts';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useTrustedCaChanges } from './changes.ts';

interface RemovalDialogProps {
  readonly kind: 'delete' | 'reset';
  readonly report: RemovalReport;
  readonly fingerprints: readonly string[];
  /** `done` is true when the list was changed. */
  readonly onClose: (done: boolean) => void;
}

/** Lists what goes, what comes back and what breaks; a list that would end empty has to be typed. */
export function RemovalDialog({ kind, report, fingerprints, onClose }: RemovalDialogProps) {
  const [typed, setTyped] = useState('');
  const { remove, reset } = useTrustedCaChanges();
  const change = kind === 'delete' ? remove : reset;
  const ready = report.confirmation === null || typed.trim() === report.confirmation;

  async function go() {
    const done =
      kind === 'delete'
        ? await remove
            .mutateAsync({ fingerprints, ...(typed && { confirmation: typed.trim() }) })
            .catch(() => undefined)
        : await reset.mutateAsync().catch(() => undefined);
    if (!done) return;
    toast(
      kind === 'delete'
        ? `Deleted: ${done.removed.length}. This can be undone for 24 hours.`
        : 'The list is the default list again.',
    );
    onClose(true);
  }
  return (
    <Dialog
      onClose={() => onClose(false)}
      size="lg"
      title={kind === 'delete' ? `Delete ${count(report.removed.length)}?` : 'Reset to default CA certificate?'}
    >
      <div className="tg-stack">
        {report.breaks.length > 0 ? (
          <Notice tone="critical" title="This breaks:">
            <ul className="tg-list">
              {report.breaks.map((item) => (
                <li key={item.name + item.reason}>
                  <strong>{item.name}</strong>: {item.reason}
                </li>
              ))}
            </ul>
          </Notice>
        ) : (
          <Notice tone="ok" title="Nothing this gateway presents depends on what is deleted." />
        )}
        <Rows title={kind === 'delete' ? 'Deleted' : 'Deleted by the reset'} rows={report.removed} />
        <Rows title="Put back from the default list" rows={report.restored} />
        <p className="tg-dim tg-small" style={{ margin: 0 }}>
          Afterwards the list holds {count(report.total)}.
        </p>
        {report.confirmation !== null && (
          <TextInput
            label={
              <>
                No certificate would be left. Type <code className="tg-mono">{report.confirmation}</code> to go ahead
              </>
            }
            autoComplete="off"
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
        )}
        {change.isError && <ProblemNotice error={change.error} />}
      </div>
      <div className="tg-dialog-actions">
        <Button variant="default" onClick={() => onClose(false)} data-autofocus>
          Cancel
        </Button>
        <Button color="red.9" loading={change.isPending} disabled={!ready} onClick={() => void go()}>
          {kind === 'delete' ? 'Delete' : 'Reset'}
        </Button>
      </div>
    </Dialog>
  );
}

function Rows({ title, rows }: { readonly title: string; readonly rows: readonly TrustedCa[] }) {
  if (rows.length === 0) return null;
  return (
    <div>
      <h3 className="tg-h3">
        {title} ({rows.length})
      </h3>
      <ul className="tg-list tg-small" style={{ maxHeight: 180, overflowY: 'auto' }}>
        {rows.slice(0, 100).map((row) => (
          <li key={row.fingerprint}>{row.label}</li>
        ))}
      </ul>
      {rows.length > 100 && <span className="tg-dim tg-small">and {rows.length - 100} more</span>}
    </div>
  );
}

function count(number: number): string {
  return `${number} ${number === 1 ? 'certificate' : 'certificates'}`;
}
