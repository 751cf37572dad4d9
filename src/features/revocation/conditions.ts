/** What about revocation data deserves an alarm: CRLs that end, points that fail, CRLs that go backwards. */
import type { Condition } from '../../lib/condition.ts';
import { printable } from '../../lib/printable.ts';
import { utcMinutes } from '../../lib/time-text.ts';
import { goesBack } from './crls/crl-job.ts';
import type { RevocationSettings } from './revocation-settings.ts';
import type { CrlRow, SourceRowInStore } from './store.ts';

const hour = 3_600_000;
/** So many tries are forgiven: servers are down for a minute now and then. */
const forgiven = 2;

export function revocationConditions(
  rows: readonly CrlRow[],
  sources: readonly SourceRowInStore[],
  { automatic }: RevocationSettings,
  damaged: ReadonlySet<string>,
  now: number,
): readonly Condition[] {
  const used = rows.filter((row) => row.source === 'manual' || (row.source === 'automatic' && automatic.enabled));
  const asked = new Set(automatic.enabled ? automatic.points : []);
  return [
    ...used.filter(({ sha256 }) => damaged.has(sha256)).map(damagedCondition),
    ...newestOfSeries(used).flatMap((row) => freshness(row, now)),
    ...sources.filter(({ url, kind }) => kind === 'automatic' && asked.has(url)).flatMap(sourceConditions),
  ];
}

function damagedCondition({ sha256, issuer, origin }: CrlRow): Condition {
  return {
    code: 'revocation.damaged',
    object: sha256,
    severity: 'alert',
    message: `The stored CRL of ${printable(issuer, 200)} is damaged and not used.`,
    hint: `Fetch or upload it again from ${printable(origin, 300)}, and see whether the disk is sound.`,
  };
}

/** A CRL counts as late when three quarters of its life are over and no newer one has come. */
function freshness(row: CrlRow, now: number): readonly Condition[] {
  const { sha256, issuer, this_update, next_update, origin } = row;
  const left = next_update - now;
  const late = now >= this_update + 0.75 * (next_update - this_update);
  if (!late) return [];
  const stage = left < 0 ? stages[3]! : left <= 4 * hour ? stages[2]! : left <= 24 * hour ? stages[1]! : stages[0]!;
  const end = utcMinutes(next_update);
  return [
    {
      code: stage.code,
      object: sha256,
      severity: stage.severity,
      message: `The CRL of ${printable(issuer, 200)} ${left < 0 ? 'expired on' : 'runs out on'} ${end}. ${stage.words}`,
      hint: `Its source is ${printable(origin, 300)}: see why no newer one comes, or upload one.`,
    },
  ];
}

interface Stage {
  readonly code: string;
  readonly severity: Condition['severity'];
  readonly words: string;
}

const stages: readonly Stage[] = [
  { code: 'revocation.crl-late', severity: 'warning', words: 'No newer one has come yet.' },
  { code: 'revocation.crl-ends-in-a-day', severity: 'alert', words: 'Less than a day is left.' },
  { code: 'revocation.crl-ends-in-hours', severity: 'alert', words: 'Less than four hours are left.' },
  {
    code: 'revocation.crl-out-of-date',
    severity: 'critical',
    words: 'Certificates of this CA count as revoked, or as the fallback setting says.',
  },
];

function sourceConditions({ id, url, outcome, message, failures }: SourceRowInStore): readonly Condition[] {
  const name = printable(url, 200);
  if (goesBack.has(outcome)) {
    return [
      {
        code: 'revocation.rollback',
        object: id,
        severity: 'alert',
        message: `${name} hands out a CRL that goes back: ${message}`,
        hint: 'The newer CRL stays in use. Ask who runs the server; an old CRL can hide revocations.',
      },
    ];
  }
  if (failures <= forgiven) return [];
  return [
    {
      code: 'revocation.update-failed',
      object: id,
      severity: 'alert',
      message: `${name} failed ${failures} times: ${message}`,
      hint: 'The last good CRL is used until it runs out. Mend the distribution point, or upload a CRL.',
    },
  ];
}

/** Of CRLs that replace each other only the newest counts. */
function newestOfSeries(rows: readonly CrlRow[]): readonly CrlRow[] {
  const newest = new Map<string, CrlRow>();
  for (const row of rows) {
    if (row.series === null) continue;
    const before = newest.get(row.series);
    if (before === undefined || before.next_update < row.next_update) newest.set(row.series, row);
  }
  return [...newest.values()];
}
