/** index.txt, the database of `openssl ca`: one line for each certificate, six fields with tabs between. */
import { printable } from '../../../lib/printable.ts';
import { canonicalSerial } from '../issue/serial.ts';

export interface IndexLine {
  readonly status: 'V' | 'R' | 'E';
  readonly notAfter: number;
  /** Revoked ones only. */
  readonly revokedAt: number | null;
  /** CRLReason; null where none is given. */
  readonly reason: number | null;
  /** Lower-case hexadecimal as this program names serial numbers. */
  readonly serial: string;
  /** `/C=GB/CN=a.example`. */
  readonly subject: string;
}

/** The lines that can be read, and in words those that cannot. */
export function parseIndex(text: string): { readonly lines: readonly IndexLine[]; readonly faults: readonly string[] } {
  const lines: IndexLine[] = [];
  const faults: string[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    const line = parseLine(fieldsOf(raw));
    if (typeof line === 'string') faults.push(`Line ${i + 1} of index.txt: ${line}.`);
    else lines.push(line);
  }
  return { lines, faults };
}

/** One line, as `openssl ca` reads it. */
export function indexLine({ status, notAfter, revokedAt, reason, serial, subject }: IndexLine): string {
  const why = reason === null || reason === 0 ? '' : `,${reasonWords[reason] ?? 'unspecified'}`;
  const revoked = revokedAt === null ? '' : `${indexTime(revokedAt)}${why}`;
  const fields = [status, indexTime(notAfter), revoked, serial.toUpperCase(), 'unknown', subject];
  return fields.map((field) => field.replaceAll('\t', '\\\t')).join('\t');
}

/** UTCTime through 2049, GeneralizedTime after. */
export function indexTime(milliseconds: number): string {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return `${milliseconds < Date.UTC(2050, 0, 1) ? digits.slice(2) : digits}Z`;
}

/** Tabs part the fields, but for one behind a backslash; every other backslash stands for itself, as in `\xC3`. */
function fieldsOf(raw: string): string[] {
  const fields = [''];
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === '\t') fields.push('');
    else fields[fields.length - 1] += raw[i] === '\\' && raw[i + 1] === '\t' ? raw[++i] : raw[i];
  }
  return fields;
}

function parseLine(fields: readonly string[]): IndexLine | string {
  const [status = '', expires = '', revoked = '', serial = '', , subject = ''] = fields;
  if (fields.length !== 6) return `${fields.length} fields where there should be six`;
  if (status !== 'V' && status !== 'R' && status !== 'E') return `${printable(status, 20)} is none of V, R, E`;
  const notAfter = timeOf(expires);
  if (notAfter === undefined) return `${printable(expires, 40)} is no date`;
  const canonical = /^[0-9A-F]+$/i.test(serial) ? canonicalSerial(serial) : undefined;
  if (canonical === undefined) return `${printable(serial, 60)} is no serial number`;
  const common = { notAfter, serial: canonical, subject };
  if (status !== 'R') return { ...common, status, revokedAt: null, reason: null };
  const [date = '', word = ''] = revoked.split(',');
  const revokedAt = timeOf(date);
  if (revokedAt === undefined) return `${printable(date, 40)} is no date of a revocation`;
  return { ...common, status, revokedAt, reason: reasonNumbers[word.toLowerCase()] ?? null };
}

function timeOf(text: string): number | undefined {
  const match = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  // RFC 5280 4.1.2.5.1: two digits from 50 on are of the last century
  const whole = match[1]!.length === 4 ? year : year < 50 ? 2000 + year : 1900 + year;
  const [date = 0, hour = 0, minute = 0, second = 0] = rest;
  const time = Date.UTC(whole, month - 1, date, hour, minute, second);
  // the thirty-first of February is no date
  return indexTime(time).endsWith(text.slice(-11)) ? time : undefined;
}

const reasonWords: Readonly<Record<number, string>> = {
  1: 'keyCompromise',
  2: 'CACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  9: 'privilegeWithdrawn',
  10: 'AACompromise',
};

/** `keyTime` and `CAkeyTime` say when the key was lost as well. */
const reasonNumbers: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.entries(reasonWords).map(([number, word]) => [word.toLowerCase(), Number(number)])),
  holdinstruction: 6,
  keytime: 1,
  cakeytime: 2,
};
