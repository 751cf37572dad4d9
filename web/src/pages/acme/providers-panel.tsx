/** The CAs that certificates can be ordered from, in the order in which they are offered. */
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type AcmeProvider, api } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useProviders, useRefreshAcme } from './acme-queries.ts';
import { accountStates, placeOf } from './acme-words.ts';

export function ProvidersPanel() {
  const providers = useProviders();
  return (
    <Panel title="Providers" anchor="providers">
      <QueryView query={providers} rows={4}>
        {(data) => <Providers providers={data} />}
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
  return (
    <ListTable
      label="Providers"
      minWidth={760}
      rows={providers}
      keyOf={({ id }) => id}
      columns={columns}
      actions={
        mayChange &&
        ((provider, index) => (
          <>
            <RowButton
              disabled={order.isPending || index === 0}
              onClick={() => move(index, -1)}
              label={`Move up: ${provider.name}`}
            >
              Up
            </RowButton>
            <RowButton
              disabled={order.isPending || index === providers.length - 1}
              onClick={() => move(index, 1)}
              label={`Move down: ${provider.name}`}
            >
              Down
            </RowButton>
            {!provider.builtIn && (
              <RowButton onClick={() => void drop(provider)} label={`Remove: ${provider.name}`}>
                Remove
              </RowButton>
            )}
          </>
        ))
      }
      error={order.error ?? remove.error}
      empty={<Empty title="No provider is set up." />}
    />
  );
}

const columns: readonly Column<AcmeProvider>[] = [
  {
    heading: 'Provider',
    wraps: true,
    cell: (provider) => (
      <>
        <Link to={`/security/acme/${provider.id}`}>{provider.name}</Link>
        <div className="tg-dim tg-small">{placeOf(provider)}</div>
      </>
    ),
  },
  {
    heading: 'Account',
    cell: ({ kind, account }) =>
      kind === 'private-ca' ? 'none needed' : <StateWord of={accountStates[account?.status ?? 'none']} />,
  },
  {
    heading: 'Proof',
    minWidth: 90,
    cell: ({ kind, challenge }) => (kind === 'acme' ? challenge.type.toUpperCase() : 'none needed'),
  },
  {
    heading: 'Used by',
    wraps: true,
    cell: ({ usedBy }) => usedBy.map((slot) => slot.replace(/^domain:/, '')).join(', ') || '–',
  },
];
