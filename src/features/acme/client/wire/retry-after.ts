/** When a server wants to be asked again (RFC 9110 10.2.3), held within bounds of ours. */

/** Milliseconds: a server that asks to wait longer is not believed. */
export const longestWait = 30 * 86_400_000;

/** Milliseconds since 1970; undefined for a header that is absent or neither a number of seconds nor a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,10}$/.test(header)) return now + Number(header) * 1_000;
  const date = httpDates.some((form) => form.test(header))
    ? Date.parse(`${header.replace(/ GMT$/, '')} GMT`)
    : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** RFC 9110 5.6.7: the form that senders write, then those that recipients have to take as well, all of them in UTC. */
const httpDates = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/** Let's Encrypt writes the time into the words of a `rateLimited` problem: “retry after 2026-08-05 12:00:00 UTC”. */
export function retryAfterText(detail: string): number | undefined {
  const found = /retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?: ?UTC|Z)?/i.exec(detail);
  const time = found === null ? Number.NaN : Date.parse(`${found[1]}T${found[2]}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The time moved into the bounds, both counted from now in milliseconds. */
export function clampedTime(time: number, now: number, least: number, most: number): number {
  return Math.min(Math.max(time, now + least), now + most);
}
