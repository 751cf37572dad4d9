/** Times in text, all of them UTC. Every time is in milliseconds since 1970. */

/** ISO 8601 with milliseconds, as the API answers: `2027-03-15T02:30:00.000Z`. */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** The same for a time that may be missing. */
export function isoTimeOrNull(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : isoTime(time);
}

/** ISO 8601 in whole seconds, as certificates count: `2027-03-15T02:30:00Z`. */
export function isoSeconds(time: number): string {
  return `${isoTime(time).slice(0, -5)}Z`;
}

/** `2027-03-15`. */
export function isoDate(time: number): string {
  return isoTime(time).slice(0, -14);
}

/** For people: `2027-03-15 02:30:00 UTC`. */
export function utcSeconds(time: number): string {
  return `${isoTime(time).slice(0, -5).replace('T', ' ')} UTC`;
}

/** For people: `2027-03-15 02:30 UTC`. */
export function utcMinutes(time: number): string {
  return `${isoTime(time).slice(0, -8).replace('T', ' ')} UTC`;
}
