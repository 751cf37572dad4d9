/**
 * Regular expressions that cannot be made slow: time grows with pattern length times text length, never faster, because
 * all ways through the pattern are followed at once (Thompson 1968, Pike's virtual machine) and nothing is tried twice.
 * Operators write the patterns, strangers write the text. No look-around and no back references, which this cannot do.
 */
import { err, ok, type Result } from '../../../lib/result.ts';
import { type CharacterTest, type Node, type PatternError, parsePattern } from './parse-pattern.ts';

export type { PatternError } from './parse-pattern.ts';

export interface PatternOptions {
  readonly ignoreCase?: boolean;
  /** `^` and `$` also match at line ends. */
  readonly multiline?: boolean;
}

export interface PatternAnswer {
  readonly outcome: 'match' | 'none' | 'too-costly';
  /** What was spent; of the order of a few nanoseconds each. */
  readonly steps: number;
  /** Where the match stands, and what each named group took; only with `match`. */
  readonly start: number;
  readonly end: number;
  readonly groups: Readonly<Record<string, string>>;
}

export interface Pattern {
  /** In the order of the pattern. */
  readonly groupNames: readonly string[];
  /** The leftmost match anywhere in the text; of several there, the one JavaScript would find. */
  search(text: string, maxSteps?: number): PatternAnswer;
  /** Whether the whole text matches. */
  matchesWhole(text: string, maxSteps?: number): PatternAnswer;
}

type Instruction =
  | { readonly op: 'character'; readonly test: CharacterTest }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'assert'; readonly what: 'start' | 'end' | 'boundary' | 'no-boundary' }
  | { readonly op: 'match' };

const maxProgram = 2_000;
const usualSteps = 20_000_000;

/** Reads a pattern; the error says what is wrong and where. */
export function compilePattern(text: string, options: PatternOptions = {}): Result<Pattern, PatternError> {
  const parsed = parsePattern(text, options.ignoreCase === true);
  if (!parsed.ok) return parsed;
  const { node, groups } = parsed.value;
  const program: Instruction[] = [];
  const whole: Node = { kind: 'group', index: 0, of: node };
  if (!emit(whole, program))
    return err({ message: 'the pattern is too large once its repeats are written out', offset: 0 });
  program.push({ op: 'match' });
  const names = groups.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const run = (input: string, mode: Mode, maxSteps = usualSteps): PatternAnswer => {
    const answer = new Machine(program, input, mode, options.multiline === true, maxSteps).run();
    const { saved } = answer;
    if (saved === undefined) return { outcome: answer.outcome, steps: answer.steps, start: -1, end: -1, groups: {} };
    const taken = groups.flatMap(({ name }, i) => {
      const [from = -1, to = -1] = saved.slice(2 * i + 2, 2 * i + 4);
      return name === undefined || from < 0 || to < 0 ? [] : [[name, input.slice(from, to)] as const];
    });
    const [start = 0, end = 0] = saved;
    return { outcome: 'match', steps: answer.steps, start, end, groups: Object.fromEntries(taken) };
  };
  return ok({
    groupNames: names,
    search: (input, maxSteps) => run(input, 'anywhere', maxSteps),
    matchesWhole: (input, maxSteps) => run(input, 'whole', maxSteps),
  });
}

/** Appends the instructions of a node; false when the program grows too large. */
function emit(node: Node, program: Instruction[]): boolean {
  if (program.length > maxProgram) return false;
  switch (node.kind) {
    case 'empty':
      return true;
    case 'character':
      program.push({ op: 'character', test: node.test });
      return true;
    case 'assert':
      program.push({ op: 'assert', what: node.what });
      return true;
    case 'group':
      program.push({ op: 'save', slot: 2 * node.index });
      if (!emit(node.of, program)) return false;
      program.push({ op: 'save', slot: 2 * node.index + 1 });
      return true;
    case 'sequence':
      return node.of.every((one) => emit(one, program));
    case 'choice':
      return emitChoice(node.of, program);
    case 'repeat':
      return emitRepeat(node, program);
  }
}

function emitChoice(branches: readonly Node[], program: Instruction[]): boolean {
  const [first, ...rest] = branches;
  if (first === undefined) return true;
  if (rest.length === 0) return emit(first, program);
  const split = program.push({ op: 'match' }) - 1;
  if (!emit(first, program)) return false;
  const jump = program.push({ op: 'match' }) - 1;
  program[split] = { op: 'split', first: split + 1, second: program.length };
  if (!emitChoice(rest, program)) return false;
  program[jump] = { op: 'jump', to: program.length };
  return true;
}

