/** Reads members of JSON that a server sent: nothing is believed but what was looked at. */
import { printable } from '../../../../lib/printable.ts';
import { AcmeProblem } from '../acme-problem.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object out of an answer's octets, which have been counted before. Throws `acme.answer`. */
export function readObject(body: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw unreadable(what, 'it is no JSON in UTF-8');
  }
  if (!isObject(value)) throw unreadable(what, 'it is no JSON object');
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member's own value, never one of a prototype. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Text of at most `max` characters; undefined when the member is absent or null. */
export function optionalText(object: JsonObject, name: string, what: string, max = 2_048): string | undefined {
  const value = member(object, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > max) throw unreadable(what, `${name} is no text of a sane length`);
  return value;
}

export function text(object: JsonObject, name: string, what: string, max = 2_048): string {
  const value = optionalText(object, name, what, max);
  if (value === undefined || value === '') throw unreadable(what, `${name} is missing`);
  return value;
}

/** One of the words of a closed list. */
export function word<W extends string>(object: JsonObject, name: string, words: readonly W[], what: string): W {
  const value = text(object, name, what);
  const known = words.find((one) => one === value);
  if (known === undefined) throw unreadable(what, `${name} is “${printable(value, 60)}”`);
  return known;
}

/** An array of at most `max` members. */
export function list(object: JsonObject, name: string, what: string, max = 100): readonly unknown[] {
  const value = member(object, name);
  if (!Array.isArray(value)) throw unreadable(what, `${name} is no list`);
  if (value.length > max) throw unreadable(what, `${name} has more than ${max} members`);
  return value;
}

export function texts(object: JsonObject, name: string, what: string, max = 100): readonly string[] {
  return list(object, name, what, max).map((value) => {
    if (typeof value !== 'string' || value.length > 2_048)
      throw unreadable(what, `${name} holds something that is no text`);
    return value;
  });
}

/** Milliseconds since 1970 of a time by RFC 3339; undefined when the member is absent. */
export function optionalTime(object: JsonObject, name: string, what: string): number | undefined {
  const value = optionalText(object, name, what, 64);
  if (value === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value.replace(' ', 'T'))
    : Number.NaN;
  if (Number.isNaN(time)) throw unreadable(what, `${name} is no time`);
  return time;
}

export function unreadable(what: string, why: string): AcmeProblem {
  return new AcmeProblem('acme.answer', `${what}: ${why}.`);
}
