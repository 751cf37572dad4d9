/** Dialogs that make a user and set a user's password. */

import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { User } from '../../api.ts';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useUserChanges } from './changes.ts';

interface DialogProps {
  readonly onClose: () => void;
}

/** New user: name, role, first password. */
export function UserDialog({ onClose }: DialogProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<User['role']>('auditor');
  const [password, setPassword] = useState('');
  const { create } = useUserChanges();
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate({ name, role, password }, { onSuccess: onClose });
  }
  return (
    <Dialog onClose={onClose} title="New user">
      <form onSubmit={submit} className="tg-form">
        <TextInput
          label="User name"
          data-autofocus
          required
          withAsterisk={false}
          autoComplete="off"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={[
            { value: 'auditor', label: 'Auditor: sees everything, changes nothing' },
            { value: 'administrator', label: 'Administrator: changes everything' },
          ]}
          value={role}
          onChange={(e) => setRole(e.currentTarget.value as User['role'])}
        />
        <NewPassword value={password} onChange={setPassword} />
        {create.isError && <ProblemNotice error={create.error} />}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name === '' || password === ''}>
            Create user
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Sets the password of another user. */
export function PasswordDialog({ user, onClose }: DialogProps & { readonly user: User }) {
  const [password, setPassword] = useState('');
  const { setPassword: change } = useUserChanges();
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate({ id: user.id, password }, { onSuccess: onClose });
  }
  return (
    <Dialog onClose={onClose} title={`Set password of ${user.name}`}>
      <form onSubmit={submit} className="tg-form">
        <NewPassword value={password} onChange={setPassword} />
        {change.isError && <ProblemNotice error={change.error} />}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending} disabled={password === ''}>
            Set password
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface NewPasswordProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
}

/** The field for a password that is being chosen, with the rule beside it. */
export function NewPassword({ value, onChange, label = 'Password' }: NewPasswordProps) {
  return (
    <PasswordInput
      label={label}
      description="15 to 128 characters; any characters. A few words are easier than symbols."
      autoComplete="new-password"
      required
      withAsterisk={false}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
    />
  );
}
