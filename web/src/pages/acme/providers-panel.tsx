/** The CAs that certificates can be ordered from, in the order in which they are offered. */
import { Button, Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type AcmeProvider, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useProviders, useRefreshAcme } from './acme-queries.ts';
import { accountStates, placeOf } from './acme-words.ts';

export function ProvidersPanel() {
  const providers = useProviders();
  return (
    <Panel title="Providers" anchor="providers">
      <QueryView query={providers} rows={4}>
        {(data) => (data.length === 0 ? <Empty title="No provider is set up." /> : <Providers providers={data} />)}
      </QueryView>
    </Panel>
  );
}

function Providers({ providers }: { readonly providers: readonly AcmeProvider[] }) {
  const mayChange = useMayChange();
  const refresh = useRefreshAcme();
  const order = useMutation({
    mutationFn: (ids: string[]) => unwrap(api.PUT('/acme/providers/order', { body: { ids } })),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/acme/providers/{id}', { params: { path: { id } } })),
    onSuccess: () => toast('The provider is removed.'),
    onSettled: refresh,
  });
  function move(index: number, by: number) {
    const ids = providers.map(({ id }) => id);
    const [id] = ids.splice(index, 1);
    if (id !== undefined) order.mutate(ids.toSpliced(index + by, 0, id));
  }
  async function drop({ id, name }: AcmeProvider) {
    const yes = await askPerson({
      title: `Remove the provider ${name}?`,
      body: 'Its account and key are forgotten here. Certificates that it signed stay in use.',
      confirm: 'Remove',
      dangerous: true,
    });
    if (yes) remove.mutate(id);
  }
  const failed = order.error ?? remove.error;
  return (
    <div className="tg-stack">
      {failed && <ProblemNotice error={failed} />}
      <WideTable label="Providers" minWidth={760} stacks>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Provider</Table.Th>
              <Table.Th>Account</Table.Th>
              <Table.Th>Proof</Table.Th>
              <Table.Th>Used by</Table.Th>
              <Table.Th>
                <span className="tg-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {providers.map((provider, index) => (
              <Table.Tr key={provider.id}>
                <Table.Td data-label="Provider" className="tg-name-cell">
                  <Link to={`/security/acme/${provider.id}`}>{provider.name}</Link>
                  <div className="tg-dim tg-small">{placeOf(provider)}</div>
                </Table.Td>
                <Table.Td data-label="Account">
                  <AccountState provider={provider} />
                </Table.Td>
                <Table.Td data-label="Proof">
                  {provider.kind === 'acme' ? provider.challenge.type.toUpperCase() : 'none needed'}
                </Table.Td>
                <Table.Td data-label="Used by" className="tg-name-cell">
                  {provider.usedBy.map((slot) => slot.replace(/^domain:/, '')).join(', ') || '–'}
                </Table.Td>
                <Table.Td>
                  {mayChange && (
                    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 4 }}>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        disabled={order.isPending || index === 0}
                        onClick={() => move(index, -1)}
                        aria-label={`Move up: ${provider.name}`}
                      >
                        Up
                      </Button>
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        disabled={order.isPending || index === providers.length - 1}
                        onClick={() => move(index, 1)}
                        aria-label={`Move down: ${provider.name}`}
                      >
                        Down
                      </Button>
                      {!provider.builtIn && (
                        <Button
                          variant="subtle"
                          size="compact-sm"
                          onClick={() => void drop(provider)}
                          aria-label={`Remove: ${provider.name}`}
                        >
                          Remove
                        </Button>
                      )}
                    </div>
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

function AccountState({ provider: { kind, account } }: { readonly provider: AcmeProvider }) {
  if (kind === 'private-ca') return <>none needed</>;
  const [tone, word] = accountStates[account?.status ?? 'none'];
  return <StateMark tone={tone}>{word}</StateMark>;
}
