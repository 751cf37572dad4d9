/** An order step by step: what is done, what runs, where it failed and what the CA said. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type AcmeOrder, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { NameList } from '../../../components/name-list.tsx';
import { Notice, StateMark } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { momentText, withPlainDates } from '../../../components/time.tsx';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { orderPurposes, orderStates, stepStates } from '../acme-words.ts';
import './order-steps.css';

/** Its parent asks for the order again and again while it runs. */
export function OrderSteps({ order }: { readonly order: AcmeOrder }) {
  const [tone, word] = orderStates[order.state];
  const running = order.steps.find(({ state }) => state === 'running');
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
      <p role="status" className="tg-visually-hidden">
        {running ? running.title : word}
      </p>
      {order.names.length > 0 && <NameList names={order.names} label="Names of the order" />}
      <ol className="tg-order">
        {order.steps.map((step) => (
          <li key={step.step} data-state={step.state}>
            <StateMark tone={stepStates[step.state][0]}>
              {step.state === 'open' && order.state !== 'running' ? 'Not done' : stepStates[step.state][1]}
            </StateMark>
            <div>
              <span>{step.title}</span>
              {step.at !== null && (
                <time className="tg-dim tg-small" dateTime={step.at}>
                  {' '}
                  {step.at.slice(11, 19)}
                </time>
              )}
              {step.words !== '' && <div className="tg-dim tg-small tg-order-words">{step.words}</div>}
            </div>
          </li>
        ))}
      </ol>
      {order.problem && (
        <Notice
          tone={order.state === 'running' ? 'warning' : 'critical'}
          title={order.state === 'running' ? 'The last try of this step did not succeed.' : 'The order failed.'}
        >
          <div className="tg-lines">{withPlainDates(order.problem.detail)}</div>
          {order.problem.hint && <div>{order.problem.hint}</div>}
        </Notice>
      )}
    </section>
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
