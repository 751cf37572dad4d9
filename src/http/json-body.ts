/** Reads JSON bodies within limits: depth and number of keys are counted before anything is built from them. */
import { Problem } from '../lib/problem.ts';

const maxDepth = 20;
const maxKeys = 10_000;

/** Undefined for an empty body. Throws `http.invalid-json` and `http.json-limits` (400). */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  checkLimits(bytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('http.invalid-json', 'The body is not well-formed JSON in UTF-8.');
  }
  refusePrototypeKeys(value);
  return value;
}

/** Colons outside of strings are keys, brackets outside of strings are depth, commas count the members. */
function checkLimits(bytes: Uint8Array): void {
  let depth = 0;
  let keys = 0;
  let commas = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case 0x22:
        i = endOfString(bytes, i);
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > maxDepth) throw invalid('http.json-limits', `JSON may be ${maxDepth} levels deep.`);
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      case 0x3a:
        if (++keys > maxKeys) throw invalid('http.json-limits', `JSON may have ${maxKeys} keys.`);
        break;
      case 0x2c:
        if (++commas > 2 * maxKeys) throw invalid('http.json-limits', `JSON may have ${2 * maxKeys} members.`);
        break;
    }
  }
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === 0x5c) i++;
    else if (bytes[i] === 0x22) return i;
  }
  return bytes.length;
}

function refusePrototypeKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    for (const key of Object.keys(value)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        throw invalid('http.json-limits', 'A key of the body has a name that is not allowed.');
    }
  }
  for (const member of Object.values(value)) refusePrototypeKeys(member);
}

function invalid(code: string, detail: string): Problem {
  return new Problem({ code, status: 400, title: 'The body cannot be read', detail });
}
