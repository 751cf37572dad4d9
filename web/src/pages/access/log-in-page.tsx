/** Log in with a local account. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api.ts';
import { Notice } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useBeginSession, useSessionEnded } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { Gate } from './gate.tsx';

/** Shown at any address while nobody is logged in; the address is kept. */
export function LogInPage() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const begin = useBeginSession();
  const ended = useSessionEnded();
  const logIn = useMutation({
    mutationFn: () => unwrap(api.POST('/session', { body: { name, password } })),
    onSuccess: begin,
    onError: () => setPassword(''),
  });
  const certificate = useQuery({
    queryKey: ['certificate-log-in'],
    queryFn: async () => (await unwrap(api.GET('/session/certificate'))).possible,
  });
  const byCertificate = useMutation({
    mutationFn: async () => {
      await unwrap(api.POST('/session/certificate'));
      return unwrap(api.GET('/session'));
    },
    onSuccess: begin,
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    logIn.mutate();
  }
  return (
    <Gate title="Log in" intro="Administration of this certificate gateway.">
      <form onSubmit={submit} className="tg-form">
        {ended && !logIn.isError && (
          <Notice tone="note" title="Your session has ended.">
            Log in again; you come back to the page you were on.
          </Notice>
        )}
        {logIn.isError && <ProblemNotice error={logIn.error} />}
        <TextInput
          label="User name"
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        />
        <Button type="submit" size="sm" loading={logIn.isPending}>
          Log in
        </Button>
        {byCertificate.isError && <ProblemNotice error={byCertificate.error} />}
        {certificate.data === true && (
          <Button variant="default" size="sm" loading={byCertificate.isPending} onClick={() => byCertificate.mutate()}>
            Log in with my certificate
          </Button>
        )}
      </form>
    </Gate>
  );
}
