/** What the holder does with an account (RFC 8555 7.3.2, 7.3.5, 7.3.6, 7.1.2.1): read, change, roll over, deactivate. */
import { z } from 'zod';
import { recordAudit } from '../../audit/audit.ts';
import { deactivatePendingAuthorizations } from '../authorizations/authorization-store.ts';
import { isCertifiedKey } from '../certificates/certificate-store.ts';
import { keyIdOf } from '../certificates/names-of-certificate.ts';
import { selectOrder, selectOrderIds } from '../orders/order-store.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import { accountActor, type Call, type Core } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { type AccountKey, readJwk } from '../protocol/jwk.ts';
import { parseJson, readJws, requireSupported, verifyJws } from '../protocol/jws.ts';
import { type AccountMessage, accountIdIn, accountMessage, readPayload, requireEmpty } from '../protocol/message.ts';
import { type AccountRow, selectAccount, selectAccountByThumbprint, updateAccount } from './account-store.ts';
import { accountView } from './account-view.ts';
import { readContacts } from './contacts.ts';

/** RFC 8555 7.3.2: whatever else is sent is ignored, agreement to terms and other states included. */
const change = z.object({ contact: z.array(z.string().max(300)).max(50).optional(), status: z.unknown().optional() });

/** The account itself; nobody sees or changes another's. */
export async function account(core: Core, call: Call, id: string): Promise<AcmeAnswer> {
  const message = await ownMessage(core, call, id);
  const { status, contact } = message.payload.length === 0 ? {} : readPayload(message.payload, change);
  const set: Partial<AccountRow> = {
    ...(contact && { contacts: JSON.stringify(readContacts(contact)) }),
    ...(status === 'deactivated' && { status }),
  };
  const next = { ...message.account, ...set };
  if (Object.keys(set).length > 0)
    await core.storage.transaction(async (trx) => {
      await updateAccount(trx, id, set);
      if (next.status === 'deactivated') await deactivatePendingAuthorizations(trx, id);
      await recordAudit(trx, accountActor(id, call.request), {
        action: 'acme-server.account-change',
        object: id,
        before: JSON.stringify(message.account),
        after: JSON.stringify(next),
        detail: { fields: Object.keys(set), status: next.status },
      });
    });
  return jsonAnswer(200, accountView(call, next), { location: `${call.base}/account/${id}` });
}

const ordersPerPage = 100;

/** RFC 8555 7.1.2.1; `cursor` is the last order of the page before. */
export async function accountOrders(core: Core, call: Call, id: string, cursor?: string): Promise<AcmeAnswer> {
  const message = await ownMessage(core, call, id);
  requireEmpty(message);
  const { db } = core.storage;
  const after = cursor === undefined ? undefined : await selectOrder(db, cursor);
  if (cursor !== undefined && after?.account_id !== id) throw malformed('cursor', 'This page of orders is not known.');
  const ids = await selectOrderIds(db, id, core.clock.now(), ordersPerPage, after);
  const last = ids.length === ordersPerPage ? ids.at(-1) : undefined;
  const next: Record<string, string> =
    last === undefined ? {} : { link: `<${call.base}/account/${id}/orders/${last}>;rel="next"` };
  return jsonAnswer(200, { orders: ids.map((order) => `${call.base}/order/${order}`) }, next);
}

const rollOver = z.object({ account: z.string().max(2_000), oldKey: z.unknown() });

/** keyChange (RFC 8555 7.3.5): the old key signs around what the new one signed. */
export async function keyChange(core: Core, call: Call): Promise<AcmeAnswer> {
  const message = await accountMessage(core, call);
  const { id } = message.account;
  const key = await newKeyOf(core, call, message);
  const { db } = core.storage;
  if (await isCertifiedKey(db, keyIdOf(key.publicKeyInfo)))
    throw new AcmeError('badPublicKey', 'certificate-key', 'This key is in a certificate: make one for the account.');
  const next = await core.storage.transaction(async (trx) => {
    // of two changes at once the later one is signed by a key that is gone
    if ((await selectAccount(trx, id))?.thumbprint !== message.key.thumbprint)
      throw new AcmeError('unauthorized', 'signature', 'The account has another key by now.');
    const taken = await selectAccountByThumbprint(trx, key.thumbprint);
    if (taken !== undefined)
      throw new AcmeError('malformed', 'key-taken', 'Another account has this key.', {
        status: 409,
        headers: { location: `${call.base}/account/${taken.id}` },
      });
    const set = { jwk: JSON.stringify(key.jwk), thumbprint: key.thumbprint };
    await updateAccount(trx, id, set);
    await recordAudit(trx, accountActor(id, call.request), {
      action: 'acme-server.account-key-change',
      object: id,
      before: message.account.jwk,
      after: set.jwk,
      detail: { thumbprint: key.thumbprint },
    });
    return { ...message.account, ...set };
  });
  return jsonAnswer(200, accountView(call, next), { location: `${call.base}/account/${id}` });
}

async function newKeyOf(core: Core, call: Call, message: AccountMessage): Promise<AccountKey> {
  const inner = readJws(parseJson(message.payload));
  requireSupported(inner.header.alg);
  if (inner.header.jwk === undefined || inner.header.kid !== undefined)
    throw malformed('inner-header', 'The inner message brings the new key as jwk.');
  const key = readJwk(inner.header.jwk);
  if (!verifyJws(inner, key.key)) throw malformed('inner-signature', 'The inner message is not signed by the new key.');
  if (inner.header.url !== `https://${call.request.host}${call.request.path}`)
    throw malformed('inner-url', 'The url of the inner message is not that of the request.');
  const { account: url, oldKey } = readPayload(inner.payload, rollOver);
  const named = await accountIdIn(core, url);
  if (named !== message.account.id || readJwk(oldKey).thumbprint !== message.key.thumbprint)
    throw malformed('inner-payload', 'The inner message names another account, or another old key.');
  return key;
}

async function ownMessage(core: Core, call: Call, id: string): Promise<AccountMessage> {
  const message = await accountMessage(core, call);
  if (message.account.id !== id)
    throw new AcmeError('unauthorized', 'not-yours', 'This is the account of another key.');
  return message;
}
