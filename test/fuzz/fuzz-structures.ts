/** Damaged structures through everything that reads them: none may crash, hang, or be taken for signed. */
import { equalBytes } from '../../src/lib/bytes.ts';
import { Random } from '../differential/random.ts';
import { processorTime } from '../support/processor-time.ts';
import { type FuzzSubject, fuzzSubjects } from './fuzz-corpus.ts';
import { mutateBytes } from './mutate-bytes.ts';

export interface FuzzFigures {
  readonly inputs: number;
  /** By kind of structure: inputs, those that could be read, those accepted because no signed octet had changed. */
  readonly byKind: Readonly<
    Record<string, { readonly inputs: number; readonly read: number; readonly accepted: number }>
  >;
  readonly slowestMs: number;
  /** One line for each input that broke a promise, with the hex of it. */
  readonly failures: readonly string[];
}

/** The longest that one input may take. */
const longestMs = 250;

export function fuzzStructures(options: { readonly seed: number; readonly inputs: number }): FuzzFigures {
  const random = new Random(options.seed);
  const subjects = fuzzSubjects();
  const originals = new Map(subjects.map((subject) => [subject, signedOf(subject)]));
  const byKind = new Map(subjects.map(({ name }) => [name, { inputs: 0, read: 0, accepted: 0 }]));
  const failures: string[] = [];
  let slowestMs = 0;
  for (let i = 0; i < options.inputs; i++) {
    const subject = random.of(subjects);
    const changed = mutateBytes(subject.der, random.of(subjects).der, random);
    const { ms, value: outcome } = processorTime(() => judge(subject, changed, originals.get(subject)));
    const took = ms <= longestMs ? ms : Math.min(ms, processorTime(() => judge(subject, changed, undefined)).ms);
    slowestMs = Math.max(slowestMs, took);
    const kind = byKind.get(subject.name);
    if (kind !== undefined) {
      kind.inputs++;
      if (outcome.read) kind.read++;
      if (outcome.accepted) kind.accepted++;
    }
    const wrong = outcome.wrong ?? (took > longestMs ? `took ${took.toFixed(0)} ms` : undefined);
    if (wrong !== undefined)
      failures.push(
        `seed ${options.seed}, input ${i}, ${subject.name}: ${wrong}: ${Buffer.from(changed).toString('hex')}`,
      );
  }
  return { inputs: options.inputs, byKind: Object.fromEntries(byKind), slowestMs, failures };
}

/** The signed octets of the undamaged structure, which must be accepted or nothing would be shown. */
function signedOf(subject: FuzzSubject): Uint8Array {
  const { signed } = subject.accepts(subject.der);
  if (signed === undefined) throw new Error(`the undamaged ${subject.name} is refused`);
  return signed;
}

interface Judgement {
  readonly read: boolean;
  readonly accepted: boolean;
  readonly wrong: string | undefined;
}

function judge(subject: FuzzSubject, changed: Uint8Array, original: Uint8Array | undefined): Judgement {
  try {
    const { read, signed } = subject.accepts(changed);
    const forged = signed !== undefined && original !== undefined && !equalBytes(signed, original);
    const wrong = forged ? 'accepted with changed signed octets' : undefined;
    return { read, accepted: signed !== undefined, wrong };
  } catch (thrown) {
    const wrong = `threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
    return { read: true, accepted: false, wrong };
  }
}
