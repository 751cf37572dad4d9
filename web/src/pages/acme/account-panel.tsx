/** The account at a CA: terms and admin e-mail, then roll-over, deactivation, reset. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type AcmeDirectory, type AcmeProvider, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { Facts } from '../../components/facts.tsx';
import { splitList } from '../../components/list-field.tsx';
import { Notice, StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useRefreshAcme } from './acme-queries.ts';
import { accountStates } from './acme-words.ts';
import { OutLink } from './provider-page.tsx';

interface AccountPanelProps {
  readonly provider: AcmeProvider;
  /** Undefined until the CA was asked. */
  readonly directory: AcmeDirectory | undefined;
  readonly asking: boolean;
  /** Asks the CA for its directory. */
  readonly onAsk: () => void;
}

export function AccountPanel(props: AccountPanelProps) {
  const { provider, directory, asking, onAsk } = props;
  const { account } = provider;
  const mayChange = useMayChange();
  const status = account?.status ?? 'none';
  const [tone, word] = accountStates[status];
  return (
    <Panel
      title="Account"
      actions={
        <Button variant="default" loading={asking} onClick={onAsk}>
          Ask the CA
        </Button>
      }
    >
      <div className="tg-stack">
        <Facts
          facts={[
            [
              'Status',
              <StateMark key="s" tone={tone}>
                {word}
              </StateMark>,
            ],
            account?.url ? ['Account URL', account.url] : undefined,
            account?.contact.length ? ['Admin e-mail', account.contact.join(', ')] : undefined,
            account?.terms ? ['Accepted terms', <OutLink key="t" url={account.terms} />] : undefined,
            account?.keyThumbprint
              ? [
                  'Key thumbprint',
                  <code key="k" className="tg-mono">
                    {account.keyThumbprint}
                  </code>,
                ]
              : undefined,
            account?.createdAt ? ['Made', <When key="m" at={account.createdAt} />] : undefined,
          ]}
        />
        {mayChange &&
          (status === 'valid' ? (
            <>
              {directory?.terms && directory.terms !== account?.terms && <AcceptTerms {...props} />}
              <Manage provider={provider} />
            </>
          ) : (
            <AcceptTerms {...props} />
          ))}
      </div>
    </Panel>
  );
}

/** Makes the account, or keeps it where the CA has other terms by now. They are shown before they can be accepted. */
function AcceptTerms({ provider, directory, asking, onAsk }: AccountPanelProps) {
  const [accepted, setAccepted] = useState(false);
  const valid = provider.account?.status === 'valid';
  const refresh = useRefreshAcme();
  const create = useMutation({
    mutationFn: (terms: string | null) =>
      unwrap(
        api.POST('/acme/providers/{id}/account', {
          params: { path: { id: provider.id } },
          body: terms === null ? {} : { acceptTerms: terms },
        }),
      ),
    onSuccess: () => toast(valid ? 'The terms are accepted.' : 'The account is made.'),
    onSettled: refresh,
  });
  if (directory === undefined)
    return (
      <Notice
        tone="note"
        title="An account is needed before certificates can be ordered."
        actions={
          <Button loading={asking} onClick={onAsk}>
            Read the terms of the CA
          </Button>
        }
      />
    );
  const { terms } = directory;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(terms);
  }
  return (
    <form className="tg-form" onSubmit={submit} aria-label={valid ? 'Accept the terms' : 'Make an account'}>
      {valid && (
        <Notice tone="warning" title="The CA has other terms than those that were accepted.">
          It may refuse orders until they are.
        </Notice>
      )}
      {directory.externalAccountRequired && provider.externalAccount === null && (
        <Notice tone="warning" title="The CA wants an external account.">
          Enter key identifier and HMAC key that it gave you in the settings below, and save them first.
        </Notice>
      )}
      {!valid && provider.contact.length === 0 && (
        <Notice tone="note" title="No admin e-mail is set.">
          The CA cannot write to anybody. Enter one in the settings below, if you like.
        </Notice>
      )}
      {terms !== null && (
        <Checkbox
          label={
            <>
              I accept the terms of service: <OutLink url={terms} />
            </>
          }
          checked={accepted}
          onChange={(e) => setAccepted(e.currentTarget.checked)}
        />
      )}
      {create.isError && <ProblemNotice error={create.error} />}
      <div className="tg-actions">
        <Button type="submit" loading={create.isPending} disabled={terms !== null && !accepted}>
          {valid ? 'Accept the terms' : 'Make account'}
        </Button>
      </div>
    </form>
  );
}

