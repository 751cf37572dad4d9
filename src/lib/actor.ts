export type Role = 'administrator' | 'auditor';

/** Who does something: stands in every audit row. */
export interface Actor {
  readonly kind: 'user' | 'token' | 'system';
  /** Row id of the user or token; the process' name for `system`. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Remote address, empty for `system`. */
  readonly address: string;
  readonly requestId: string;
}

/** The gateway acting by itself: first start, schedules. */
export function systemActor(id: string): Actor {
  return { kind: 'system', id, name: id, role: 'administrator', address: '', requestId: '' };
}
