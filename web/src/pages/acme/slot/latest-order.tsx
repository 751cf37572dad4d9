/** The order that runs, step by step; else the last one, folded, with those before it. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { StateMark } from '../../../components/notice.tsx';
import { ProblemNotice } from '../../../components/problem-notice.tsx';
import { momentText } from '../../../components/time.tsx';
import { useOrders } from '../acme-queries.ts';
import { orderStates } from '../acme-words.ts';
import { OrderSteps } from './order-steps.tsx';

/** Nothing, where nothing was ever ordered. */
export function LatestOrder({ slot }: { readonly slot: string }) {
  const orders = useOrders(slot);
  const [choice, setChoice] = useState<{ readonly id: string; readonly latest: string }>();
  if (orders.isError) return <ProblemNotice error={orders.error} onRetry={() => void orders.refetch()} />;
  const [latest] = orders.data ?? [];
  if (!orders.data || !latest) return null;
  // what a person chose gives way to an order that begins afterwards
  const chosen = choice?.latest === latest.id ? orders.data.find(({ id }) => id === choice.id) : undefined;
  const tells = latest.state === 'running' || latest.state === 'failed';
  const shown = chosen ?? (tells ? latest : undefined);
  // the chosen one keeps its row, and its button the focus
  const others = orders.data.filter((order) => order !== shown || order === chosen).slice(0, 10);
  return (
    <section className="tg-stack" aria-label="Orders">
      <h3 className="tg-h3">Orders</h3>
      {shown && <OrderSteps order={shown} />}
      {others.length > 0 && (
        <ul className="tg-checks" aria-label="Other orders">
          {others.map((order) => (
            <li key={order.id}>
              <span>
                <StateMark tone={orderStates[order.state][0]}>{orderStates[order.state][1]}</StateMark>
              </span>
              <span>
                {momentText(order.createdAt)}, {order.providerName}
                {order.purpose === 'test' && ' (test)'}{' '}
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-expanded={order === chosen}
                  onClick={() => setChoice(order === chosen ? undefined : { id: order.id, latest: latest.id })}
                  aria-label={`Steps of the order of ${momentText(order.createdAt)}`}
                >
                  Steps
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {/* outlives the steps, so that the end is said as well */}
      <p role="status" className="tg-visually-hidden">
        {latest.steps.find(({ state }) => state === 'running')?.title ??
          `${orderStates[latest.state][1]}: order at ${latest.providerName}`}
      </p>
    </section>
  );
}
