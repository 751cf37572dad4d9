/** Which CRLs a purpose may use, by the table of sources; automatic or manual is decided for each issuing CA. */
import type { PurposeRevocation } from './revocation-settings.ts';
import type { CrlSource, SourceRow } from './source-table.ts';

/** What the choice looks at. */
export interface Selectable {
  readonly source: CrlSource;
  /** Issuer and key together: SHA-256 of the key that signed it. */
  readonly signedBy: string;
  readonly delta: boolean;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/** The CRLs among `crls` that the row and the purpose's switches let through, in their order. */
export function selectCrls<T extends Selectable>(
  crls: readonly T[],
  row: SourceRow,
  settings: Pick<PurposeRevocation, 'useCrls' | 'allowCdp'>,
  time: number,
): readonly T[] {
  // the switch belongs to the purposes that have it; the others live on CRLs alone
  if (!settings.useCrls && row.cdp === 'switch') return [];
  const overriding = new Set(
    crls.filter((crl) => crl.source === 'automatic' && isUsable(crl, time)).map(({ signedBy }) => signedBy),
  );
  const allowed: Readonly<Record<CrlSource, (crl: T) => boolean>> = {
    automatic: () => row.automatic !== 'no',
    manual: ({ signedBy }) => row.manual !== 'no' && !(row.manual === 'unless-automatic' && overriding.has(signedBy)),
    embedded: () => row.embedded !== 'no',
    cdp: () => row.cdp === 'switch' && settings.allowCdp,
  };
  return crls.filter((crl) => allowed[crl.source](crl));
}

/** A complete CRL that says something now. */
function isUsable({ delta, thisUpdate, nextUpdate }: Selectable, time: number): boolean {
  return !delta && thisUpdate <= time + clockTolerance && nextUpdate !== undefined && nextUpdate >= time;
}

const clockTolerance = 5 * 60_000;
