/** One row of the look at everything before a CA is asked. */
import type { AcmeCheckRow } from '../schemas.ts';

export function checkRow(
  check: string,
  title: string,
  outcome: AcmeCheckRow['outcome'],
  words: string,
  hint = '',
  action: AcmeCheckRow['action'] = null,
): AcmeCheckRow {
  return { check, title, outcome, words, hint, action };
}
