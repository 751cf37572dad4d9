/** Keys for external account binding: who may register. */
import { Button, Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeServerKey, type AcmeServerSettings, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useKeys, useRefreshServer } from './acme-server-queries.ts';
import { KeyDialog } from './key-dialog.tsx';

export function KeysPanel({ settings }: { readonly settings: AcmeServerSettings }) {
  const keys = useKeys();
  const mayChange = useMayChange();
  const [opened, setOpened] = useState(false);
  return (
    <Panel
      title="External account keys"
      anchor="keys"
      actions={
        mayChange && (
          <Button variant="default" onClick={() => setOpened(true)}>
            New key
          </Button>
        )
      }
    >
      <QueryView query={keys} rows={3}>
        {(data) =>
          data.length === 0 ? (
            <Empty title="No key was made yet.">
              {settings.externalAccountRequired
                ? 'A client needs one to register: a key identifier and a secret.'
                : 'Registering needs none as the settings stand.'}
            </Empty>
          ) : (
            <Keys keys={data} />
          )
        }
      </QueryView>
      {opened && <KeyDialog settings={settings} onClose={() => setOpened(false)} />}
    </Panel>
  );
}

const states: Readonly<Record<AcmeServerKey['state'], readonly [Tone, string]>> = {
  active: ['ok', 'Active'],
  expired: ['plain', 'Expired'],
  revoked: ['plain', 'Ended'],
  'used-up': ['note', 'Used up'],
};

function Keys({ keys }: { readonly keys: readonly AcmeServerKey[] }) {
  const mayChange = useMayChange();
  const refresh = useRefreshServer();
  const end = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/acme-server/keys/{id}', { params: { path: { id } } })),
    onSuccess: () => toast('The key is ended.'),
    onSettled: refresh,
  });
  async function ask({ id, name }: AcmeServerKey) {
    const yes = await askPerson({
      title: `End the key ${name}?`,
      body: 'Nobody registers with it any more. Accounts that were made with it stay; end them below.',
      confirm: 'End',
      dangerous: true,
    });
    if (yes) end.mutate(id);
  }
  return (
    <div className="tg-stack">
      {end.isError && <ProblemNotice error={end.error} />}
      <WideTable label="External account keys" minWidth={780} stacks>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>State</Table.Th>
              <Table.Th>Key</Table.Th>
              <Table.Th>May order</Table.Th>
              <Table.Th>Accounts</Table.Th>
              <Table.Th>Ends</Table.Th>
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map((key) => (
              <Table.Tr key={key.id}>
                <Table.Td data-label="State">
                  <StateMark tone={states[key.state][0]}>{states[key.state][1]}</StateMark>
                </Table.Td>
                <Table.Td data-label="Key" className="tg-name-cell">
                  <strong>{key.name}</strong>
                  <div className="tg-dim tg-small tg-mono">{key.id}</div>
                  <div className="tg-dim tg-small">
                    {momentText(key.createdAt)} by {key.createdBy}
                  </div>
                </Table.Td>
                <Table.Td data-label="May order" className="tg-name-cell">
                  {key.names.join(', ') || 'what the settings allow'}
                  {key.profiles.length > 0 && <div className="tg-dim tg-small">{key.profiles.join(', ')}</div>}
                </Table.Td>
                <Table.Td data-label="Accounts">
                  {key.accounts} of {key.maxAccounts}
                </Table.Td>
                <Table.Td data-label="Ends">
                  {key.expiresAt === null ? 'when it is ended' : <When at={key.expiresAt} />}
                </Table.Td>
                <Table.Td>
                  {mayChange && key.state !== 'revoked' && (
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      onClick={() => void ask(key)}
                      aria-label={`End: ${key.name}`}
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
    </div>
  );
}
