/** The expected failures of zones, in the words of the user. */
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';

export interface Fault {
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

export function unknownZone(id: string): Problem {
  return new Problem({
    code: 'zones.unknown',
    status: 404,
    title: 'No such zone.',
    detail: `There is no zone ${printable(id, 100)}; it may have been deleted meanwhile.`,
    hint: 'Look at the list of zones: tollgate zone list',
  });
}

export function unknownRule(name: string): Problem {
  return new Problem({
    code: 'zones.unknown-rule',
    status: 404,
    title: 'No such access rule.',
    detail: `There is no access rule ${printable(name, 100)}.`,
    hint: 'Look at the list of rules: tollgate zone rules',
  });
}

/** Everything that is wrong with what was filled in. */
export function invalidZone(faults: readonly Fault[]): Problem {
  return new Problem({
    code: 'zones.invalid',
    status: 422,
    title: 'The zone cannot be saved.',
    detail: faults.map(({ detail }) => detail).join(' '),
    hint: faults[0]?.hint ?? 'Correct the fields that are named. Nothing was changed.',
    errors: faults.map((fault) => ({ code: 'zones.invalid', ...fault })),
  });
}

export function defaultZoneStays(): Problem {
  return new Problem({
    code: 'zones.default-stays',
    status: 409,
    title: 'The default zone stays.',
    detail: 'It takes whoever belongs to no other zone and cannot be deleted.',
    hint: 'To let no stranger in, switch it off, or set its access rules to deny.',
  });
}

export function unknownPeer(fingerprint: string): Problem {
  return new Problem({
    code: 'zones.unknown-peer',
    status: 404,
    title: 'No such peer.',
    detail: `No peer has shown a certificate ${printable(fingerprint, 100)}, or it was forgotten since.`,
    hint: 'Look at the list of peers: tollgate peer list',
  });
}

/** A certificate test that cannot be made. */
export function unusableTest(detail: string, hint: string, field = 'file'): Problem {
  return new Problem({
    code: 'zones.test-input',
    status: 422,
    title: 'The test cannot be made.',
    detail,
    hint,
    errors: [{ code: 'zones.test-input', field, detail, hint }],
  });
}
