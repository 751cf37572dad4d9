/** Refusals of a certificate whose extensions are not as a standard demands. */
import type { Certificate } from '../certificate/certificate.ts';
import { type Rejection, reject } from './rejection.ts';

/** An extension that must be there is not. */
export function missing(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.extension-missing', `the extension ${what} is missing`, c, clause);
}

/** The certificate holds what has no place in it. */
export function misplaced(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.extension-misplaced', `the certificate holds ${what}`, c, clause);
}

/** An extension that must be critical is not. */
export function notCritical(c: Certificate, what: string, clause: string): Rejection {
  return reject('path.criticality', `the extension ${what} must be critical`, c, clause);
}

/** An extension that must not be critical is. */
export function critical(c: Certificate, what: string, clause?: string): Rejection {
  return reject('path.criticality', `${what} must not be critical`, c, clause);
}
