/**
 * How the page talks to the API: same origin, the header that cross-site requests cannot set, and the two answers that
 * are not the caller's business: "confirm your password first" and "your session has ended".
 */
import { ApiProblem } from './problem.ts';

type Confirm = () => Promise<boolean>;

let confirmIdentity: Confirm = async () => false;
let sessionEnded: () => void = () => {};

/** Sets who asks for the password again and who is told that the session has ended. */
export function setTransportHooks(hooks: { confirm: Confirm; ended: () => void }): void {
  confirmIdentity = hooks.confirm;
  sessionEnded = hooks.ended;
}

/** Changes on their way, by everything that they say. */
const underWay = new Map<string, Promise<Response>>();

/** `fetch` for the API. A change that is on its way is not sent twice: a double click gets the one answer. */
export async function transport(request: Request): Promise<Response> {
  if (request.method === 'GET') return send(request);
  const said = `${request.method} ${request.url} ${await request.clone().text()}`;
  const answer = underWay.get(said) ?? send(request).finally(() => underWay.delete(said));
  underWay.set(said, answer);
  return (await answer).clone();
}

/** A step-up demand is answered by asking the person and sending the request once more. */
async function send(request: Request): Promise<Response> {
  request.headers.set('X-Requested-By', 'tollgate-web');
  const again = request.clone();
  const response = await fetch(request);
  if (response.status !== 401) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => ({}));
  const code = String((body as { code?: unknown }).code ?? '');
  if (code === 'access.confirm-needed') return (await confirmIdentity()) ? fetch(again) : response;
  if (!isPasswordCheck(request)) sessionEnded();
  return response;
}

/** The value of an answer; throws the problem when there is none. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiProblem(response.status, await problemBody(error, response));
  return data as NonNullable<T>;
}

async function problemBody(error: unknown, response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (typeof error === 'object' && error !== null) return error as Record<string, unknown>;
  if (response.status === 503)
    return {
      title: 'The administration of this gateway is restarting.',
      detail: 'Calls and certificates are not affected.',
      hint: 'Try again in a few seconds.',
    };
  return { title: `The gateway answered ${response.status}.`, detail: typeof error === 'string' ? error : undefined };
}

/** There 401 means a wrong password, not a session that ended. */
function isPasswordCheck(request: Request): boolean {
  return request.method === 'POST' && new URL(request.url).pathname.startsWith('/api/v1/session');
}
