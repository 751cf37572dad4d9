/** The expected failures of the private CA, in the words of the user. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';

export interface Fault {
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

export function noAuthority(id: string): Problem {
  return new Problem({
    code: 'private-ca.no-authority',
    status: 404,
    title: 'No such certificate authority.',
    detail: id === '' ? 'There is no authority that issues.' : `There is no authority ${printable(id, 64)}.`,
    hint: 'Look at the authorities, or create a root and an intermediate: tollgate private-ca create',
  });
}

/** Every field that is wrong with what was asked for. */
export function invalidRequest(faults: readonly Fault[]): Problem {
  return new Problem({
    code: 'private-ca.invalid',
    status: 422,
    title: 'This cannot be done as it was filled in.',
    detail: faults.map(({ detail }) => detail).join(' '),
    hint: faults[0]?.hint ?? 'Correct the fields that are named. Nothing was changed.',
    errors: faults.map((fault) => ({ code: 'private-ca.invalid', ...fault })),
  });
}

export function wrongState(detail: string, hint: string): Problem {
  return new Problem({
    code: 'private-ca.wrong-state',
    status: 409,
    title: 'The authority is not in a state for this.',
    detail,
    hint,
  });
}

export function wrongPassphrase(label: string): Problem {
  return new Problem({
    code: 'private-ca.wrong-passphrase',
    status: 422,
    title: 'The passphrase does not open the key.',
    detail: `The key of ${printable(label)} does not open with this passphrase. Nothing was changed.`,
    hint: 'Mind capitals and the keyboard layout. Nobody but who set the passphrase knows it; there is no way around it.',
    errors: [{ code: 'private-ca.wrong-passphrase', field: 'passphrase', detail: 'It does not open the key.' }],
  });
}

export function passphraseNeeded(label: string): Problem {
  return new Problem({
    code: 'private-ca.passphrase-needed',
    status: 422,
    title: 'The key is under a passphrase.',
    detail: `To sign with the key of ${printable(label)}, its passphrase is needed.`,
    hint: 'Give the passphrase, or create an intermediate below it, which issues without one.',
    errors: [{ code: 'private-ca.passphrase-needed', field: 'passphrase', detail: 'It is needed here.' }],
  });
}

export function noTemplate(name: string): Problem {
  return new Problem({
    code: 'private-ca.no-template',
    status: 404,
    title: 'No such template.',
    detail: `There is no template ${printable(name, 64)}.`,
    hint: 'Look at the list of templates: tollgate private-ca template list',
  });
}

export function noCertificate(serial: string): Problem {
  return new Problem({
    code: 'private-ca.no-certificate',
    status: 404,
    title: 'No such certificate.',
    detail: `No certificate with the serial number ${printable(serial, 64)} was issued here.`,
    hint: 'Look at the list of issued certificates: tollgate private-ca list',
  });
}

/** The request cannot become a certificate. */
export function refusedRequest(detail: string, hint: string, field = 'csr'): Problem {
  return new Problem({
    code: 'private-ca.request-refused',
    status: 422,
    title: 'No certificate can be issued for this request.',
    detail,
    hint,
    errors: [{ code: 'private-ca.request-refused', field, detail, hint }],
  });
}

/** Something that has to be said twice. */
export function confirmationNeeded(detail: string, field: string): Problem {
  return new Problem({
    code: 'private-ca.confirmation',
    status: 409,
    title: 'Please confirm.',
    detail,
    hint: `Choose an earlier end, or confirm (${field}).`,
    errors: [{ code: 'private-ca.confirmation', field, detail }],
  });
}

/** What was about to be issued breaks a rule for certificates: a fault of template or authority, not of the request. */
export function lintFailed(findings: readonly { readonly clause: string; readonly message: string }[]): Problem {
  return new Problem({
    code: 'private-ca.lint',
    status: 422,
    title: 'The certificate would break a rule for certificates.',
    detail: findings.map(({ clause, message }) => `${message} (${clause})`).join('. '),
    hint: 'Change the template or what was asked for. Nothing was issued.',
    errors: findings.map(({ clause, message }) => ({
      code: 'private-ca.lint',
      detail: `${message} (${clause})`,
    })),
  });
}
