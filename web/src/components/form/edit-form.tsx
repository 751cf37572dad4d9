/** A form over something that is saved: its fields, and Save and Cancel below them. */
import type { ReactNode } from 'react';
import { useMayChange } from '../../session.ts';
import { SaveBar } from './save-bar.tsx';

interface EditFormProps {
  /** What is edited, for screen readers. */
  readonly label: string;
  readonly dirty: boolean;
  readonly save: { readonly isPending: boolean; readonly error: unknown; reset(): void; mutate(): void };
  /** Takes back what was typed. */
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** Somebody who may change nothing can read the fields and not fill them in. */
export function EditForm({ label, dirty, save, onCancel, children }: EditFormProps) {
  return (
    <form
      className="tg-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={!useMayChange()} style={{ display: 'contents' }}>
        {children}
      </fieldset>
      <SaveBar dirty={dirty} save={save} onCancel={onCancel} />
    </form>
  );
}
