/** API tokens: for scripts and the command line on other machines. */

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Token } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { Icon } from '../../components/icons.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, momentText } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useTokenChanges } from './changes.ts';
import { scopeWords, TokenDialog } from './token-dialog.tsx';

const states: Readonly<Record<Token['state'], ToneWord>> = {
  active: ['ok', 'Active'],
  expired: ['plain', 'Expired'],
  revoked: ['plain', 'Revoked'],
};

/** A row per token; the secret itself is never shown again. */
export function TokensPanel() {
  const mayChange = useMayChange();
  const [adding, setAdding] = useState(false);
  const { revoke } = useTokenChanges();
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: async () => (await unwrap(api.GET('/tokens'))).tokens,
  });
  async function askRevoke(token: Token) {
    const yes = await askPerson({
      title: `Revoke ${token.name}?`,
      body: 'Whatever uses this token is refused from now on. This cannot be undone.',
      confirm: 'Revoke token',
      dangerous: true,
    });
    if (yes) revoke.mutate(token.id);
  }
  return (
    <Panel
      title="API tokens"
      anchor="tokens"
      actions={
        mayChange && (
          <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
            New token
          </Button>
        )
      }
    >
      <QueryView query={tokens}>
        {(data) => (
          <ListTable
            label="API tokens"
            minWidth={760}
            rows={data}
            keyOf={({ id }) => id}
            columns={columns}
            actions={
              mayChange &&
              ((token) =>
                token.state === 'active' && (
                  <RowButton onClick={() => void askRevoke(token)} label={`Revoke ${token.name}`}>
                    Revoke
                  </RowButton>
                ))
            }
            error={revoke.error}
            empty={
              <Empty title="There are no API tokens.">
                A token lets a script or the command line on another machine use the API.
              </Empty>
            }
          />
        )}
      </QueryView>
      {adding && <TokenDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}

const columns: readonly Column<Token>[] = [
  {
    heading: 'Name',
    cell: ({ name, createdBy, createdAt }) => (
      <>
        <strong>{name}</strong>
        <div className="tg-dim tg-small">
          by {createdBy}, {dateText(createdAt)}
        </div>
      </>
    ),
  },
  { heading: 'State', cell: ({ state }) => <StateWord of={states[state]} /> },
  {
    heading: 'Role and scopes',
    cell: ({ role, scopes }) => (
      <>
        {role}
        <div className="tg-dim tg-small">{scopes.map(scopeWords).join(', ')}</div>
      </>
    ),
  },
  { heading: 'From', cell: ({ ranges }) => ranges.join(', ') || 'anywhere' },
  { heading: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? momentText(lastUsedAt) : 'never') },
  { heading: 'Expires', cell: ({ expiresAt }) => dateText(expiresAt) },
];
