/** API tokens: for scripts and the command line on other machines. */

import { Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Token } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { Icon } from '../../components/icons.tsx';
import { StateMark, type Tone } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText, momentText } from '../../components/time.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useTokenChanges } from './changes.ts';
import { scopeWords, TokenDialog } from './token-dialog.tsx';

const states: Readonly<Record<Token['state'], readonly [Tone, string]>> = {
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
      <div className="tg-stack">
        {revoke.isError && <ProblemNotice error={revoke.error} />}
        <QueryView query={tokens}>
          {(data) =>
            data.length === 0 ? (
              <Empty title="There are no API tokens.">
                A token lets a script or the command line on another machine use the API.
              </Empty>
            ) : (
              <TokenTable tokens={data} onRevoke={mayChange ? (token) => void askRevoke(token) : undefined} />
            )
          }
        </QueryView>
      </div>
      {adding && <TokenDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly onRevoke: ((token: Token) => void) | undefined;
}

function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  return (
    <WideTable label="API tokens" stacks minWidth={760}>
      <Table fz="sm" verticalSpacing={7}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Role and scopes</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Expires</Table.Th>
            {onRevoke && (
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td data-label="Name">
                <strong>{token.name}</strong>
                <div className="tg-dim tg-small">
                  by {token.createdBy}, {dateText(token.createdAt)}
                </div>
              </Table.Td>
              <Table.Td data-label="State">
                <StateMark tone={states[token.state][0]}>{states[token.state][1]}</StateMark>
              </Table.Td>
              <Table.Td data-label="Role and scopes">
                {token.role}
                <div className="tg-dim tg-small">{token.scopes.map(scopeWords).join(', ')}</div>
              </Table.Td>
              <Table.Td data-label="From">{token.ranges.length > 0 ? token.ranges.join(', ') : 'anywhere'}</Table.Td>
              <Table.Td data-label="Last used">{token.lastUsedAt ? momentText(token.lastUsedAt) : 'never'}</Table.Td>
              <Table.Td data-label="Expires">{dateText(token.expiresAt)}</Table.Td>
              {onRevoke && (
                <Table.Td ta="right">
                  {token.state === 'active' && (
                    <Button variant="default" onClick={() => onRevoke(token)} aria-label={`Revoke ${token.name}`}>
                      Revoke
                    </Button>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
