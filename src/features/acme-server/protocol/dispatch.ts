/** Which request is which, and what every answer carries: a nonce, the way back to the directory, problems as such. */
import { isIP } from 'node:net';
import { Problem } from '../../../lib/problem.ts';
import { account, accountOrders, keyChange } from '../accounts/manage-account.ts';
import { newAccount } from '../accounts/register.ts';
import { authorization, challenge, nothingThere } from '../authorizations/authorizations.ts';
import type { ValidationRunner } from '../authorizations/validation-runner.ts';
import { download } from '../certificates/download.ts';
import { renewalInfo } from '../certificates/renewal-info.ts';
import { revokeCertificate } from '../certificates/revoke.ts';
import { newOrder } from '../orders/new-order.ts';
import { offeredProfiles } from '../orders/order-policy.ts';
import { finalize, order } from '../orders/orders.ts';
import { AcmeError, problemDocument } from './acme-error.ts';
import type { Call, Core } from './core.ts';
import { directory } from './directory.ts';
import type { AcmeAnswer, AcmeRequest } from './exchange.ts';
import { openMessage, requireEmpty } from './message.ts';
import type { RequestRate } from './rates.ts';

export type Handle = (request: AcmeRequest) => Promise<AcmeAnswer>;

/** Answers every request below `/acme/<name>/`; never rejects. */
export function createDispatch(core: Core, runner: ValidationRunner, rate: RequestRate): Handle {
  return async (request) => {
    let call: Call | undefined;
    try {
      rate.take(request.address, core.settings().limits.requestsPerMinute);
      const [name = '', ...path] = request.path.split('/').slice(2);
      call = await callOf(core, request, name);
      return dressed(core, call, await answer(core, runner, call, path));
    } catch (error) {
      return dressed(core, call, refusal(core, error), request.method);
    }
  };
}

/** Throws 404 for a directory that is not there, 421 for a host that is not ours. */
async function callOf(core: Core, request: AcmeRequest, name: string): Promise<Call> {
  const { defaultProfile } = core.settings();
  const offered = await offeredProfiles(core);
  const [first, rest] = [
    offered.filter((t) => t.name === defaultProfile),
    offered.filter((t) => t.name !== defaultProfile),
  ];
  const here = name === 'default' ? [...first, ...rest] : offered.filter((template) => template.name === name);
  if (here.length === 0)
    throw new AcmeError('malformed', 'no-directory', 'There is no ACME directory of this name here.', { status: 404 });
  await requireOwnHost(core, request.host);
  return { request, base: `https://${request.host}/acme/${name}`, profiles: here };
}

/**
 * RFC 8555 6.4 binds a message to a URL; the host in it must be ours, or a message meant for another server could be
 * played to this one.
 */
async function requireOwnHost(core: Core, host: string): Promise<void> {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9.-]{1,253}))(?::\d{1,5})?$/i.exec(host) ?? [];
  const name = (bracketed ?? plain ?? '').toLowerCase();
  if ((bracketed === undefined || isIP(bracketed) === 6) && name !== '' && (await core.isOwnHost(name))) return;
  throw new AcmeError(
    'malformed',
    'host',
    'This ACME server is not known by the host of this request. The operator may add it to the hosts of the server.',
    { status: 421 },
  );
}

const identifier = /^[0-9a-f]{32}$/;

async function answer(core: Core, runner: ValidationRunner, call: Call, path: readonly string[]): Promise<AcmeAnswer> {
  const { method } = call.request;
  const [resource = '', id = '', action, more] = path;
  const reading = method === 'GET' || method === 'HEAD';
  if (path.length === 1 && (resource === 'directory' || resource === 'new-nonce') && (reading || method === 'POST')) {
    // RFC 8555 6.3: by GET, and by POST-as-GET as well
    if (!reading) requireEmpty(await openMessage(core, call));
    if (resource === 'directory') return directory(core, call);
    // RFC 8555 7.2
    return { status: method === 'HEAD' ? 200 : 204, headers: {}, body: '' };
  }
  if (path.length === 2 && resource === 'renewal-info' && reading) return renewalInfo(core, id);
  if (method !== 'POST' || resource === 'renewal-info') throw wrongMethod(resource);
  const posted = path.length === 1 ? collections[resource] : undefined;
  if (posted !== undefined) return posted(core, call);
  if (!identifier.test(id) || path.length > 4) throw nothingThere();
  switch (action === undefined ? resource : `${resource} ${action}`) {
    case 'account':
      return account(core, call, id);
    case 'account orders':
      return accountOrders(core, call, id, more);
    case 'order':
      return order(core, call, id);
    case 'order finalize':
      return finalize(core, call, id);
    case 'authz':
      return authorization(core, call, id);
    case 'challenge':
      return challenge(core, call, id, runner);
    case 'certificate':
      return download(core, call, id, 0);
    default:
      if (resource === 'certificate' && /^[1-9]$/.test(action ?? '')) return download(core, call, id, Number(action));
      throw nothingThere();
  }
}

const collections: Readonly<Record<string, ((core: Core, call: Call) => Promise<AcmeAnswer>) | undefined>> =
  Object.assign(Object.create(null), {
    'new-account': newAccount,
    'new-order': newOrder,
    'key-change': keyChange,
    'revoke-cert': revokeCertificate,
  });

/** RFC 8555 6.3, RFC 9773 4.1: only three things are read by GET, one of them by nothing else. */
function wrongMethod(resource: string): AcmeError {
  const both = resource === 'directory' || resource === 'new-nonce';
  const allow = resource === 'renewal-info' ? 'GET, HEAD' : both ? 'GET, HEAD, POST' : 'POST';
  return new AcmeError('malformed', 'method', `The method is not allowed here; allowed: ${allow}.`, {
    status: 405,
    headers: { allow },
  });
}

/** RFC 8555 6.5: a nonce on every answer to a POST, refusals included; 7.1: the way to the directory on all. */
function dressed(core: Core, call: Call | undefined, answered: AcmeAnswer, method = call?.request.method): AcmeAnswer {
  const isDirectory =
    call !== undefined && `https://${call.request.host}${call.request.path}` === `${call.base}/directory`;
  const wantsNonce = method === 'POST' || (method !== undefined && call?.request.path.endsWith('/new-nonce') === true);
  const links = [answered.headers['link'] ?? []].flat();
  const index = call === undefined || isDirectory ? [] : [`<${call.base}/directory>;rel="index"`];
  return {
    ...answered,
    headers: {
      ...answered.headers,
      ...(wantsNonce && { 'replay-nonce': core.nonces.issue() }),
      ...(links.length + index.length > 0 && { link: [...links, ...index] }),
    },
  };
}

function refusal(core: Core, error: unknown): AcmeAnswer {
  if (!(error instanceof AcmeError)) core.onError(error);
  const known =
    error instanceof AcmeError
      ? error
      : error instanceof Problem && error.details.status < 500
        ? new AcmeError('serverInternal', error.details.code, error.details.detail ?? error.details.title)
        : new AcmeError('serverInternal', 'internal', 'An error in the CA. Its log has the cause.');
  const document = {
    ...problemDocument(known.problem, known.status),
    ...(known.algorithms && { algorithms: known.algorithms }),
    ...(known.instance && { instance: known.instance }),
  };
  return {
    status: known.status,
    headers: { 'content-type': 'application/problem+json', ...known.headers },
    body: JSON.stringify(document),
  };
}
