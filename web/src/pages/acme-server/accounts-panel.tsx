/** Accounts of ACME clients: whose they are, what they ordered, and their end. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeServerAccount, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useClientAccounts, useRefreshServer } from './acme-server-queries.ts';
import { PageTurner } from './page-turner.tsx';

export function AccountsPanel() {
  const [before, setBefore] = useState<number>();
  const accounts = useClientAccounts(before);
  const mayChange = useMayChange();
  const refresh = useRefreshServer();
  const end = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/acme-server/accounts/{id}', { params: { path: { id } } })),
    onSuccess: () => toast('The account is ended.'),
    onSettled: refresh,
  });
  async function ask(account: AcmeServerAccount) {
    const yes = await askPerson({
      title: `End the account of ${holder(account)}?`,
      body: 'It orders nothing more and cannot come back. Certificates that it has stay good until they are revoked or expire.',
      confirm: 'End',
      dangerous: true,
    });
    if (yes) end.mutate(account.id);
  }
  return (
    <Panel title="Accounts" anchor="accounts">
      <QueryView query={accounts} rows={3}>
        {(data) => (
          <div className="tg-stack">
            <ListTable
              label="Accounts"
              minWidth={760}
              rows={data.accounts}
              keyOf={({ id }) => id}
              columns={columns}
              actions={
                mayChange &&
                ((account) =>
                  account.status === 'valid' && (
                    <RowButton onClick={() => void ask(account)} label={`End the account of ${holder(account)}`}>
                      End
                    </RowButton>
                  ))
              }
              error={end.error}
              empty={<Empty title="No client has registered yet." />}
            />
            <PageTurner what="accounts" before={before} next={data.next} onTurn={setBefore} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

const states: Readonly<Record<AcmeServerAccount['status'], ToneWord>> = {
  valid: ['ok', 'Valid'],
  deactivated: ['plain', 'Ended by its holder'],
  revoked: ['plain', 'Ended'],
};

const columns: readonly Column<AcmeServerAccount>[] = [
  { heading: 'State', cell: ({ status }) => <StateWord of={states[status]} /> },
  {
    heading: 'Account',
    wraps: true,
    cell: (account) => (
      <>
        <span>{holder(account)}</span>
        {account.key && <div className="tg-dim tg-small">key {account.key.name}</div>}
        <div className="tg-dim tg-small tg-mono">{account.thumbprint}</div>
      </>
    ),
  },
  {
    heading: 'Registered',
    wraps: true,
    cell: ({ createdAt, address, termsAgreedAt }) => (
      <>
        <When at={createdAt} />
        <div className="tg-dim tg-small">
          from {address}
          {termsAgreedAt !== null && ', agreed to the terms'}
        </div>
      </>
    ),
  },
  { heading: 'Certificates', cell: ({ certificates }) => certificates.toLocaleString('en') },
  { heading: 'Last order', cell: ({ lastOrderAt }) => (lastOrderAt === null ? 'none' : <When at={lastOrderAt} />) },
];

function holder({ contacts, address }: AcmeServerAccount): string {
  return contacts.map((contact) => contact.replace(/^mailto:/, '')).join(', ') || address;
}
