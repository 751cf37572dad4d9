/** The refusals of the revocation feature, in words. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { CrlRefusal } from './crls/crl-job.ts';
import type { IntakeMember } from './crls/crl-library.ts';

/** Why an uploaded file is not taken; every member that is refused is named. */
export function uploadRefused(refusal: CrlRefusal, members: readonly IntakeMember[]): Problem {
  const refused = members.flatMap((member) => (member.refusal === undefined ? [] : [{ ...member.refusal, member }]));
  return new Problem({
    code: 'revocation.upload-refused',
    status: 422,
    title: 'File upload failed.',
    detail: `${capital(refusal.message)}. Nothing was changed.`,
    hint: refusal.hint,
    errors:
      refused.length === 0
        ? [{ code: refusal.code, detail: `${capital(refusal.message)}.`, hint: refusal.hint }]
        : refused.slice(0, 20).map(({ code, message, hint, member }) => ({
            code,
            field: `CRL ${member.position}`,
            detail: `${capital(message)}.`,
            hint,
          })),
  });
}

export function nothingToRemove(): Problem {
  return new Problem({
    code: 'revocation.nothing-to-remove',
    status: 404,
    title: 'There is no uploaded CRL.',
    detail: 'Only CRLs that were uploaded by hand are removed here.',
    hint: 'CRLs of automatic updates end with their distribution point; those of the trusted CA list are deleted there.',
  });
}

export function unknownSource(id: string): Problem {
  return new Problem({
    code: 'revocation.unknown-source',
    status: 404,
    title: 'There is no such distribution point.',
    detail: `None of the distribution points is ${printable(id, 100)}.`,
    hint: 'tollgate revocation show lists them. Somebody may have removed it meanwhile.',
  });
}

export function noPoints(): Problem {
  return new Problem({
    code: 'revocation.no-points',
    status: 409,
    title: 'There is nothing to update.',
    detail: 'Automatic CRL updates are disabled, or there is no distribution point.',
    hint: 'Enter the distribution points and enable automatic CRL updates first.',
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
