/** What will become of a peer's certificate: when it ends, whether its owner renews in time, what the next one will lack. */
import { clientAuth } from '../../../pki/certificate/extended-key-usages.ts';
import type { Forecast } from './schemas.ts';

export interface ForecastFacts {
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Object identifiers; undefined: any use. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Issued below a CA that browsers trust. */
  readonly publicCa: boolean;
  /** In words: `RSA key of 1024 bits`. */
  readonly weak: readonly string[];
  /** Earlier renewals of the same peer, oldest first: days from the first sight of the new certificate to the end of the old. */
  readonly renewedBeforeDays: readonly number[];
  readonly superseded: boolean;
}

const day = 86_400_000;

export function forecast(facts: ForecastFacts, now: number): Forecast {
  const { notAfter, weak, renewedBeforeDays, superseded } = facts;
  const expiresInDays = Math.floor((notAfter - now) / day);
  const losesClientAuth = facts.publicCa && facts.extendedKeyUsage?.includes(clientAuth) === true;
  const words = [ending(expiresInDays)];
  let severity: Forecast['severity'] = 'good';
  const raise = (to: 'watch' | 'act'): void => {
    if (severity !== 'act') severity = to;
  };
  if (superseded) words.push('The peer has shown a newer certificate since.');
  else {
    if (expiresInDays < 0) raise('act');
    else if (now >= soonFrom(facts)) raise('watch');
    const usual = Math.min(...renewedBeforeDays);
    words.push(renewals(renewedBeforeDays));
    if (renewedBeforeDays.length > 0 && expiresInDays >= 0 && expiresInDays < usual) {
      raise('act');
      words.push(`This time it is late: so far the new one always came at least ${days(usual)} before the end.`);
    }
    if (losesClientAuth) {
      raise('watch');
      words.push(
        'It is from a public CA and certifies a client; public CAs stopped that in 2026, so the next one will lack clientAuth.',
      );
    }
    for (const one of weak) {
      raise('watch');
      words.push(`Weak: ${one}.`);
    }
  }
  return {
    expiresInDays,
    renewedBeforeDays: [...renewedBeforeDays],
    losesClientAuth,
    weak: [...weak],
    severity,
    words,
  };
}

/** When the next certificate is to be expected: as long before the end as it has always come, else at the end. */
export function expectedRenewal({ notAfter, renewedBeforeDays }: ForecastFacts): number {
  const sorted = [...renewedBeforeDays].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return notAfter - Math.max(0, middle) * day;
}

/** A tenth of the lifetime before its end, at most three weeks. */
export function soonFrom({ notBefore, notAfter }: Pick<ForecastFacts, 'notBefore' | 'notAfter'>): number {
  return notAfter - Math.min((notAfter - notBefore) / 10, 21 * day);
}

function ending(expiresInDays: number): string {
  if (expiresInDays < 0) return `Expired ${days(-expiresInDays)} ago.`;
  return expiresInDays === 0 ? 'Expires within a day.' : `Expires in ${days(expiresInDays)}.`;
}

function renewals(before: readonly number[]): string {
  if (before.length === 0) return 'No renewal of this peer has been seen yet.';
  const [least, most] = [Math.min(...before), Math.max(...before)];
  const span = least === most ? days(least) : `${least} to ${days(most)}`;
  const often = before.length === 1 ? 'once' : `${before.length} times`;
  if (least < 0) return `Was renewed ${often}, and not always in time: ${span} before the end.`;
  return `Has always been renewed ${span} before the end (${often}).`;
}

function days(count: number): string {
  return `${count} day${count === 1 ? '' : 's'}`;
}
