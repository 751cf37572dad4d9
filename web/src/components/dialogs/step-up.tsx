/** "Confirm your password": asked when the gateway wants a fresh log-in before a sensitive change. */

import { Button, PasswordInput, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { api } from '../../api.ts';
import { unwrap } from '../../transport.ts';
import { ProblemNotice } from '../problem-notice.tsx';
import { Dialog } from './dialog.tsx';

type Done = (confirmed: boolean) => void;

let waiting: readonly Done[] = [];
const listeners = new Set<() => void>();

/** Asks for the password; true once the gateway accepted it. Several askers share one dialog. */
export function confirmIdentity(): Promise<boolean> {
  return new Promise((resolve) => set([...waiting, resolve]));
}

/** Where the question appears; stands once in the page. */
export function StepUp() {
  const asked = useSyncExternalStore(subscribe, () => waiting.length > 0);
  return asked ? <StepUpDialog /> : null;
}

function StepUpDialog() {
  const [password, setPassword] = useState('');
  const confirm = useMutation({
    mutationFn: () => unwrap(api.POST('/session/confirm', { body: { password } })),
    onSuccess: () => finish(true),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    confirm.mutate();
  }
  return (
    <Dialog onClose={() => finish(false)} title="Confirm your password" zIndex={400}>
      <form onSubmit={submit}>
        <Text mb="sm">
          This change affects what the gateway trusts or presents, or who may log in. Such changes need a log-in not
          older than five minutes.
        </Text>
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          data-autofocus
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        />
        {confirm.isError && (
          <div style={{ marginTop: 12 }}>
            <ProblemNotice error={confirm.error} />
          </div>
        )}
        <div className="tg-dialog-actions">
          <Button variant="default" onClick={() => finish(false)}>
            Cancel
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={password === ''}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function finish(confirmed: boolean): void {
  for (const done of waiting) done(confirmed);
  set([]);
}

function set(value: readonly Done[]): void {
  waiting = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
