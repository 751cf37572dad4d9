/** What the operator is told when a change of the ACME server is refused. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';

export interface SettingsFault {
  readonly code: 'acme-server.invalid';
  readonly field: string;
  readonly detail: string;
  readonly hint: string;
}

/** Every field that is wrong, in one answer. */
export function invalid(faults: readonly SettingsFault[]): Problem {
  return new Problem({
    code: 'acme-server.invalid',
    status: 422,
    title: 'Nothing was saved.',
    detail: `${faults[0]?.detail ?? ''}${faults.length > 1 ? ` And ${faults.length - 1} more.` : ''}`,
    hint: faults[0]?.hint ?? '',
    errors: faults,
  });
}

export function unknownKey(id: string): Problem {
  return new Problem({
    code: 'acme-server.no-key',
    status: 404,
    title: 'There is no such key.',
    detail: `No key for external account binding has the id ${printable(id, 64)}.`,
    hint: 'tollgate acme-server keys lists them.',
  });
}

export function unknownAccount(id: string): Problem {
  return new Problem({
    code: 'acme-server.no-account',
    status: 404,
    title: 'There is no such account.',
    detail: `No account of the ACME server has the id ${printable(id, 64)}.`,
    hint: 'tollgate acme-server accounts lists them.',
  });
}

export function unknownOrder(id: string): Problem {
  return new Problem({
    code: 'acme-server.no-order',
    status: 404,
    title: 'There is no such order.',
    detail: `No order of the ACME server has the id ${printable(id, 64)}.`,
    hint: 'tollgate acme-server orders lists them; orders are kept for ninety days after their certificate ended.',
  });
}
