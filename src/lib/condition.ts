/** Something that is not as it should be: raised as an alarm while it lasts, cleared by itself when it ends. */
export interface Condition {
  /** Feature and word: `trusted-ca.expires-soon`. */
  readonly code: string;
  /** What it is about: a slot, a fingerprint, a name; with the code it makes one alarm. */
  readonly object: string;
  readonly severity: 'critical' | 'alert' | 'warning';
  /** The reason in words. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}
