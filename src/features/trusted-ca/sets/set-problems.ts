/** The expected failures of trust sets, in the words of the user. */
import { printable, printableList } from '../../../lib/printable.ts';
import { Problem } from '../../../lib/problem.ts';

export function unknownSet(name: string): Problem {
  return new Problem({
    code: 'trusted-ca.no-such-set',
    status: 404,
    title: 'No such trust set.',
    detail: `There is no trust set ${printable(name, 100)}.`,
    hint: 'Look at the list: tollgate trust-set list',
  });
}

export function wrongName(name: string): Problem {
  return new Problem({
    code: 'trusted-ca.set-name',
    status: 422,
    title: 'The name cannot be used.',
    detail: `“${printable(name, 100)}” is no name for a trust set.`,
    hint: 'Take 1 to 60 letters, digits, spaces, dots, hyphens or underscores, beginning with a letter or digit.',
  });
}

export function nameTaken(name: string): Problem {
  return new Problem({
    code: 'trusted-ca.set-exists',
    status: 409,
    title: 'The name is taken.',
    detail: `There is a trust set ${printable(name, 100)} already; capitals do not count.`,
    hint: 'Append to it, or choose another name.',
  });
}

export function tooManySets(most: number): Problem {
  return new Problem({
    code: 'trusted-ca.set-limit',
    status: 409,
    title: 'Too many trust sets.',
    detail: `There are ${most} trust sets, which is the most.`,
    hint: 'Delete one that no zone uses.',
  });
}

export function setInUse(name: string, users: readonly string[]): Problem {
  return new Problem({
    code: 'trusted-ca.set-in-use',
    status: 409,
    title: 'The trust set is in use.',
    detail: `${printable(name, 100)} is used by ${printableList(users)}.`,
    hint: 'Give these zones another trust set first.',
  });
}

export function unknownMembers(name: string, fingerprints: readonly string[]): Problem {
  return new Problem({
    code: 'trusted-ca.unknown',
    status: 404,
    title: 'No such row.',
    detail: `The trust set ${printable(name, 100)} holds no ${printableList(fingerprints, 5)}. Nothing was changed.`,
    hint: 'Load the list again: it may have been deleted meanwhile.',
  });
}
