/** Collects what whoever asked for a certificate should know about it. */
import type { IssueNote } from '../private-ca.ts';

export class NoteList {
  readonly #notes: IssueNote[] = [];

  get all(): readonly IssueNote[] {
    return this.#notes;
  }

  add(code: IssueNote['code'], message: string): void {
    this.#notes.push({ code, message });
  }

  /** Whether something of what was asked for is not in the certificate. */
  get leftOut(): readonly IssueNote[] {
    return this.#notes.filter(({ code }) => code === 'name-left-out' || code === 'subject-changed');
  }
}
