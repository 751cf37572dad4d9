/** What is wrong with a change of the settings, field by field, and the one refusal made of it. */
import { Problem } from '../../lib/problem.ts';

export interface Fault {
  readonly code:
    | 'settings.not-an-fqdn'
    | 'settings.conflict'
    | 'settings.out-of-range'
    | 'settings.not-an-address'
    | 'settings.not-a-host'
    | 'settings.relay-name'
    | 'settings.unknown-trust-set';
  /** As in the API: `relays.0.port`. */
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

/** The refusal `settings.invalid` (422); the first twenty faults stand in it. */
export function invalid(faults: readonly Fault[]): Problem {
  const shown = faults.slice(0, 20);
  const rest = faults.length - shown.length;
  return new Problem({
    code: 'settings.invalid',
    status: 422,
    title: 'The settings were not saved.',
    detail: shown.map((f) => `${f.field}: ${f.detail}`).join(' ') + (rest > 0 ? ` And ${rest} more.` : ''),
    hint:
      shown.find((f) => f.hint !== undefined)?.hint ?? 'Correct the fields named and save again. Nothing was changed.',
    errors: shown,
  });
}
