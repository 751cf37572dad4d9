import { inspect } from 'node:util';

/**
 * Holds a value that must never be printed. Every way of turning it into text gives `[secret]`; only `reveal()`
 * hands it out, so that each use can be found by name.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. The caller owns what it does with it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
