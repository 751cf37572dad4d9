/** The refusals of the trusted CA list, in words. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { deleteAllConfirmation } from './limits.ts';
import type { AppendMember, AppendReport } from './trusted-ca.ts';

const uploadFailed = 'File upload failed.';

/** Why a file is not taken; undefined when it is. */
export function appendProblem(report: AppendReport, takeGood: boolean): Problem | undefined {
  if (takeGood ? report.acceptableInPart : report.acceptable) return undefined;
  const refused = report.members.filter((member) => member.refusal !== undefined);
  if (refused.length === 0 || (takeGood && refused.length < report.members.length))
    return limitReached(report.problem ?? '');
  const allBad = refused.length === report.members.length;
  return new Problem({
    code: takeGood ? 'trusted-ca.nothing-good' : 'trusted-ca.bad-member',
    status: 422,
    title: uploadFailed,
    detail: `${report.problem ?? ''} Nothing was added. ${refused.slice(0, 3).map(words).join(' ')}`.trim(),
    hint: allBad
      ? (refused[0]?.refusal?.hint ?? '')
      : 'Take out the members named and append again, or append with "take the good ones".',
    errors: refused.slice(0, 20).map((member) => ({
      code: member.refusal?.code ?? '',
      field: `member ${member.position}`,
      detail: words(member),
      hint: member.refusal?.hint ?? '',
    })),
  });
}

export function limitReached(detail: string): Problem {
  return new Problem({
    code: 'trusted-ca.limit',
    status: 409,
    title: 'The trusted CA list is full.',
    detail: `${detail} Nothing was changed.`,
    hint: 'Delete CA certificates that nothing needs any more, then try again.',
  });
}

export function unknownRows(fingerprints: readonly string[]): Problem {
  const shown = fingerprints.slice(0, 5).map((fingerprint) => printable(fingerprint, 64));
  return new Problem({
    code: 'trusted-ca.unknown',
    status: 404,
    title: 'No such row on the trusted CA list.',
    detail: `Not on the list: ${shown.join(', ')}${fingerprints.length > 5 ? ` and ${fingerprints.length - 5} more` : ''}. Nothing was changed.`,
    hint: 'tollgate trusted-ca list prints the fingerprints. Somebody may have deleted the row meanwhile.',
  });
}

export function confirmationNeeded(): Problem {
  return new Problem({
    code: 'trusted-ca.confirmation',
    status: 422,
    title: 'This would delete every trusted CA certificate.',
    detail:
      'No certificate would be left: every peer whose certificate must be verified would be refused. Nothing was changed.',
    hint: `Type "${deleteAllConfirmation}" as confirmation if that is what you want. It can be undone for 24 hours.`,
  });
}

export function unknownRemoval(id: string): Problem {
  return new Problem({
    code: 'trusted-ca.no-such-removal',
    status: 404,
    title: 'This deletion cannot be undone.',
    detail: `There is no deletion ${printable(id, 64)} of the last 24 hours, or it was undone already.`,
    hint: 'tollgate trusted-ca removals lists what can be put back. Otherwise append the file again.',
  });
}

function words(member: AppendMember): string {
  const name =
    member.subject === '' ? (member.issuer === '' ? '' : ` (CRL of ${member.issuer})`) : ` (${member.subject})`;
  return `Member ${member.position}${name}: ${member.refusal?.message ?? ''}`;
}
