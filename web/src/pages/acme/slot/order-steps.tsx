/** An order step by step: what is done, what runs, where it failed and what the CA said. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type AcmeOrder, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { type Column, ListTable } from '../../../components/list/list-table.tsx';
import { NameList } from '../../../components/name-list.tsx';
import { Notice, StateMark, StateWord } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { momentText, withPlainDates } from '../../../components/time.tsx';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { orderPurposes, orderStates, proofStates, stepStates } from '../acme-words.ts';
import './order-steps.css';

/** Its parent asks for the order again and again while it runs. */
export function OrderSteps({ order }: { readonly order: AcmeOrder }) {
  const [tone, word] = orderStates[order.state];
  return (
    <section className="tg-stack" aria-label={`Order at ${order.providerName}`}>
      <div className="tg-actions">
        <StateMark tone={tone}>{word}</StateMark>
        <strong>{order.providerName}</strong>
        <span className="tg-dim tg-small">
          {orderPurposes[order.purpose]}, begun {momentText(order.createdAt)}
        </span>
        <Stop order={order} />
      </div>
      {order.names.length > 0 && order.challenges.length === 0 && (
        <NameList names={order.names} label="Names of the order" />
      )}
      <ol className="tg-order">
        {order.steps.map((step) => (
          <li key={step.step} data-state={step.state}>
            <StateMark tone={stepStates[step.state][0]}>
              {step.state === 'open' && order.state !== 'running' ? 'Not done' : stepStates[step.state][1]}
            </StateMark>
            <div>
              <span>{step.title}</span>
              {step.at !== null && (
                <span className="tg-dim tg-small">
                  {' '}
                  <TimeOfDay at={step.at} />
                </span>
              )}
              {step.words !== '' && <div className="tg-dim tg-small tg-order-words">{step.words}</div>}
            </div>
          </li>
        ))}
      </ol>
      {order.challenges.length > 0 && <Challenges order={order} />}
      {order.problem && (
        <Notice tone={order.state === 'failed' ? 'critical' : 'warning'} title={problemTitles[order.state]}>
          <div className="tg-lines">{withPlainDates(order.problem.detail)}</div>
          {order.problem.hint && <div>{order.problem.hint}</div>}
        </Notice>
      )}
    </section>
  );
}

const problemTitles: Readonly<Record<AcmeOrder['state'], string>> = {
  running: 'The last try of this step did not succeed.',
  done: '',
  failed: 'The order failed.',
  abandoned: 'The order was stopped.',
};

/** The proof of each name: how far it is, since when, what the CA said of it last. */
function Challenges({ order }: { readonly order: AcmeOrder }) {
  return (
    <ListTable
      label="Challenges"
      rows={order.challenges}
      keyOf={({ name }) => name}
      minWidth={560}
      maxHeight={order.challenges.length > 12 ? 420 : undefined}
      columns={challengeColumns}
    />
  );
}

const challengeColumns: readonly Column<AcmeOrder['challenges'][number]>[] = [
  { heading: 'Name', cell: ({ name }) => name, wraps: true },
  { heading: 'Challenge', cell: ({ type }) => type.toUpperCase() },
  { heading: 'State', cell: ({ state }) => <StateWord of={proofStates[state]} /> },
  { heading: 'Since', cell: ({ since }) => <TimeOfDay at={since} /> },
  { heading: 'Last answer of the CA', cell: ({ answer }) => withPlainDates(answer), wraps: true },
];

/** To the second: the day stands above. */
function TimeOfDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={momentText(at)}>
      {at.slice(11, 19)} UTC
    </time>
  );
}

function Stop({ order }: { readonly order: AcmeOrder }) {
  const refresh = useRefreshAcme();
  const stop = useMutation({
    mutationFn: () => unwrap(api.DELETE('/acme/orders/{id}', { params: { path: { id: order.id } } })),
    onSuccess: () => toast('The order is stopped.'),
    onSettled: refresh,
  });
  if (!useMayChange() || order.state !== 'running') return null;
  return (
    <>
      <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
        Stop order
      </Button>
      {stop.isError && <ProblemNotice error={stop.error} />}
    </>
  );
}
