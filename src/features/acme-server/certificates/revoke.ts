/** revokeCert (RFC 8555 7.6): by the account it was issued to, by its own key, or by who controls all its names. */
import { z } from 'zod';
import { equalBytes } from '../../../lib/bytes.ts';
import { Problem } from '../../../lib/problem.ts';
import { type Certificate, parseCertificate } from '../../../pki/certificate/certificate.ts';
import { recordAudit } from '../../audit/audit.ts';
import { serialText } from '../../private-ca/private-ca.ts';
import { selectValidAuthorization } from '../authorizations/authorization-store.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import { fromBase64url } from '../protocol/base64url.ts';
import { accountActor, type Call, type Core } from '../protocol/core.ts';
import type { AcmeAnswer } from '../protocol/exchange.ts';
import { type Message, openMessage, readPayload } from '../protocol/message.ts';
import { type CertificateRow, selectCertificatesBySerial, updateCertificate } from './certificate-store.ts';
import { namesOfCertificate } from './names-of-certificate.ts';

const request = z.object({ certificate: z.string().max(90_000), reason: z.int().optional() });

/** What a holder can know: unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation. */
const reasons: readonly number[] = [0, 1, 3, 4, 5];

export async function revokeCertificate(core: Core, call: Call): Promise<AcmeAnswer> {
  const message = await openMessage(core, call);
  const { certificate: text, reason = 0 } = readPayload(message.payload, request);
  const { row, certificate } = await find(core, text);
  if (!(await mayRevoke(core, message, row, certificate)))
    throw new AcmeError(
      'unauthorized',
      'revoke-rights',
      'The certificate is not of this account, its key is another, and not all its names are proved by this account.',
    );
  if (!reasons.includes(reason))
    throw new AcmeError(
      'badRevocationReason',
      'revocation-reason',
      `The reason ${reason} cannot be given here; 0, 1, 3, 4 and 5 can.`,
    );
  const actor = accountActor(message.account?.id ?? `key ${message.key.thumbprint}`, call.request);
  // a certificate on hold is not revoked yet: its holder may know that it has to be, for good
  await core.ca.revoke(actor, row.serial, reason).catch((error: unknown) => {
    throw error instanceof Problem && error.details.status === 409
      ? new AcmeError('alreadyRevoked', 'already-revoked', 'The certificate is revoked already.')
      : error;
  });
  await core.storage.transaction(async (trx) => {
    await updateCertificate(trx, row.id, { revoked_at: core.clock.now() });
    await recordAudit(trx, actor, {
      action: 'acme-server.revoke',
      object: row.serial,
      detail: { reason, by: message.account === undefined ? 'key' : 'account' },
    });
  });
  return { status: 200, headers: {}, body: '' };
}

async function find(
  core: Core,
  text: string,
): Promise<{ readonly row: CertificateRow; readonly certificate: Certificate }> {
  const der = fromBase64url(text);
  const parsed = der === undefined ? undefined : parseCertificate(new Uint8Array(der));
  if (parsed?.ok !== true) throw malformed('certificate-form', 'This is no certificate as base64url of its DER.');
  const certificate = parsed.value;
  const serial = serialText(certificate.serial);
  const row = (await selectCertificatesBySerial(core.storage.db, serial)).find(({ leaf }) =>
    equalBytes(leaf, certificate.der),
  );
  if (row === undefined) throw malformed('certificate-unknown', 'This certificate was not issued over this server.');
  return { row, certificate };
}

async function mayRevoke(
  core: Core,
  { account, key }: Message,
  row: CertificateRow,
  certificate: Certificate,
): Promise<boolean> {
  if (account === undefined) return equalBytes(key.publicKeyInfo, certificate.publicKeyInfo);
  if (account.id === row.account_id) return true;
  const names = namesOfCertificate(certificate);
  for (const name of names)
    if ((await selectValidAuthorization(core.storage.db, account.id, name, core.clock.now())) === undefined)
      return false;
  return names.length > 0;
}
