/** Reads a regular expression in the spelling of ECMAScript into a tree, without look-around and back references. */
import { err, ok, type Result } from '../../../lib/result.ts';

export interface PatternError {
  readonly message: string;
  /** Characters from the start of the pattern. */
  readonly offset: number;
}

/** Whether a UTF-16 code unit is one of those meant. */
export type CharacterTest = (code: number) => boolean;

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'boundary' | 'no-boundary' }
  | { readonly kind: 'group'; readonly index: number; readonly of: Node }
  | { readonly kind: 'sequence'; readonly of: readonly Node[] }
  | { readonly kind: 'choice'; readonly of: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly of: Node;
      readonly least: number;
      readonly most: number | undefined;
      readonly lazy: boolean;
    };

export interface ParsedPattern {
  readonly node: Node;
  /** Capturing groups from the first; number 1 stands first. */
  readonly groups: readonly { readonly name: string | undefined }[];
}

const maxPattern = 1_000;
const maxDepth = 50;
const maxRepeat = 200;

/** The tree; the error says what is wrong and where. */
export function parsePattern(text: string, ignoreCase: boolean): Result<ParsedPattern, PatternError> {
  if (text.length > maxPattern)
    return err({ message: `a pattern has at most ${maxPattern} characters`, offset: maxPattern });
  try {
    return ok(new Parser(text, ignoreCase).parse());
  } catch (error) {
    if (error instanceof Fault) return err({ message: error.message, offset: error.offset });
    throw error;
  }
}

