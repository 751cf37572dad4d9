/** First start: the one-time link makes the first administrator. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api.ts';
import { Notice } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { navigate } from '../../location.ts';
import { useBeginSession } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { Gate } from './gate.tsx';

// Read once and taken out of the address bar, so that it neither stays in the history nor on a screen.
const token = takeToken();

/** Opened by the link printed when the gateway starts for the first time. */
export function SetUpPage() {
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const begin = useBeginSession();
  const differs = repeated !== '' && repeated !== password;
  const setUp = useMutation({
    mutationFn: () => unwrap(api.POST('/setup', { body: { token, name, password } })),
    onSuccess: (session) => {
      begin(session);
      navigate('/', { replace: true });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (password === repeated) setUp.mutate();
  }
  if (token === '')
    return (
      <Gate title="Set up" intro="The first administrator is made through a one-time link.">
        <Notice
          tone="warning"
          title="This address has no set-up token."
          actions={
            <Button variant="default" onClick={() => navigate('/', { replace: true })}>
              Go to log in
            </Button>
          }
        >
          Open the whole link that the gateway printed when it started, including the part after #. It works once, for
          fifteen minutes; restart the gateway for a fresh one.
        </Notice>
      </Gate>
    );
  return (
    <Gate title="Set up" intro="Choose the first administrator of this gateway. There is no default password.">
      <form onSubmit={submit} className="tg-form">
        {setUp.isError && <ProblemNotice error={setUp.error} />}
        <TextInput
          label="User name"
          autoComplete="username"
          required
          withAsterisk={false}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description="15 characters or more; any characters. A few words are easier than symbols."
          autoComplete="new-password"
          autoFocus
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        />
        <PasswordInput
          label="Repeat the password"
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={repeated}
          error={differs ? 'The two passwords differ.' : undefined}
          onChange={(e) => setRepeated(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show repeated password' }}
        />
        <Button type="submit" size="sm" loading={setUp.isPending} disabled={differs}>
          Create administrator
        </Button>
      </form>
    </Gate>
  );
}

function takeToken(): string {
  const { pathname, hash } = window.location;
  if (pathname !== '/setup' || hash.length < 2) return '';
  window.history.replaceState(null, '', pathname);
  return decodeURIComponent(hash.slice(1));
}
