/** Keys for external account binding: who may register. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type AcmeServerKey, type AcmeServerSettings, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useKeys, useRefreshServer } from './acme-server-queries.ts';
import { KeyDialog } from './key-dialog.tsx';

export function KeysPanel({ settings }: { readonly settings: AcmeServerSettings }) {
  const keys = useKeys();
  const mayChange = useMayChange();
  const [opened, setOpened] = useState(false);
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
        {(data) => (
          <ListTable
            label="External account keys"
            minWidth={780}
            rows={data}
            keyOf={({ id }) => id}
            columns={columns}
            actions={
              mayChange &&
              ((key) =>
                key.state !== 'revoked' && (
                  <RowButton onClick={() => void ask(key)} label={`End: ${key.name}`}>
                    End
                  </RowButton>
                ))
            }
            error={end.error}
            empty={
              <Empty title="No key was made yet.">
                {settings.externalAccountRequired
                  ? 'A client needs one to register: a key identifier and a secret.'
                  : 'Registering needs none as the settings stand.'}
              </Empty>
            }
          />
        )}
      </QueryView>
      {opened && <KeyDialog settings={settings} onClose={() => setOpened(false)} />}
    </Panel>
  );
}

const states: Readonly<Record<AcmeServerKey['state'], ToneWord>> = {
  active: ['ok', 'Active'],
  expired: ['plain', 'Expired'],
  revoked: ['plain', 'Ended'],
  'used-up': ['note', 'Used up'],
};

const columns: readonly Column<AcmeServerKey>[] = [
  { heading: 'State', cell: ({ state }) => <StateWord of={states[state]} /> },
  {
    heading: 'Key',
    wraps: true,
    cell: ({ id, name, createdAt, createdBy }) => (
      <>
        <strong>{name}</strong>
        <div className="tg-dim tg-small tg-mono">{id}</div>
        <div className="tg-dim tg-small">
          {momentText(createdAt)} by {createdBy}
        </div>
      </>
    ),
  },
  {
    heading: 'May order',
    wraps: true,
    cell: ({ names, profiles }) => (
      <>
        {names.join(', ') || 'what the settings allow'}
        {profiles.length > 0 && <div className="tg-dim tg-small">{profiles.join(', ')}</div>}
      </>
    ),
  },
  { heading: 'Accounts', cell: ({ accounts, maxAccounts }) => `${accounts} of ${maxAccounts}` },
  {
    heading: 'Ends',
    cell: ({ expiresAt }) => (expiresAt === null ? 'when it is ended' : <When at={expiresAt} />),
  },
];
