/** Asks for the passphrase of a key for one act. */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';

interface PassphraseDialogProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** What the button says: a verb. */
  readonly action: string;
  /** It may be left empty. */
  readonly optional?: boolean;
  readonly error: unknown;
  readonly pending: boolean;
  readonly onClose: () => void;
  readonly onSubmit: (passphrase: string) => void;
}

export function PassphraseDialog(props: PassphraseDialogProps) {
  const { title, children, action, optional = false, error, pending, onClose, onSubmit } = props;
  const [passphrase, setPassphrase] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit(passphrase);
  }
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        {children}
        <PasswordInput
          label={optional ? 'Passphrase (optional)' : 'Passphrase'}
          autoComplete="off"
          data-autofocus
          required={!optional}
          value={passphrase}
          onChange={(e) => setPassphrase(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show passphrase' }}
        />
        {Boolean(error) && (
          <div style={{ marginTop: 12 }}>
            <ProblemNotice error={error} />
          </div>
        )}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={!optional && passphrase === ''}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
