/** Dates and spans of time, always in UTC and always the same way. */

const day = 86_400_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `28 Aug 2029`, or a dash when there is no such date. */
export function dateText(at: string | number | undefined | null): string {
  const value = toDate(at);
  return value ? dayOf(value) : '–';
}

/** `28 Aug 2029, 12:00 UTC`. */
export function momentText(at: string | number | undefined | null): string {
  const value = toDate(at);
  return value ? `${dayOf(value)}, ${value.toISOString().slice(11, 16)} UTC` : '–';
}

/** How far away `at` is: `in 12 days`, `3 hours ago`. */
export function distanceText(at: string | number, now = Date.now()): string {
  const span = new Date(at).getTime() - now;
  const words = spanText(Math.abs(span));
  return span >= 0 ? `in ${words}` : `${words} ago`;
}

/** Writes every ISO 8601 moment in a message of the gateway the way the page writes dates. */
export function withPlainDates(message: string): string {
  return message.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (moment) => momentText(moment));
}

/** A span in its largest useful unit: `12 days`, `4 years`. */
export function spanText(milliseconds: number): string {
  const days = milliseconds / day;
  if (days >= 730) return count(Math.round(days / 365.25), 'year');
  if (days >= 90) return count(Math.round(days / 30.44), 'month');
  if (days >= 2) return count(Math.floor(days), 'day');
  if (days >= 1 / 12) return count(Math.round(days * 24), 'hour');
  if (days >= 1 / 1440) return count(Math.round(days * 1440), 'minute');
  return 'less than a minute';
}

/** A date with its distance from now, machine-readable. */
export function When({ at, distance = true }: { readonly at: string | number; readonly distance?: boolean }) {
  return (
    <time dateTime={toDate(at)?.toISOString()}>
      {momentText(at)}
      {distance && <span style={{ color: 'var(--mantine-color-dimmed)' }}> · {distanceText(at)}</span>}
    </time>
  );
}

function dayOf(value: Date): string {
  return `${String(value.getUTCDate()).padStart(2, '0')} ${months[value.getUTCMonth()]} ${value.getUTCFullYear()}`;
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

function toDate(at: string | number | undefined | null): Date | undefined {
  if (at === undefined || at === null || at === '') return undefined;
  const value = new Date(at);
  return Number.isNaN(value.getTime()) ? undefined : value;
}
