/** newAccount (RFC 8555 7.3): a key becomes an account, once; asked for again, the account is told. */
import { z } from 'zod';
import type { Trx } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import { isCertifiedKey } from '../certificates/certificate-store.ts';
import { keyIdOf } from '../certificates/names-of-certificate.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import { accountActor, type Call, type Core, newId } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { keyMessage, readPayload, requireValid } from '../protocol/message.ts';
import { refuseAbove } from '../protocol/rates.ts';
import {
  type AccountRow,
  type EabKeyRow,
  insertAccount,
  selectAccountByThumbprint,
  selectAccountTimes,
} from './account-store.ts';
import { accountView } from './account-view.ts';
import { readContacts } from './contacts.ts';
import { verifyBinding } from './external-account.ts';

const threeHours = 3 * 3_600_000;

const request = z.object({
  contact: z.array(z.string().max(300)).max(50).optional(),
  termsOfServiceAgreed: z.boolean().optional(),
  onlyReturnExisting: z.boolean().optional(),
  externalAccountBinding: z.unknown().optional(),
});

export async function newAccount(core: Core, call: Call): Promise<AcmeAnswer> {
  const message = await keyMessage(core, call);
  const wanted = readPayload(message.payload, request);
  const { storage, clock } = core;
  const existing = await selectAccountByThumbprint(storage.db, message.key.thumbprint);
  if (existing !== undefined) return accountAnswer(200, call, existing);
  if (wanted.onlyReturnExisting === true)
    throw new AcmeError('accountDoesNotExist', 'no-account', 'There is no account with this key.');
  const { termsUrl, externalAccountRequired, limits } = core.settings();
  if (termsUrl !== '' && wanted.termsOfServiceAgreed !== true)
    throw new AcmeError('userActionRequired', 'terms', `Agree to the terms of service first: ${termsUrl}`, {
      headers: { link: `<${termsUrl}>;rel="terms-of-service"` },
      instance: termsUrl,
    });
  const contacts = readContacts(wanted.contact ?? []);
  const now = clock.now();
  const binding = wanted.externalAccountBinding;
  if (binding === undefined && externalAccountRequired)
    throw new AcmeError(
      'externalAccountRequired',
      'binding-required',
      'Registering here needs a key for external account binding. Ask the operator of this CA for one.',
    );
  if (await isCertifiedKey(storage.db, keyIdOf(message.key.publicKeyInfo)))
    throw new AcmeError('badPublicKey', 'certificate-key', 'This key is in a certificate: make one for the account.');
  return storage.transaction(async (trx) => {
    const there = await selectAccountByThumbprint(trx, message.key.thumbprint);
    if (there !== undefined) return accountAnswer(200, call, there);
    const from = call.request.address;
    refuseAbove(await selectAccountTimes(trx, from, now - threeHours), limits.accountsPerAddress, {
      reason: 'accounts-per-address',
      words: 'Many accounts were made from this address.',
      span: threeHours,
      now,
    });
    const url = `https://${call.request.host}${call.request.path}`;
    const eab =
      binding === undefined
        ? undefined
        : await verifyBinding({ ...storage, db: trx }, binding, { url, key: message.key, now });
    const made: AccountRow = {
      id: newId(),
      thumbprint: message.key.thumbprint,
      jwk: JSON.stringify(message.key.jwk),
      status: 'valid',
      contacts: JSON.stringify(contacts),
      terms_agreed_at: wanted.termsOfServiceAgreed === true ? now : null,
      eab_key_id: eab?.id ?? null,
      address: from,
      created_at: now,
    };
    await keep(trx, call, made, eab);
    return accountAnswer(201, call, made, binding);
  });
}

async function keep(trx: Trx, { request }: Call, row: AccountRow, eab?: EabKeyRow): Promise<void> {
  await insertAccount(trx, row);
  await recordAudit(trx, accountActor(row.id, request), {
    action: 'acme-server.account-create',
    object: row.id,
    after: row.jwk,
    detail: { thumbprint: row.thumbprint, key: eab?.id ?? null, keyName: eab?.name ?? null },
  });
}

/** The members of a flattened JWS and nothing else. */
const bindingShown = z.object({ protected: z.string(), payload: z.string(), signature: z.string() });

/** RFC 8555 7.3.4: a binding that was verified is told again. */
function accountAnswer(status: number, call: Call, row: AccountRow, binding?: unknown): AcmeAnswer {
  requireValid(row);
  const shown = binding === undefined ? {} : { externalAccountBinding: bindingShown.parse(binding) };
  return jsonAnswer(status, { ...accountView(call, row), ...shown }, { location: `${call.base}/account/${row.id}` });
}