class Fault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class Parser {
  readonly #text: string;
  readonly #ignoreCase: boolean;
  readonly #groups: { name: string | undefined }[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string, ignoreCase: boolean) {
    this.#text = text;
    this.#ignoreCase = ignoreCase;
  }

  parse(): ParsedPattern {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw new Fault('this ) closes nothing; write \\) for the character', this.#at);
    return { node, groups: this.#groups };
  }

  #choice(): Node {
    if (++this.#depth > maxDepth) throw new Fault('groups stand too deep in each other', this.#at);
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    this.#depth -= 1;
    return branches.length === 1 ? branches[0]! : { kind: 'choice', of: branches };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) parts.push(this.#repeated());
    return parts.length === 1 ? parts[0]! : parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', of: parts };
  }

  #repeated(): Node {
    const start = this.#at;
    const of = this.#atom();
    const times = this.#times();
    if (times === undefined) return of;
    if (of.kind === 'assert') throw new Fault('there is nothing here that could be repeated', start);
    const lazy = this.#take('?');
    if (this.#times() !== undefined) throw new Fault('a repeat cannot be repeated; put it into ( )', this.#at - 1);
    const [least, most] = times;
    if (least > maxRepeat || (most ?? 0) > maxRepeat) throw new Fault(`a repeat counts to ${maxRepeat} at most`, start);
    if (most !== undefined && most < least) throw new Fault('the repeat ends before it begins', start);
    return { kind: 'repeat', of, least, most, lazy };
  }

  #times(): readonly [number, number | undefined] | undefined {
    if (this.#take('*')) return [0, undefined];
    if (this.#take('+')) return [1, undefined];
    if (this.#take('?')) return [0, 1];
    const counted = /^\{(\d{1,6})(,(\d{0,6}))?\}/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (counted === null) return undefined;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    if (counted[2] === undefined) return [least, least];
    return [least, counted[3] === '' ? undefined : Number(counted[3])];
  }

  #atom(): Node {
    const start = this.#at;
    const c = this.#text[this.#at++]!;
    switch (c) {
      case '.':
        return { kind: 'character', test: (code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029 };
      case '^':
        return { kind: 'assert', what: 'start' };
      case '$':
        return { kind: 'assert', what: 'end' };
      case '(':
        return this.#group(start);
      case '[':
        return this.#class(start);
      case '\\':
        return this.#escape(start);
      case '*':
      case '+':
      case '?':
        throw new Fault(`there is nothing before ${c} that could be repeated`, start);
      default:
        return this.#literal(c.charCodeAt(0));
    }
  }

  #group(start: number): Node {
    let index: number | undefined;
    if (this.#take('?')) {
      const named = /^<([A-Za-z_][A-Za-z0-9_]{0,63})>/.exec(this.#text.slice(this.#at));
      if (this.#take(':')) index = undefined;
      else if (named?.[1] !== undefined) {
        this.#at += named[0].length;
        if (this.#groups.some(({ name }) => name === named[1]))
          throw new Fault(`two groups are called ${named[1]}`, start);
        index = this.#groups.push({ name: named[1] });
      } else throw new Fault('only (…), (?:…) and (?<name>…) are known here; look-around is not', start);
    } else index = this.#groups.push({ name: undefined });
    const of = this.#choice();
    if (!this.#take(')')) throw new Fault('this ( is never closed', start);
    return index === undefined ? of : { kind: 'group', index, of };
  }

  #class(start: number): Node {
    const negated = this.#take('^');
    const tests: CharacterTest[] = [];
    while (!this.#take(']')) {
      if (this.#at >= this.#text.length) throw new Fault('this [ is never closed', start);
      const from = this.#member(start);
      const range =
        this.#text[this.#at] === '-' && this.#at + 1 < this.#text.length && this.#text[this.#at + 1] !== ']';
      if (typeof from !== 'number' || !range) {
        tests.push(typeof from === 'number' ? this.#same(from) : from);
        continue;
      }
      this.#at += 1;
      const to = this.#member(start);
      if (typeof to !== 'number' || to < from) throw new Fault('this range ends before it begins', this.#at - 1);
      tests.push(this.#between(from, to));
    }
    const any: CharacterTest = (code) => tests.some((test) => test(code));
    return { kind: 'character', test: negated ? (code) => !any(code) : any };
  }

  #member(start: number): number | CharacterTest {
    const c = this.#text[this.#at++];
    if (c === undefined) throw new Fault('this [ is never closed', start);
    if (c !== '\\') return c.charCodeAt(0);
    const escaped = this.#text[this.#at++] ?? '';
    if (escaped === 'b') return 8;
    return classes[escaped] ?? this.#escapedCode(escaped, this.#at - 2);
  }

  #escape(start: number): Node {
    const c = this.#text[this.#at++] ?? '';
    if (c === 'b' || c === 'B') return { kind: 'assert', what: c === 'b' ? 'boundary' : 'no-boundary' };
    if (/[1-9k]/.test(c)) throw new Fault('back references are not known here', start);
    const test = classes[c];
    return test === undefined ? this.#literal(this.#escapedCode(c, start)) : { kind: 'character', test };
  }

  #escapedCode(c: string, start: number): number {
    const control = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 }[c];
    if (control !== undefined) return control;
    const hex = c === 'x' ? /^[0-9a-f]{2}/i : c === 'u' ? /^[0-9a-f]{4}/i : undefined;
    if (hex !== undefined) {
      const digits = hex.exec(this.#text.slice(this.#at, this.#at + 4))?.[0];
      if (digits === undefined) throw new Fault(`\\${c} needs its hexadecimal digits`, start);
      this.#at += digits.length;
      return Number.parseInt(digits, 16);
    }
    if (c === '' || /[a-z0-9]/i.test(c)) throw new Fault(`\\${c} means nothing here`, start);
    return c.charCodeAt(0);
  }

  #literal(code: number): Node {
    return { kind: 'character', test: this.#same(code) };
  }

  #same(wanted: number): CharacterTest {
    if (!this.#ignoreCase) return (code) => code === wanted;
    const folded = fold(wanted);
    return (code) => fold(code) === folded;
  }

  #between(from: number, to: number): CharacterTest {
    if (!this.#ignoreCase) return (code) => code >= from && code <= to;
    const within = (code: number): boolean => code >= from && code <= to;
    return (code) => within(code) || (isLetter(code) && within(code ^ 32));
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at += 1;
    return true;
  }
}

const digit: CharacterTest = (code) => code >= 48 && code <= 57;
const word: CharacterTest = (code) => digit(code) || isLetter(code) || code === 95;
const space: CharacterTest = (code) => /\s/.test(String.fromCharCode(code));

const classes: Readonly<Record<string, CharacterTest>> = {
  d: digit,
  D: (code) => !digit(code),
  w: word,
  W: (code) => !word(code),
  s: space,
  S: (code) => !space(code),
};

/** ASCII letters only: names in certificates are compared so. */
function fold(code: number): number {
  return isLetter(code) ? code | 32 : code;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
