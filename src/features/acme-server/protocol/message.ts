/**
 * A POST of a client on its way in (RFC 8555 6): form, URL, nonce, key and signature, in this order, so that nothing
 * costly is done for a message that is not fresh. Only then is its payload looked at.
 */
import type { z } from 'zod';
import { printable } from '../../../lib/printable.ts';
import { type AccountRow, selectAccount } from '../accounts/account-store.ts';
import { AcmeError, malformed } from './acme-error.ts';
import type { Call, Core } from './core.ts';
import { type AccountKey, readJwk } from './jwk.ts';
import { type Jws, parseJson, readJws, requireSupported, verifyJws } from './jws.ts';

export interface Message {
  readonly payload: Buffer;
  /** The key that signed. */
  readonly key: AccountKey;
  /** Undefined when the message names its key and no account. */
  readonly account: AccountRow | undefined;
}

export interface AccountMessage extends Message {
  readonly account: AccountRow;
}

/** A message signed with the key of a valid account (`kid`). Throws AcmeError. */
export async function accountMessage(core: Core, call: Call): Promise<AccountMessage> {
  const message = await openMessage(core, call);
  if (message.account === undefined) throw malformed('jwk-not-kid', 'This request names its account by kid, not jwk.');
  return { ...message, account: message.account };
}

/** A message that brings its key (`jwk`). Throws AcmeError. */
export async function keyMessage(core: Core, call: Call): Promise<Message> {
  const message = await openMessage(core, call);
  if (message.account !== undefined) throw malformed('kid-not-jwk', 'This request brings its key as jwk, not kid.');
  return message;
}

/** Either of the two. */
export async function openMessage(core: Core, call: Call): Promise<Message> {
  const { request } = call;
  // RFC 8555 6.2
  if (request.contentType.toLowerCase() !== 'application/jose+json')
    throw new AcmeError('malformed', 'content-type', 'Requests are sent as Content-Type: application/jose+json.', {
      status: 415,
    });
  const jws = readJws(parseJson(request.body));
  requireSupported(jws.header.alg);
  const signer = await signerOf(core, call, jws);
  if (!verifyJws(jws, signer.key.key))
    throw new AcmeError('unauthorized', 'signature', 'The signature is not good under the key of this request.');
  return { ...signer, payload: jws.payload };
}

/** The payload by its schema. Throws `malformed` naming the first member that is wrong. */
export function readPayload<T>(payload: Uint8Array, schema: z.ZodType<T>): T {
  const value = parseJson(payload);
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw malformed(
    'payload',
    `The payload is not as expected: ${printable(where, 60)}: ${printable(issue?.message ?? '', 200)}`,
  );
}

/** RFC 8555 7.3.6: nothing is taken from an account that its holder or the operator has ended. */
export function requireValid({ status }: AccountRow): void {
  if (status !== 'valid')
    throw new AcmeError('unauthorized', 'account-deactivated', `The account is ${status}. Register a new key.`, {
      status: 401,
    });
}

/** RFC 8555 6.3: what is only read has no payload at all. */
export function requireEmpty({ payload }: Message): void {
  if (payload.length > 0) throw malformed('payload-not-empty', 'This is read by POST-as-GET: with an empty payload.');
}

/** The account that a URL names, by any of our names and directories; undefined when it is none of this server. */
export async function accountIdIn(core: Pick<Core, 'isOwnHost'>, text: string): Promise<string | undefined> {
  const url = URL.parse(text);
  const id = /^\/acme\/[^/]+\/account\/([0-9a-f]{32})$/.exec(url?.pathname ?? '')?.[1];
  const ours = url?.protocol === 'https:' && (await core.isOwnHost(url.hostname.replace(/^\[|\]$/g, '')));
  return ours ? id : undefined;
}

async function signerOf(core: Core, call: Call, { header }: Jws): Promise<Omit<Message, 'payload'>> {
  const { url, nonce, jwk, kid } = header;
  // RFC 8555 6.4: a message for another resource, or another server, is not one for this
  if (url !== `https://${call.request.host}${call.request.path}`)
    throw new AcmeError(
      'unauthorized',
      'url',
      `The url of the signed header is not that of the request: ${printable(url ?? 'none', 200)}.`,
    );
  useNonce(core, nonce);
  if ((jwk === undefined) === (kid === undefined))
    throw malformed('jwk-and-kid', 'A request has jwk or kid in its protected header, and not both.');
  if (kid === undefined) return { key: readJwk(jwk), account: undefined };
  const account = await accountOf(core, kid);
  return { key: readJwk(JSON.parse(account.jwk)), account };
}

/** RFC 8555 6.5 and 6.5.2: one that is no base64url is malformed; none, or one not known, used or old, is bad. */
function useNonce({ nonces }: Core, nonce: string | undefined): void {
  if (nonce !== undefined && !/^[\w-]+$/.test(nonce)) throw malformed('nonce-form', 'The nonce is no base64url.');
  if (nonce === undefined || !nonces.use(nonce))
    throw new AcmeError(
      'badNonce',
      'nonce',
      'There is no nonce, or one that is not known or was used before. Try again with the new one.',
    );
}

async function accountOf(core: Core, kid: string): Promise<AccountRow> {
  const id = await accountIdIn(core, kid);
  const account = id === undefined ? undefined : await selectAccount(core.storage.db, id);
  if (account === undefined)
    throw new AcmeError('accountDoesNotExist', 'no-account', 'There is no account of this URL here. Register again.');
  requireValid(account);
  return account;
}
