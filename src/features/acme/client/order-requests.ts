/** Orders, authorizations, challenges and the waiting between them (RFC 8555 7.4, 7.5). */
import type { AcmeClient, AcmeClientDeps } from './acme-client.ts';
import { AcmeProblem } from './acme-problem.ts';
import { type Polled, poll } from './poll.ts';
import { type Authorization, readAuthorization, readChallenge } from './resource/authorization.ts';
import { type Identifier, sameIdentifier } from './resource/identifier.ts';
import { type NewOrder, type Order, readOrder } from './resource/order.ts';
import type { HttpsAnswer } from './wire/https-transport.ts';
import { retryAfter } from './wire/retry-after.ts';
import { header, type SignedRequests } from './wire/signed-requests.ts';

type OrderRequests = Pick<
  AcmeClient,
  | 'newOrder'
  | 'order'
  | 'authorization'
  | 'deactivateAuthorization'
  | 'respond'
  | 'waitForAuthorization'
  | 'waitForOrder'
  | 'finalize'
>;

export function orderRequests(requests: SignedRequests, { wait }: Pick<AcmeClientDeps, 'wait'>): OrderRequests {
  const orderOf = (answer: HttpsAnswer, url: string): Order => {
    const order = readOrder(requests.object(answer, 'The order'), url);
    for (const one of [order.finalize, order.certificate, ...order.authorizations])
      if (one !== undefined) requests.checkUrl(one);
    return order;
  };
  const authorizationOf = (answer: HttpsAnswer, url: string): Authorization => {
    const authorization = readAuthorization(requests.object(answer, 'The authorization'), url);
    for (const challenge of authorization.challenges) requests.checkUrl(challenge.url);
    return authorization;
  };
  const polled = async <T>(url: string, signal: AbortSignal, read: (answer: HttpsAnswer) => T): Promise<Polled<T>> => {
    const answer = await requests.post(url, undefined, { signal });
    return { value: read(answer), retryAt: retryAfter(header(answer, 'retry-after'), requests.clock.now()) };
  };
  const options = { clock: requests.clock, ...(wait !== undefined && { wait }) };
  return {
    newOrder: async (wanted) => {
      const { newOrder, profiles } = await requests.directory();
      if (wanted.profile !== undefined && !Object.hasOwn(profiles, wanted.profile))
        throw new AcmeProblem(
          'acme.profile-unknown',
          `The CA offers ${Object.keys(profiles).join(', ') || 'no profiles'}.`,
        );
      const ask = async (order: NewOrder): Promise<Order> => {
        const answer = await requests.post(newOrder, orderPayload(order));
        const made = orderOf(answer, requests.location(answer, 'The order'));
        if (!sameNames(made.identifiers, order.identifiers))
          throw new AcmeProblem('acme.answer', 'The order is not for the names that were ordered.');
        return made;
      };
      try {
        return { order: await ask(wanted), replacesLeftOut: false };
      } catch (error) {
        if (wanted.replaces === undefined || !refusesReplacing(error)) throw error;
        const { replaces: _, ...rest } = wanted;
        return { order: await ask(rest), replacesLeftOut: true };
      }
    },
    order: async (url) => orderOf(await requests.post(url, undefined), url),
    authorization: async (url) => authorizationOf(await requests.post(url, undefined), url),
    deactivateAuthorization: async (url) => authorizationOf(await requests.post(url, { status: 'deactivated' }), url),
    respond: async ({ url }) => readChallenge(requests.object(await requests.post(url, {}), 'The challenge')),
    waitForAuthorization: (url, within, signal, told) =>
      poll(
        async () => {
          const asked = await polled(url, signal, (answer) => authorizationOf(answer, url));
          await told?.(asked.value);
          return asked;
        },
        ({ status }) => status !== 'pending',
        { ...options, within, signal },
      ),
    waitForOrder: (url, while_, within, signal) =>
      poll(
        () => polled(url, signal, (answer) => orderOf(answer, url)),
        ({ status }) => !while_.some((one) => one === status),
        { ...options, within, signal },
      ),
    finalize: async ({ url, finalize }, csr) => {
      const answer = await requests.post(finalize, { csr: Buffer.from(csr).toString('base64url') });
      return orderOf(answer, url);
    },
  };
}

function orderPayload({ identifiers, notBefore, notAfter, profile, replaces }: NewOrder): object {
  return {
    identifiers,
    ...(notBefore !== undefined && { notBefore: new Date(notBefore).toISOString() }),
    ...(notAfter !== undefined && { notAfter: new Date(notAfter).toISOString() }),
    ...(profile !== undefined && { profile }),
    ...(replaces !== undefined && { replaces }),
  };
}

function sameNames(a: readonly Identifier[], b: readonly Identifier[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => sameIdentifier(one, other)));
}

/** The certificate named may be unknown there, replaced already, or not of this account (RFC 9773 5); the order is what counts. */
function refusesReplacing(error: unknown): boolean {
  return (
    error instanceof AcmeProblem &&
    error.code !== 'acme.rate-limited' &&
    [400, 403, 404, 409, 500].includes(error.failure.document?.status ?? 0)
  );
}
