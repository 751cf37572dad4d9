/** An order as it is kept: twelve steps, what each of them has found out, and how it is shown while it runs. */
import { z } from 'zod';
import { type AcmeOrderView, proofStates } from '../schemas.ts';
import type { OrderRow } from '../store.ts';

/** The steps of an order at a CA, in their order; the private CA needs those marked. */
const orderSteps = [
  { step: 'begin', title: 'Order begun', always: true },
  { step: 'request', title: 'Request made, key stored', always: true },
  { step: 'account', title: 'Account at the CA', always: false },
  { step: 'order', title: 'Order placed at the CA', always: false },
  { step: 'authorize', title: 'Names to prove read', always: false },
  { step: 'present', title: 'Proofs put in place', always: false },
  { step: 'respond', title: 'CA asked to look', always: false },
  { step: 'validate', title: 'CA has looked', always: false },
  { step: 'finalize', title: 'Request sent', always: false },
  { step: 'issue', title: 'CA has issued', always: false },
  { step: 'download', title: 'Certificate fetched and checked', always: true },
  { step: 'store', title: 'Certificate kept until it is deployed', always: true },
] as const;

export type OrderStep = (typeof orderSteps)[number]['step'];

const challengeRecord = z.object({
  authorization: z.string(),
  url: z.string(),
  type: z.enum(['http-01', 'dns-01', 'tls-alpn-01']),
  token: z.string(),
  identifier: z.object({ type: z.enum(['dns', 'ip']), value: z.string() }),
});

/** How far the proof of a name is, and what the CA said of it last. */
const proofRecord = z.object({
  name: z.string(),
  type: z.enum(['http-01', 'dns-01', 'tls-alpn-01']),
  state: z.enum(proofStates),
  since: z.number(),
  answer: z.string(),
});

const problemRecord = z.object({
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  retryAt: z.number().optional(),
  permanent: z.boolean().optional(),
});

const orderFields = z.object({
  directory: z.string(),
  names: z.array(z.string()),
  keyId: z.string(),
  profile: z.string(),
  /** Name of the certificate that is renewed, as the CA knows it (RFC 9773 4.1). */
  replaces: z.string(),
  authorizations: z.array(z.string()),
  challenges: z.array(challengeRecord),
  proofs: z.array(proofRecord),
  finalize: z.string(),
  certificate: z.string(),
  /** Base64 DER, the leaf first. */
  chain: z.array(z.string()),
  /** The account was lost once already. */
  accountLost: z.boolean(),
  log: z.array(z.object({ step: z.string(), at: z.number(), words: z.string() })),
  problem: problemRecord.nullable(),
});

export type OrderFields = z.infer<typeof orderFields>;
export type ChallengeRecord = z.infer<typeof challengeRecord>;

export const emptyOrder: OrderFields = {
  directory: '',
  names: [],
  keyId: '',
  profile: '',
  replaces: '',
  authorizations: [],
  challenges: [],
  proofs: [],
  finalize: '',
  certificate: '',
  chain: [],
  accountLost: false,
  log: [],
  problem: null,
};

export function readOrderFields(row: Pick<OrderRow, 'fields'>): OrderFields {
  return orderFields.parse({ ...emptyOrder, ...JSON.parse(row.fields) });
}

/** The order as the API shows it; `providerName` and `kind` are the provider's. */
export function orderView(
  row: OrderRow,
  provider: { readonly name: string; readonly kind: 'acme' | 'private-ca' } | undefined,
): AcmeOrderView {
  const fields = readOrderFields(row);
  const steps = orderSteps.filter(({ always }) => always || provider?.kind !== 'private-ca');
  const next = steps.findIndex(({ step }) => step === row.step);
  const { problem } = fields;
  return {
    id: row.id,
    slot: row.slot,
    provider: row.provider,
    providerName: provider?.name ?? row.provider,
    purpose: row.purpose,
    state: row.state,
    step: row.step,
    steps: steps.map(({ step, title }, i) => {
      const logged = fields.log.findLast((one) => one.step === step);
      return {
        step,
        title,
        state: stepState(row, i, next),
        at: logged === undefined ? null : new Date(logged.at).toISOString(),
        words: logged?.words ?? '',
      };
    }),
    challenges: fields.proofs.map(({ since, ...proof }) => ({ ...proof, since: new Date(since).toISOString() })),
    url: row.url,
    names: fields.names,
    problem: problem === null ? null : { code: problem.code, detail: problem.detail, hint: problem.hint },
    createdAt: new Date(row.created_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}

function stepState(row: OrderRow, index: number, next: number): 'open' | 'running' | 'done' | 'failed' {
  if (row.state === 'done' || index < next) return 'done';
  if (index > next) return 'open';
  return row.state === 'running' ? 'running' : 'failed';
}
