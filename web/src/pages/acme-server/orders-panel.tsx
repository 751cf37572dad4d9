/** What ACME clients ordered: the outcome, and why it failed. */
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AcmeServerOrder } from '../../api.ts';
import { Dialog } from '../../components/dialogs/dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { type Column, ListTable } from '../../components/list/list-table.tsx';
import { RowButton } from '../../components/list/row-button.tsx';
import { Notice, StateMark, StateWord, type ToneWord } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { momentText, When } from '../../components/time.tsx';
import { type OrderSearch, useClientOrder, useClientOrders } from './acme-server-queries.ts';
import { PageTurner } from './page-turner.tsx';

type Row = Omit<AcmeServerOrder, 'authorizations'>;

const states: Readonly<Record<AcmeServerOrder['status'], ToneWord>> = {
  pending: ['note', 'Pending'],
  ready: ['note', 'Ready'],
  processing: ['note', 'Processing'],
  valid: ['ok', 'Issued'],
  invalid: ['critical', 'Failed'],
};

export function OrdersPanel() {
  const [search, setSearch] = useState<OrderSearch>({ text: '', status: '', before: undefined });
  const [shown, setShown] = useState<string>();
  const orders = useClientOrders(search);
  const searched = search.text !== '' || search.status !== '';
  return (
    <Panel title="Orders" anchor="orders">
      <div className="tg-stack">
        <div className="tg-columns tg-columns-narrow">
          <TextInput
            label="Name contains"
            autoComplete="off"
            value={search.text}
            onChange={(e) => setSearch({ ...search, text: e.currentTarget.value.trim(), before: undefined })}
          />
          <Select
            label="State"
            data={[
              { value: '', label: 'All' },
              { value: 'valid', label: 'Issued' },
              { value: 'invalid', label: 'Failed' },
              { value: 'pending', label: 'Pending' },
              { value: 'processing', label: 'Processing' },
            ]}
            allowDeselect={false}
            value={search.status}
            onChange={(status) =>
              setSearch({ ...search, status: (status ?? '') as OrderSearch['status'], before: undefined })
            }
          />
        </div>
        <QueryView query={orders} rows={4}>
          {(data) => (
            <>
              <ListTable
                label="Orders"
                minWidth={760}
                rows={data.orders}
                keyOf={({ id }) => id}
                columns={columns}
                actions={(order) => (
                  <RowButton onClick={() => setShown(order.id)} label={`Details: ${namesOf(order)}`}>
                    Details
                  </RowButton>
                )}
                empty={<Empty title={searched ? 'No such order.' : 'Nothing was ordered yet.'} />}
              />
              <PageTurner
                what="orders"
                before={search.before}
                next={data.next}
                onTurn={(before) => setSearch({ ...search, before })}
              />
            </>
          )}
        </QueryView>
      </div>
      {shown !== undefined && <OrderDialog id={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  );
}

const columns: readonly Column<Row>[] = [
  { heading: 'State', cell: ({ status }) => <StateWord of={states[status]} /> },
  {
    heading: 'Names',
    wraps: true,
    cell: (order) => (
      <>
        <span>{namesOf(order)}</span>
        {order.error && <div className="tg-small">{order.error.detail}</div>}
      </>
    ),
  },
  { heading: 'Profile', cell: ({ profile, renewal }) => `${profile}${renewal ? ', renewal' : ''}` },
  {
    heading: 'Ordered',
    wraps: true,
    cell: ({ createdAt, address }) => (
      <>
        <When at={createdAt} />
        <div className="tg-dim tg-small">from {address}</div>
      </>
    ),
  },
];

function OrderDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const query = useClientOrder(id);
  return (
    <Dialog onClose={onClose} title="Order of an ACME client" size="min(760px, 94vw)">
      <QueryView query={query} rows={8}>
        {(order) => <Details order={order} />}
      </QueryView>
    </Dialog>
  );
}

function Details({ order }: { readonly order: AcmeServerOrder }) {
  return (
    <div className="tg-stack">
      {order.error && (
        <Notice tone="critical" title={order.error.detail}>
          Reason: <code className="tg-mono">{order.error.reason}</code>, {order.error.type}. The manual says what to do
          about each reason.
        </Notice>
      )}
      <Facts
        facts={[
          ['State', <StateWord key="s" of={states[order.status]} />],
          ['Names', namesOf(order)],
          ['Profile', order.profile],
          ['Ordered', `${momentText(order.createdAt)} from ${order.address}${order.renewal ? ', as a renewal' : ''}`],
          order.serial !== null && [
            'Certificate',
            <Link key="c" to={`/security/issued-certificates/${order.serial}`}>
              {order.serial}
            </Link>,
          ],
          order.notAfter !== null && ['Expires', <When key="e" at={order.notAfter} />],
        ]}
      />
      {order.authorizations.map(({ name, wildcard, status, challenges }) => (
        <section key={`${name.type}|${name.value}|${wildcard}`} aria-label={name.value}>
          <h3 className="tg-h3">
            {wildcard && '*.'}
            {name.value}: {status}
          </h3>
          <ul className="tg-checks">
            {challenges.map((challenge) => (
              <li key={challenge.type}>
                <span>
                  <StateMark tone={challengeTones[challenge.status]}>{challenge.status}</StateMark>
                </span>
                <span>
                  {challenge.type}
                  {challenge.at !== null && <span className="tg-dim"> {momentText(challenge.at)}</span>}
                  {challenge.error && (
                    <div>
                      {challenge.error.detail} <code className="tg-mono">{challenge.error.reason}</code>
                    </div>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const challengeTones = { pending: 'plain', processing: 'note', valid: 'ok', invalid: 'critical' } as const;

function namesOf({ names }: Pick<Row, 'names'>): string {
  return names.map(({ value }) => value).join(', ');
}
