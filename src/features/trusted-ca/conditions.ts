/** What about the trusted CA list deserves an alarm: CAs and embedded CRLs that end soon or have ended, damaged rows. */
import type { Condition } from '../../lib/condition.ts';
import { isoDate } from '../../lib/time-text.ts';
import type { TrustedCa } from './trusted-ca.ts';

/** One condition per row that needs a person. A CA that a served chain needs weighs more. */
export function listConditions(rows: readonly TrustedCa[], damaged: readonly string[]): readonly Condition[] {
  return [
    ...rows.flatMap((row) => {
      if (row.validity !== 'expired' && row.validity !== 'expires-soon') return [];
      return [row.type === 'crl' ? crlCondition(row) : caCondition(row)];
    }),
    ...damaged.map(damagedCondition),
  ];
}

function caCondition(row: TrustedCa): Condition {
  const expired = row.validity === 'expired';
  const used = row.usedBy.length > 0;
  const needs = used ? ` Needed by: ${row.usedBy.join(', ')}.` : '';
  return {
    code: expired ? 'trusted-ca.expired' : 'trusted-ca.expires-soon',
    object: row.fingerprint,
    severity: expired ? (used ? 'critical' : 'alert') : used ? 'alert' : 'warning',
    message: `The trusted CA ${row.label} ${expired ? 'expired' : 'expires'} on ${day(row.notAfter)}.${needs}`,
    hint: 'Append the CA’s new certificate, then delete this one.',
  };
}

function crlCondition(row: TrustedCa): Condition {
  const expired = row.validity === 'expired';
  return {
    code: expired ? 'trusted-ca.crl-expired' : 'trusted-ca.crl-expires-soon',
    object: row.fingerprint,
    severity: expired ? 'alert' : 'warning',
    message: `The ${row.label} on the trusted CA list ${expired ? 'expired' : 'expires'} on ${day(row.notAfter)}.`,
    hint: 'Append the newer CRL of this CA, or delete the old one.',
  };
}

function damagedCondition(fingerprint: string): Condition {
  return {
    code: 'trusted-ca.damaged',
    object: fingerprint,
    severity: 'alert',
    message: `The member ${fingerprint} of the trusted CA list cannot be read and is not trusted.`,
    hint: `Append the certificate again after: tollgate trusted-ca remove ${fingerprint}`,
  };
}

function day(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'an unknown day' : isoDate(milliseconds);
}
