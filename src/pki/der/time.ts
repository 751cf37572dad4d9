/**
 * UTCTime and GeneralizedTime in the one form that RFC 5280 4.1.2.5 allows: seconds present, no fraction, `Z`.
 */
import { UTC_TIME } from './tag.ts';

/** Milliseconds since 1970 of a time's content octets, or NaN when they are not one. Two-digit years: 1950 to 2049. */
export function timeOf(der: Uint8Array, tag: number, start: number, stop: number): number {
  const utc = tag === UTC_TIME;
  const digits = utc ? 12 : 14;
  if (stop - start !== digits + 1 || der[stop - 1] !== 0x5a) return Number.NaN;
  const at = utc ? start + 2 : start + 4;
  const shortYear = pair(der, start);
  const year = utc ? (shortYear < 50 ? 2000 : 1900) + shortYear : shortYear * 100 + pair(der, start + 2);
  const month = pair(der, at);
  const day = pair(der, at + 2);
  const hour = pair(der, at + 4);
  const minute = pair(der, at + 6);
  const second = pair(der, at + 8);
  // A pair that is not two digits is NaN, and no comparison with NaN holds.
  const good =
    year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59;
  if (!good || !(second <= 59)) return Number.NaN;
  return (((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/** The first moment that must be written as GeneralizedTime: 2050-01-01T00:00:00Z, in milliseconds. */
export const start2050 = 2_524_608_000_000;

/** 9999-12-31T23:59:59Z, which RFC 5280 4.1.2.5 gives to certificates without a well-defined end. */
export const noExpiry = 253_402_300_799_000;

function pair(der: Uint8Array, at: number): number {
  const tens = der[at]! - 0x30;
  const ones = der[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days in the Gregorian calendar, counted from March so that the leap day ends the year. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return y * 365 + leaps + dayOfYear - 719_468;
}
