/** newOrder (RFC 8555 7.4, RFC 9773 5, profiles): what may be ordered, and which proofs are still needed. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import type { Db } from '../../../storage/schema.ts';
import { recordAudit } from '../../audit/audit.ts';
import type { ChallengeType } from '../acme-server-settings.ts';
import {
  type AuthorizationRow,
  type ChallengeRow,
  countPendingAuthorizations,
  insertAuthorization,
  selectFailures,
  selectValidAuthorization,
} from '../authorizations/authorization-store.ts';
import { selectCertificateByAri } from '../certificates/certificate-store.ts';
import { namesOfCertificate } from '../certificates/names-of-certificate.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import { accountActor, type Call, type Core, newId } from '../protocol/core.ts';
import { type AcmeAnswer, jsonAnswer } from '../protocol/exchange.ts';
import { type AccountMessage, accountMessage, readPayload } from '../protocol/message.ts';
import { refuseAbove, tooMany } from '../protocol/rates.ts';
import { identifierText, mostIdentifiers, readIdentifiers } from './identifiers.ts';
import { requireEnd, templateFor } from './order-policy.ts';
import { insertOrder, type OrderRow, selectOrderTimes, selectReplacement } from './order-store.ts';
import { orderView } from './order-view.ts';

const hour = 3_600_000;
const orderLife = 24 * hour;
const mostPending = 300;

const request = z.object({
  identifiers: z
    .array(z.object({ type: z.string().max(40), value: z.string().max(300) }))
    .min(1)
    .max(mostIdentifiers),
  notBefore: z.iso.datetime({ offset: true }).optional(),
  notAfter: z.iso.datetime({ offset: true }).optional(),
  profile: z.string().max(100).optional(),
  replaces: z.string().max(200).optional(),
});

export async function newOrder(core: Core, call: Call): Promise<AcmeAnswer> {
  const message = await accountMessage(core, call);
  const wanted = readPayload(message.payload, request);
  const names = readIdentifiers(wanted.identifiers);
  const template = await templateFor(core, message.account, { names, profile: wanted.profile, offered: call.profiles });
  const now = core.clock.now();
  // RFC 8555 7.4: nothing is issued that is not as it was asked for
  if (wanted.notBefore !== undefined)
    throw malformed('not-before', 'Certificates begin when they are issued: leave out notBefore.');
  const notAfter = wanted.notAfter === undefined ? undefined : Date.parse(wanted.notAfter);
  if (notAfter !== undefined) requireEnd(notAfter, template, now);
  const row: OrderRow = {
    id: newId(),
    account_id: message.account.id,
    profile: template.name,
    status: 'pending',
    identifiers: JSON.stringify(names),
    not_after: notAfter ?? null,
    replaces: wanted.replaces ?? null,
    csr: null,
    processing_since: null,
    error: null,
    certificate_id: null,
    address: call.request.address,
    created_at: now,
    expires_at: now + orderLife,
  };
  const authorizations = await core.storage.transaction(async (trx) => {
    // in the transaction, so that of two orders at once the second sees the first
    if (wanted.replaces !== undefined) await checkReplaced(trx, message, wanted.replaces, names, now);
    await refuseTooMany(trx, core, message, names, wanted.replaces !== undefined, now);
    const found: AuthorizationRow[] = [];
    const reuse = core.settings().authorizationHours > 0 && core.reuses();
    for (const name of names) {
      const valid = reuse ? await selectValidAuthorization(trx, row.account_id, name, now + hour / 2) : undefined;
      const made = valid ?? pendingAuthorization(row, name, now);
      if (valid === undefined) await insertAuthorization(trx, made, challengesFor(core, made));
      found.push(made);
    }
    await insertOrder(
      trx,
      row,
      found.map(({ id }) => id),
    );
    await recordAudit(trx, accountActor(row.account_id, call.request), {
      action: 'acme-server.order',
      object: row.id,
      detail: { names: names.slice(0, 20).map(identifierText), profile: row.profile, replaces: row.replaces },
    });
    return found;
  });
  return jsonAnswer(201, orderView(call, row, authorizations, now), { location: `${call.base}/order/${row.id}` });
}

/** RFC 9773 5: of this account, with a name in common, and not replaced already. */
async function checkReplaced(
  db: Db,
  { account }: AccountMessage,
  ariId: string,
  names: readonly CertifiedName[],
  now: number,
): Promise<void> {
  const certificate = await selectCertificateByAri(db, ariId);
  if (certificate === undefined || certificate.account_id !== account.id)
    throw malformed('replaces-unknown', 'The certificate that this order replaces was not issued to this account.');
  const parsed = parseCertificate(certificate.leaf);
  const before = new Set((parsed.ok ? namesOfCertificate(parsed.value) : []).map(identifierText));
  if (!names.some((name) => before.has(identifierText(name))))
    throw malformed('replaces-other-names', 'The certificate that this order replaces has none of its names.');
  if ((await selectReplacement(db, ariId, now)) !== undefined)
    throw new AcmeError('alreadyReplaced', 'already-replaced', 'Another order replaces this certificate already.');
}

async function refuseTooMany(
  db: Db,
  { settings }: Core,
  { account }: AccountMessage,
  names: readonly CertifiedName[],
  renewal: boolean,
  now: number,
): Promise<void> {
  const { limits } = settings();
  for (const { value } of names) {
    const bare = value.startsWith('*.') ? value.slice(2) : value;
    const words = `Validations of ${bare} failed too often within an hour. Mend what their errors say.`;
    refuseAbove(await selectFailures(db, account.id, bare, now - hour), limits.failuresPerName, {
      reason: 'failures',
      words,
      span: hour,
      now,
    });
  }
  if ((await countPendingAuthorizations(db, account.id, now)) + names.length > mostPending)
    throw tooMany('pending', `More than ${mostPending} authorizations of this account wait.`, hour / 1_000);
  // renewals are not held up by other orders, only by those of them that came to nothing
  const times = await selectOrderTimes(db, account.id, { since: now - 3 * hour, now, lostRenewals: renewal });
  refuseAbove(times, limits.ordersPerAccount, {
    reason: 'orders',
    words: 'This account made many orders within three hours.',
    span: 3 * hour,
    now,
  });
}

function pendingAuthorization(order: OrderRow, { type, value }: CertifiedName, now: number): AuthorizationRow {
  const wildcard = value.startsWith('*.');
  return {
    id: newId(),
    account_id: order.account_id,
    type,
    value: wildcard ? value.slice(2) : value,
    wildcard: wildcard ? 1 : 0,
    status: 'pending',
    created_at: now,
    expires_at: now + orderLife,
  };
}

/** RFC 8555 8.4, RFC 8738 7: addresses are not proved by DNS, wildcards by nothing else. */
function challengesFor(core: Core, { id, type, wildcard }: AuthorizationRow): readonly ChallengeRow[] {
  const fits = (challenge: ChallengeType): boolean => (challenge === 'dns-01' ? type === 'dns' : wildcard === 0);
  const offered = core.settings().challenges.filter(fits);
  if (offered.length === 0)
    throw new AcmeError('rejectedIdentifier', 'no-challenge', 'No challenge that is allowed here can prove this name.');
  return offered.map((challenge) => ({
    id: newId(),
    authorization_id: id,
    type: challenge,
    token: randomBytes(32).toString('base64url'),
    status: 'pending',
    validated_at: null,
    failed_at: null,
    error: null,
  }));
}
