/** One's own password. */
import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useBeginSession } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { NewPassword } from './user-dialogs.tsx';

/** Change password; other sessions of the same person end. */
export function AccountPanel() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const begin = useBeginSession();
  const change = useMutation({
    mutationFn: () => unwrap(api.POST('/session/password', { body: { current, next } })),
    onSuccess: (session) => {
      begin(session);
      setCurrent('');
      setNext('');
      toast('Your password was changed. Your other sessions have ended.');
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate();
  }
  return (
    <Panel title="Your password" anchor="account">
      <form onSubmit={submit} className="tg-form">
        <div className="tg-columns">
          <PasswordInput
            label="Current password"
            description="Asked so that an unattended screen is not enough."
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            onChange={(e) => setCurrent(e.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show current password' }}
          />
          <NewPassword label="New password" value={next} onChange={setNext} />
        </div>
        {change.isError && <ProblemNotice error={change.error} />}
        <div className="tg-actions">
          <Button type="submit" loading={change.isPending} disabled={current === '' || next === ''}>
            Change password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
