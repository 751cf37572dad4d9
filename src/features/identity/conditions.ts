/** What is wrong with an identity at this moment: shown on every page and raised as alarms. */
import { printable, printableList } from '../../lib/printable.ts';
import { isoSeconds } from '../../lib/time-text.ts';
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { commonNames } from '../../pki/name/distinguished-name.ts';
import { missingNames } from './names-coverage.ts';
import type { RequiredName } from './required-names.ts';
import type { Condition } from './schemas.ts';
import { type Slot, slotLabel } from './slots.ts';
import { whatNeedsCommonName } from './upload/name-checks.ts';

/** What the conditions of a slot depend on. */
export interface SlotState {
  readonly slot: Slot;
  /** What is presented: the active certificate, or the previous one when the active is damaged. */
  readonly served: Certificate | undefined;
  readonly temporary: boolean;
  /** Why the active version cannot be served. */
  readonly damage: string | undefined;
  /** With damage: whether the previous one is served instead. */
  readonly lastGood: boolean;
  readonly required: readonly RequiredName[];
}

const day = 86_400_000;

/** The conditions of one slot at `now`, the worst first. An empty slot has none. */
export function slotConditions(state: SlotState, now: number): Condition[] {
  const object = state.slot;
  const label = slotLabel(state.slot);
  const conditions: Condition[] = [];
  const add = (severity: Condition['severity'], code: string, message: string, hint: string): void => {
    conditions.push({ code, object, severity, message, hint });
  };
  if (state.damage !== undefined) {
    add(
      'critical',
      'identity.last-good-used',
      state.lastGood
        ? `${label}: the stored record is damaged (${printable(state.damage)}); the previous certificate is served.`
        : `${label}: the stored record is damaged (${printable(state.damage)}), and there is no previous one to serve.`,
      'Upload the certificate and its key again, then check the disk of the gateway.',
    );
  }
  const { served } = state;
  if (served === undefined) return conditions;
  if (now > served.notAfter) {
    add(
      'critical',
      'identity.certificate-expired',
      `${label} expired on ${isoSeconds(served.notAfter)}. It is still served.`,
      'Generate a CSR, have it signed and upload the certificate.',
    );
  } else if (now >= alertFrom(served)) {
    add(
      'alert',
      'identity.certificate-expiring',
      `${label} expires on ${isoSeconds(served.notAfter)}.`,
      'Generate a CSR, have it signed and upload the certificate.',
    );
  }
  if (state.temporary) {
    add(
      'warning',
      'identity.temporary-certificate',
      `${label} is the temporary one, made by the gateway itself: nobody else trusts it.`,
      "Set this gateway's FQDN, generate a CSR and replace the certificate with one from a CA.",
    );
    return conditions;
  }
  const missing = missingNames(served, state.required);
  if (missing.length > 0) {
    add(
      'alert',
      'identity.names-missing',
      `New certificate needed: ${label.toLowerCase()} lacks ${printableList(missing.map((n) => n.value))}.`,
      'Open Generate CSR: the form is filled in with every name that is needed.',
    );
  }
  if (commonNames(served.subject).length === 0) {
    add(
      'warning',
      'identity.no-common-name',
      `${label} has no common name. ${whatNeedsCommonName}`,
      'Load a certificate that has a common name.',
    );
  }
  return conditions;
}

/** From when the end is near: a sixth of the lifetime before it, at most 60 days. In milliseconds since 1970. */
export function alertFrom(certificate: { readonly notBefore: number; readonly notAfter: number }): number {
  return certificate.notAfter - Math.min((certificate.notAfter - certificate.notBefore) / 6, 60 * day);
}
