/** Lists, searches and shows what was issued. */
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../../../lib/problem.ts';
import type { Db } from '../../../storage/schema.ts';
import type { Authority } from '../authority/authority.ts';
import { canonicalSerial } from '../issue/serial.ts';
import type { CertificateName } from '../private-ca.ts';
import { noCertificate } from '../problems.ts';
import { type CertificateRow, certificatesWith, lastCertificate, readBody, selectCertificates } from '../store.ts';
import type { IssuedCertificate, IssuedPage, IssuedQuery, IssuedRow } from './issued.ts';

export async function findIssued(db: Db, query: IssuedQuery, now: number): Promise<IssuedPage> {
  // the beginning of a serial number may have an odd number of digits
  const serial = query.serial?.replaceAll(/[:\s]/g, '').toLowerCase();
  const rows = await search(db, { ...query, serial }, now);
  const shown = rows.slice(0, query.limit);
  return {
    certificates: shown.map((row) => viewOf(row, now)),
    next: rows.length > query.limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

/** Records looked through in one go: nothing else is done meanwhile. */
const inOneGo = 10_000;

/** At most one row more than asked for, newest first. */
async function search(db: Db, query: IssuedQuery, now: number): Promise<CertificateRow[]> {
  const wanted = query.limit + 1;
  const found: CertificateRow[] = [];
  let before = Math.min(query.before ?? Number.POSITIVE_INFINITY, (await lastCertificate(db)) + 1);
  while (found.length < wanted && before > 1) {
    // serial numbers have an index
    const from = query.serial === undefined ? Math.max(1, before - inOneGo) : 1;
    found.push(...(await selectCertificates(db, query, { from, before, limit: wanted - found.length }, now)));
    before = from;
    await setImmediate();
  }
  return found;
}

/** Throws `private-ca.no-certificate` (404), `private-ca.ambiguous` (409). */
export async function findRow(db: Db, { serial, authority }: CertificateName): Promise<CertificateRow> {
  const canonical = canonicalSerial(serial);
  const rows = canonical === undefined ? [] : await certificatesWith(db, canonical, authority);
  if (rows.length > 1) throw ambiguous(serial, rows);
  if (rows[0] === undefined) throw noCertificate(serial);
  return rows[0];
}

export async function showIssued(
  db: Db,
  row: CertificateRow,
  { authority, now }: { authority: Authority; now: number },
): Promise<IssuedCertificate> {
  const { certificate, above } = authority;
  const chain = certificate === undefined ? [] : [certificate, ...above].filter(({ selfIssued }) => !selfIssued);
  return {
    ...viewOf(row, now),
    keyId: row.key_id,
    partition: row.partition,
    der: await readBody(db, row.seq),
    chain: chain.map(({ der }) => der),
  };
}

function viewOf(row: CertificateRow, now: number): IssuedRow {
  const { seq, authority, serial, subject, template, source, fingerprint, reason } = row;
  return {
    seq,
    authority,
    serial,
    subject,
    template,
    source,
    fingerprint,
    reason,
    names: JSON.parse(row.names) as string[],
    notBefore: row.not_before,
    notAfter: row.not_after,
    issuedAt: row.issued_at,
    issuedBy: row.issued_by,
    // a revocation is told for ever, a hold ends with the certificate
    state: row.status !== 'revoked' && row.not_after < now ? 'expired' : row.status,
    revokedAt: row.revoked_at,
  };
}

function ambiguous(serial: string, rows: readonly CertificateRow[]): Problem {
  return new Problem({
    code: 'private-ca.ambiguous',
    status: 409,
    title: 'Several authorities used this serial number.',
    detail: `${serial} was issued by ${rows.map(({ authority }) => authority).join(' and ')}.`,
    hint: 'Say which authority you mean.',
    extra: { authorities: rows.map(({ authority }) => authority) },
  });
}