function Manage({ provider }: { readonly provider: AcmeProvider }) {
  const [contact, setContact] = useState(provider.account?.contact.join(', ') ?? '');
  const refresh = useRefreshAcme();
  const params = { params: { path: { id: provider.id } } };
  const changes = {
    contact: useMutation({
      mutationFn: () =>
        unwrap(api.PATCH('/acme/providers/{id}/account', { ...params, body: { contact: splitList(contact) } })),
      onSuccess: () => toast('The CA knows the new admin e-mail.'),
      onSettled: refresh,
    }),
    rollOver: useMutation({
      mutationFn: () => unwrap(api.POST('/acme/providers/{id}/account/key', params)),
      onSuccess: () => toast('The account has a new key.'),
      onSettled: refresh,
    }),
    deactivate: useMutation({
      mutationFn: () => unwrap(api.POST('/acme/providers/{id}/account/deactivation', params)),
      onSuccess: () => toast('The account is deactivated.'),
      onSettled: refresh,
    }),
    reset: useMutation({
      mutationFn: () => unwrap(api.DELETE('/acme/providers/{id}/account', params)),
      onSuccess: () => toast('The account is forgotten here.'),
      onSettled: refresh,
    }),
  };
  async function ask(change: 'deactivate' | 'reset') {
    const yes = await askPerson({ ...questions[change], dangerous: true });
    if (yes) changes[change].mutate();
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    changes.contact.mutate();
  }
  const failed = changes.rollOver.error ?? changes.deactivate.error ?? changes.reset.error;
  const unchanged = splitList(contact).join() === provider.account?.contact.join();
  useUnsavedGuard(!unchanged, 'the admin e-mail');
  return (
    <>
      <form className="tg-form" onSubmit={submit} aria-label="Admin e-mail">
        <TextInput
          label="Admin e-mail"
          description="The CA may write there. Several with commas."
          autoComplete="off"
          value={contact}
          onChange={(e) => setContact(e.currentTarget.value)}
        />
        {changes.contact.isError && <ProblemNotice error={changes.contact.error} />}
        <div className="tg-actions">
          <Button type="submit" variant="default" loading={changes.contact.isPending} disabled={unchanged}>
            Tell the CA
          </Button>
        </div>
      </form>
      <div className="tg-actions">
        <Button variant="default" loading={changes.rollOver.isPending} onClick={() => changes.rollOver.mutate()}>
          Roll over the key
        </Button>
        <Button variant="default" loading={changes.deactivate.isPending} onClick={() => void ask('deactivate')}>
          Deactivate
        </Button>
        <Button variant="default" loading={changes.reset.isPending} onClick={() => void ask('reset')}>
          Reset
        </Button>
      </div>
      <p className="tg-flat tg-dim tg-small">
        A roll-over gives the same account a new key; orders and certificates stay as they are.
      </p>
      {failed && <ProblemNotice error={failed} />}
    </>
  );
}

const questions = {
  deactivate: {
    title: 'Deactivate the account?',
    body: 'The CA ends it for ever: nothing can be ordered or revoked with it. The next order makes a new account.',
    confirm: 'Deactivate',
  },
  reset: {
    title: 'Reset the account?',
    body: 'Account and key are forgotten here and stay as they are at the CA. The next order makes a new account, which cannot revoke what the old one ordered.',
    confirm: 'Reset',
  },
} as const;
