/** What is wrong with one field of a request, in words: used where a schema says nothing of its own. */
import type { z } from 'zod';

/** Undefined where zod's own words have to do. */
export const fieldWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'it is missing' : `it must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `it must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'too_small':
      return `${limited(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${limited(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `it must match ${issue.pattern}` : undefined;
    case 'unrecognized_keys':
      return `unknown here: ${issue.keys.join(', ')}`;
    default:
      return undefined;
  }
};

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const units: Readonly<Record<string, readonly [one: string, several: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

function limited(origin: string): string {
  return origin in units ? 'it must have' : 'it must be';
}

function amount(limit: number | bigint, origin: string): string {
  const unit = units[origin]?.[limit === 1 ? 0 : 1];
  return unit === undefined ? String(limit) : `${limit} ${unit}`;
}
