/** Accounts of ACME clients: whose they are, what they ordered, and their end. */
import { Button, Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeServerAccount, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useClientAccounts, useRefreshServer } from './acme-server-queries.ts';
import { PageTurner } from './page-turner.tsx';

export function AccountsPanel() {
  const [before, setBefore] = useState<number>();
  const accounts = useClientAccounts(before);
  return (
    <Panel title="Accounts" anchor="accounts">
      <QueryView query={accounts} rows={3}>
        {(data) =>
          data.accounts.length === 0 ? (
            <Empty title="No client has registered yet." />
          ) : (
            <div className="tg-stack">
              <Accounts accounts={data.accounts} />
              <PageTurner what="accounts" before={before} next={data.next} onTurn={setBefore} />
            </div>
          )
        }
      </QueryView>
    </Panel>
  );
}

const states: Readonly<Record<AcmeServerAccount['status'], readonly [Tone, string]>> = {
  valid: ['ok', 'Valid'],
  deactivated: ['plain', 'Ended by its holder'],
  revoked: ['plain', 'Ended'],
};

function Accounts({ accounts }: { readonly accounts: readonly AcmeServerAccount[] }) {
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
    <>
      {end.isError && <ProblemNotice error={end.error} />}
      <WideTable label="Accounts" minWidth={760} stacks>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>State</Table.Th>
              <Table.Th>Account</Table.Th>
              <Table.Th>Registered</Table.Th>
              <Table.Th>Certificates</Table.Th>
              <Table.Th>Last order</Table.Th>
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {accounts.map((account) => (
              <Table.Tr key={account.id}>
                <Table.Td data-label="State">
                  <StateMark tone={states[account.status][0]}>{states[account.status][1]}</StateMark>
                </Table.Td>
                <Table.Td data-label="Account" className="tg-name-cell">
                  <span>{holder(account)}</span>
                  {account.key && <div className="tg-dim tg-small">key {account.key.name}</div>}
                  <div className="tg-dim tg-small tg-mono">{account.thumbprint}</div>
                </Table.Td>
                <Table.Td data-label="Registered" className="tg-name-cell">
                  <When at={account.createdAt} />
                  <div className="tg-dim tg-small">from {account.address}</div>
                </Table.Td>
                <Table.Td data-label="Certificates">{account.certificates.toLocaleString('en')}</Table.Td>
                <Table.Td data-label="Last order">
                  {account.lastOrderAt === null ? 'none' : <When at={account.lastOrderAt} />}
                </Table.Td>
                <Table.Td>
                  {mayChange && account.status === 'valid' && (
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      onClick={() => void ask(account)}
                      aria-label={`End the account of ${holder(account)}`}
                    >
                      End
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </>
  );
}

function holder({ contacts, address }: AcmeServerAccount): string {
  return contacts.map((contact) => contact.replace(/^mailto:/, '')).join(', ') || address;
}
