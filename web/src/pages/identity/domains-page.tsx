/** Domain certificates: the list, and adding a domain. */

import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { api, type IdentityOverview } from '../../api.ts';
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toast } from '../../components/dialogs/toast.tsx';
import { expiryTone, expiryWords } from '../../components/drawings/expiry.ts';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { StateMark } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { dateText } from '../../components/time.tsx';
import { navigate } from '../../location.ts';
import { useIdentities } from '../../queries.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { useRefreshIdentities } from './changes.ts';

/** A row per domain with what it presents and when that ends. */
export function DomainsPage() {
  const identities = useIdentities();
  const mayChange = useMayChange();
  return (
    <Page intro="A client that names one of these domains by server name indication (SNI) is shown its certificate; every other client gets the server certificate.">
      <Panel title="Domain certificates">
        <QueryView query={identities}>
          {(all) => <DomainTable domains={all.filter((identity) => identity.slot.startsWith('domain:'))} />}
        </QueryView>
      </Panel>
      {mayChange && <AddDomain />}
    </Page>
  );
}

function DomainTable({ domains }: { readonly domains: readonly IdentityOverview[] }) {
  const mayChange = useMayChange();
  const refresh = useRefreshIdentities();
  const remove = useMutation({
    mutationFn: (slot: string) => unwrap(api.DELETE('/identities/{slot}', { params: { path: { slot } } })),
    onSuccess: () => toast('The domain was removed.'),
    onSettled: refresh,
  });
  async function askRemove(name: string) {
    const yes = await askPerson({
      title: `Remove ${name}?`,
      body: 'Its certificates, its request and its private keys are destroyed; there is no roll-back. Clients that ask for this domain get the server certificate.',
      confirm: 'Remove domain',
      dangerous: true,
      typed: name,
    });
    if (yes) remove.mutate(`domain:${name}`);
  }
  return (
    <ListTable
      label="Domain certificates"
      minWidth={620}
      rows={domains}
      keyOf={({ slot }) => slot}
      columns={columns}
      actions={
        mayChange &&
        ((domain) => (
          <RowButton onClick={() => void askRemove(nameOf(domain))} label={`Remove ${nameOf(domain)}`}>
            Remove
          </RowButton>
        ))
      }
      error={remove.error}
      empty={
        <Empty title="No domain has a certificate of its own.">
          {mayChange ? 'Add a domain below.' : 'An administrator can add one.'}
        </Empty>
      }
    />
  );
}

const columns: readonly Column<IdentityOverview>[] = [
  { heading: 'Domain', cell: (domain) => <Link to={pathOf(domain)}>{nameOf(domain)}</Link> },
  {
    heading: 'State',
    cell: ({ active }) =>
      active ? (
        <StateMark tone={expiryTone(active)}>{expiryWords(active)}</StateMark>
      ) : (
        <StateMark tone="plain">Uses the server certificate</StateMark>
      ),
  },
  { heading: 'Issuer', cell: ({ active }) => active?.issuer ?? '–' },
  { heading: 'Expiration date', cell: ({ active }) => dateText(active?.notAfter) },
  { heading: 'CSR', cell: ({ pendingCsr }) => (pendingCsr ? 'In progress' : '–') },
];

function AddDomain() {
  const [domain, setDomain] = useState('');
  const refresh = useRefreshIdentities();
  const add = useMutation({
    mutationFn: () => unwrap(api.POST('/identities', { body: { domain } })),
    onSuccess: async (identity) => {
      await refresh();
      navigate(pathOf(identity));
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate();
  }
  return (
    <Panel title="Add a domain">
      <form onSubmit={submit} className="tg-form">
        <TextInput
          label="Domain"
          description="The fully qualified name that clients send, such as video.example.com. No wildcards."
          maw={460}
          required
          withAsterisk={false}
          value={domain}
          onChange={(e) => setDomain(e.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
        />
        {add.isError && <ProblemNotice error={add.error} />}
        <div className="tg-actions">
          <Button type="submit" loading={add.isPending} disabled={domain.trim() === ''}>
            Add domain
          </Button>
        </div>
      </form>
    </Panel>
  );
}

type Slot = Pick<IdentityOverview, 'slot'>;

function nameOf({ slot }: Slot): string {
  return slot.slice('domain:'.length);
}

function pathOf(slot: Slot): string {
  return `/security/domain-certificates/${encodeURIComponent(nameOf(slot))}`;
}
