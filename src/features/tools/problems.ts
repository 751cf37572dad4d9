/** The expected failures of the tools, in the words of the user. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { UploadProblem } from '../../pki/container/recognise.ts';

/** A file that cannot be read or holds something else. */
export function unreadableFile(name: string, problem: UploadProblem): Problem {
  return new Problem({
    code: problem.code === 'upload.pkcs12' ? 'tools.pkcs12' : 'tools.unreadable',
    status: 422,
    title: 'The file cannot be used',
    detail: `${printable(name, 100)}: ${printable(problem.message, 1000)}`,
    hint: printable(problem.hint, 400),
    extra: { offset: problem.offset },
  });
}

/** A file of the right form without what the tool needs. */
export function nothingToUse(detail: string, hint: string): Problem {
  return new Problem({
    code: 'tools.nothing-to-use',
    status: 422,
    title: 'There is nothing to work on',
    detail,
    hint,
  });
}

/** A conversion that makes no sense or is not offered here. */
export function cannotConvert(detail: string, hint: string): Problem {
  return new Problem({
    code: 'tools.cannot-convert',
    status: 422,
    title: 'The file cannot be converted',
    detail,
    hint,
  });
}
