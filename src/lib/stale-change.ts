/** The refusal of a change that was made from a version no longer in force, so that nobody overwrites another unseen. */
import { printable } from './printable.ts';
import { Problem } from './problem.ts';

export interface StaleChange {
  /** Such as `zones.stale`. */
  readonly code: string;
  /** What was to be changed, as in a sentence: `the settings of the ACME server`. */
  readonly what: string;
  readonly expected: number;
  readonly current: number;
}

export function staleChange({ code, what, expected, current }: StaleChange): Problem {
  const name = printable(what);
  return new Problem({
    code,
    status: 409,
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)} changed meanwhile.`,
    detail: `This change was made from version ${expected}, but version ${current} is in force. Nothing was changed.`,
    hint: 'Load it again, look at what changed, and make your change once more.',
    extra: { version: current },
  });
}
