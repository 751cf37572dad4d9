/** Revocation data as it is shown: CRLs with their state, distribution points with their history, the coverage table. */
import { toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { commonNames, toRfc4514 } from '../../pki/name/distinguished-name.ts';
import type { AutomaticUpdates } from './automatic-updates.ts';
import { historyOf, sourceId } from './automatic-updates.ts';
import type { IntakeMember } from './crls/crl-library.ts';
import { numberText } from './crls/crl-series.ts';
import type { OfferedCrl } from './evidence.ts';
import type { CoverageRow, CrlVerdict, SourceStatus, StoredCrl } from './revocation-data.ts';
import type { RevocationSettings } from './revocation-settings.ts';
import type { CrlRow, SourceRowInStore } from './store.ts';

export function storedCrl(row: CrlRow, settings: RevocationSettings, now: number): StoredCrl {
  return {
    id: row.sha256,
    source: row.source,
    origin: row.origin,
    issuer: row.issuer,
    signedBy: row.signed_by ?? undefined,
    number: row.number ?? undefined,
    thisUpdate: row.this_update,
    nextUpdate: row.next_update,
    entries: row.entries,
    bytes: row.bytes,
    delta: row.delta === 1,
    state:
      row.signed_by === null
        ? 'unverified'
        : row.source === 'automatic' && !settings.automatic.enabled
          ? 'switched-off'
          : row.next_update < now
            ? 'expired'
            : 'in-use',
    retrievedAt: row.retrieved_at,
  };
}

export function embeddedCrl({ crl, signedBy }: OfferedCrl, now: number): StoredCrl {
  const { crl: list } = crl;
  return {
    id: toHex(fingerprint(list.der)),
    source: 'embedded',
    origin: 'the trusted CA list',
    issuer: printable(toRfc4514(list.issuer), 500),
    signedBy,
    number: numberText(list),
    thisUpdate: list.thisUpdate,
    nextUpdate: list.nextUpdate,
    entries: list.entryCount,
    bytes: list.der.length,
    delta: list.baseCrlNumber !== undefined,
    state: list.nextUpdate !== undefined && list.nextUpdate < now ? 'expired' : 'in-use',
    retrievedAt: list.thisUpdate,
  };
}

/** The distribution points of the settings, in their order. */
export function sourceStatuses(
  { automatic }: RevocationSettings,
  rows: readonly SourceRowInStore[],
  crls: readonly (StoredCrl & { readonly sourceId?: string })[],
  updates: AutomaticUpdates,
): readonly SourceStatus[] {
  return automatic.points.map((url): SourceStatus => {
    const id = sourceId(url);
    const row = rows.find((one) => one.id === id);
    const progress = updates.progress(id);
    return {
      id,
      url,
      state:
        progress !== undefined
          ? 'updating'
          : row === undefined || row.last_attempt_at === null
            ? 'never'
            : row.failures === 0
              ? 'ok'
              : 'failed',
      lastAttemptAt: row?.last_attempt_at ?? undefined,
      lastSuccessAt: row?.last_success_at ?? undefined,
      nextAttemptAt: automatic.enabled ? (row?.next_attempt_at ?? undefined) : undefined,
      failures: row?.failures ?? 0,
      message: row?.message ?? '',
      progress,
      history: row === undefined ? [] : historyOf(row),
      crls: crls
        .filter((crl) => crl.source === 'automatic' && crl.sourceId === id)
        .map(({ sourceId: _, ...crl }) => crl),
    };
  });
}

/** Every CA of the list with the CRLs that its key signed. */
export function coverageRows(issuers: readonly Certificate[], crls: readonly StoredCrl[]): readonly CoverageRow[] {
  const byKey = Map.groupBy(
    crls.filter(({ state }) => state === 'in-use' || state === 'expired'),
    ({ signedBy }) => signedBy,
  );
  return issuers.map((issuer): CoverageRow => {
    const own = byKey.get(toHex(fingerprint(issuer.publicKeyInfo))) ?? [];
    return {
      fingerprint: toHex(fingerprint(issuer.der)),
      name: printable(commonNames(issuer.subject)[0] ?? toRfc4514(issuer.subject), 200),
      crls: own,
      gap: own.length === 0 ? 'no-source' : own.every(({ state }) => state === 'expired') ? 'expired' : 'none',
    };
  });
}

export function crlVerdict({ position, verdict, read, refusal }: IntakeMember): CrlVerdict {
  const known = 'id' in read ? read : undefined;
  return {
    position,
    verdict,
    issuer: read.issuer,
    number: known?.number,
    thisUpdate: known?.thisUpdate,
    nextUpdate: known?.nextUpdate,
    entries: known?.entries ?? 0,
    refusal,
  };
}
