/** `tollgate acme orders`, `acme order show`, `acme stop`; an order followed on the terminal until it ends. */
import type { Command, CommandContext } from '../../../lib/command.ts';
import { printable } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';
import type { AcmeOrderView } from '../schemas.ts';

const orderArgument = { name: '<order>', description: 'id of the order, see `tollgate acme orders`' } as const;

export const orderCommands: readonly Command[] = [
  {
    path: ['acme', 'orders'],
    summary: 'Orders of one certificate, the newest first; without one, those that are under way',
    arguments: [{ name: '[slot]', description: 'server, client or domain:NAME' }],
    examples: ['tollgate acme orders', 'tollgate acme orders server'],
    run: async (context, [slot]) => {
      const path = slot === undefined ? '/acme/orders' : `/acme/slots/${encodeURIComponent(String(slot))}/orders`;
      const answer = (await context.call('GET', path)) as { orders: AcmeOrderView[] };
      context.print(answer, () => answer.orders.map(orderLine).join('\n') || 'There are none.');
    },
  },
  {
    path: ['acme', 'order', 'show'],
    summary: 'One order, step by step, with the challenge of each name',
    arguments: [orderArgument],
    options: [{ flags: '--watch', description: 'tell each change until the order has ended' }],
    examples: ['tollgate acme order show 5f0c… --watch'],
    run: async (context, [id], options) => {
      const order = (await context.call('GET', orderPath(id))) as AcmeOrderView;
      if (options['watch']) await follow(context, order);
      else context.print(order, () => orderText(order));
    },
  },
  {
    path: ['acme', 'stop'],
    summary: 'Stop an order that is under way',
    arguments: [orderArgument],
    run: async (context, [id]) => {
      const order = (await context.call('DELETE', orderPath(id))) as AcmeOrderView;
      context.print(order, () => orderLine(order));
    },
  },
];

/** Tells what changes until the order has ended, then prints it as it is. Throws what it failed with. */
export async function follow(context: CommandContext, first: AcmeOrderView): Promise<void> {
  let order = first;
  const told = new Set<string>();
  for (;;) {
    for (const line of progress(order)) {
      if (!told.has(line)) context.tell(line);
      told.add(line);
    }
    if (order.state !== 'running') break;
    await new Promise((resolve) => setTimeout(resolve, 500));
    order = (await context.call('GET', orderPath(order.id))) as AcmeOrderView;
  }
  context.print(order, () => orderText(order));
  if (order.state === 'failed' && order.problem !== null) {
    const { code, detail, hint } = order.problem;
    throw new Problem({ code, status: 409, title: 'The order failed.', detail, hint });
  }
}

/** The order with its steps and challenges. */
export function orderText(order: AcmeOrderView): string {
  const steps = order.steps.map(
    ({ title, state, words }) => `  ${state.padEnd(8)}${title}${words === '' ? '' : `: ${printable(words, 300)}`}`,
  );
  const challenges = order.challenges.length === 0 ? [] : ['  Challenges', ...order.challenges.map(challengeLine)];
  return [orderLine(order), ...steps, ...challenges].join('\n');
}

function orderPath(id: string | readonly string[] | undefined): string {
  return `/acme/orders/${encodeURIComponent(String(id))}`;
}

function orderLine({ id, slot, providerName, purpose, state, createdAt, problem }: AcmeOrderView): string {
  const why = problem === null ? '' : `\n  ${printable(problem.detail, 500)}\n  ${printable(problem.hint, 300)}`;
  return `${id}  ${createdAt}  ${slot}  ${purpose}  ${printable(providerName, 60)}  ${state}${why}`;
}

/** What has been done so far, a line each; a line that was there stays as it is. */
function progress({ steps, challenges }: AcmeOrderView): readonly string[] {
  const done = steps.flatMap(({ title, state, at, words }) => {
    if (state === 'open' || state === 'running' || at === null) return [];
    return [{ at, line: `${state}  ${title}${words === '' ? '' : `: ${printable(words, 300)}`}` }];
  });
  const proofs = challenges.map((one) => ({ at: one.since, line: `${proofText(one)}: ${printable(one.answer, 400)}` }));
  return [...done, ...proofs]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ at, line }) => `${at.slice(11, 19)}  ${line}`);
}

type Proof = AcmeOrderView['challenges'][number];

function challengeLine(proof: Proof): string {
  return `    ${proofText(proof)} since ${proof.since}; the CA said: ${printable(proof.answer, 400)}`;
}

function proofText({ name, type, state }: Proof): string {
  return `${printable(name, 253)}  ${type}  ${state}`;
}