function emitRepeat({ of, least, most, lazy }: Node & { kind: 'repeat' }, program: Instruction[]): boolean {
  const way = (at: number, on: number, out: number): void => {
    program[at] = { op: 'split', first: lazy ? out : on, second: lazy ? on : out };
  };
  for (let i = 0; i < least; i++) if (!emit(of, program)) return false;
  if (most === undefined) {
    const split = program.push({ op: 'match' }) - 1;
    if (!emit(of, program)) return false;
    program.push({ op: 'jump', to: split });
    way(split, split + 1, program.length);
    return program.length <= maxProgram;
  }
  const splits: number[] = [];
  for (let i = least; i < most; i++) {
    splits.push(program.push({ op: 'match' }) - 1);
    if (!emit(of, program)) return false;
  }
  for (const split of splits) way(split, split + 1, program.length);
  return program.length <= maxProgram;
}

type Mode = 'anywhere' | 'whole';
type Saved = readonly number[];
interface Thread {
  readonly at: number;
  readonly saved: Saved;
}

/** One run over one text. Threads stand in the order of preference; each instruction is entered once per character. */
class Machine {
  readonly #program: readonly Instruction[];
  readonly #text: string;
  readonly #mode: Mode;
  readonly #multiline: boolean;
  readonly #maxSteps: number;
  readonly #entered: Int32Array;
  #steps = 0;

  constructor(program: readonly Instruction[], text: string, mode: Mode, multiline: boolean, maxSteps: number) {
    this.#program = program;
    this.#text = text;
    this.#mode = mode;
    this.#multiline = multiline;
    this.#maxSteps = maxSteps;
    this.#entered = new Int32Array(program.length).fill(-1);
  }

  run(): { readonly outcome: PatternAnswer['outcome']; readonly steps: number; readonly saved?: Saved } {
    let threads: Thread[] = [];
    let found: Saved | undefined;
    for (let i = 0; i <= this.#text.length; i++) {
      // threads that go on from before come first: the leftmost match wins
      const next = this.#follow(threads, i, found === undefined && (i === 0 || this.#mode === 'anywhere'));
      threads = [];
      const code = this.#text.charCodeAt(i);
      for (const thread of next) {
        this.#steps += 1;
        const instruction = this.#program[thread.at]!;
        if (instruction.op === 'match') {
          if (this.#mode === 'whole' && i < this.#text.length) continue;
          found = thread.saved;
          break; // what follows is less preferred
        }
        if (instruction.op === 'character' && i < this.#text.length && instruction.test(code))
          threads.push({ at: thread.at + 1, saved: thread.saved });
      }
      if (this.#steps > this.#maxSteps) return { outcome: 'too-costly', steps: this.#steps };
      if (threads.length === 0 && (found !== undefined || this.#mode === 'whole')) break;
    }
    return found === undefined
      ? { outcome: 'none', steps: this.#steps }
      : { outcome: 'match', steps: this.#steps, saved: found };
  }

  #follow(threads: readonly Thread[], i: number, start: boolean): Thread[] {
    const next: Thread[] = [];
    for (const { at, saved } of threads) this.#enter(at, saved, i, next);
    if (start) this.#enter(0, [], i, next);
    return next;
  }

  /** Follows everything that takes no character, with a stack of our own. */
  #enter(from: number, given: Saved, i: number, next: Thread[]): void {
    const waiting: Thread[] = [{ at: from, saved: given }];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      const { at, saved } = thread;
      if (this.#entered[at] === i) continue;
      this.#entered[at] = i;
      this.#steps += 1;
      const instruction = this.#program[at]!;
      if (instruction.op === 'jump') waiting.push({ at: instruction.to, saved });
      else if (instruction.op === 'split')
        waiting.push({ at: instruction.second, saved }, { at: instruction.first, saved });
      else if (instruction.op === 'save') waiting.push({ at: at + 1, saved: withSlot(saved, instruction.slot, i) });
      else if (instruction.op === 'assert') {
        if (this.#holds(instruction.what, i)) waiting.push({ at: at + 1, saved });
      } else next.push(thread);
    }
  }

  #holds(what: 'start' | 'end' | 'boundary' | 'no-boundary', i: number): boolean {
    const text = this.#text;
    if (what === 'start') return i === 0 || (this.#multiline && isLineEnd(text.charCodeAt(i - 1)));
    if (what === 'end') return i === text.length || (this.#multiline && isLineEnd(text.charCodeAt(i)));
    const boundary = isWord(text.charCodeAt(i - 1)) !== isWord(text.charCodeAt(i));
    return boundary === (what === 'boundary');
  }
}

function withSlot(saved: Saved, slot: number, value: number): Saved {
  const copy = saved.slice();
  while (copy.length <= slot) copy.push(-1);
  copy[slot] = value;
  // a group entered again forgets what it took before
  if (slot % 2 === 0 && copy.length > slot + 1) copy[slot + 1] = -1;
  return copy;
}

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}
