/** Words for issued certificates, and where the page of one is. */
import type { IssuedRow } from '../../../api.ts';
import { nameText } from '../../../components/name-text.ts';
import type { Tone } from '../../../components/notice.tsx';

export const issuedStates: Readonly<Record<IssuedRow['state'], readonly [Tone, string]>> = {
  good: ['ok', 'Good'],
  revoked: ['critical', 'Revoked'],
  'on-hold': ['warning', 'On hold'],
  expired: ['plain', 'Expired'],
};

export const sourceWords: Readonly<Record<IssuedRow['source'], string>> = {
  upload: 'uploaded request',
  slot: 'request of this gateway',
  acme: 'ACME client',
  renewal: 'renewal of this gateway',
  authority: 'authority',
  responder: 'OCSP responder',
  import: 'imported',
};

/** Reasons for a revocation (RFC 5280 5.3.1) as people say them. */
export const reasons = [
  { value: 'unspecified', label: 'No reason given' },
  { value: 'key-compromise', label: 'The key leaked' },
  { value: 'superseded', label: 'Replaced by another certificate' },
  { value: 'cessation-of-operation', label: 'No longer in use' },
  { value: 'affiliation-changed', label: 'The names changed hands' },
  { value: 'privilege-withdrawn', label: 'Its holder may no longer have it' },
  { value: 'certificate-hold', label: 'On hold: can be released again' },
] as const;

export type RevocationReason = (typeof reasons)[number]['value'];

/** Serial numbers are unique for each authority only (RFC 5280 4.1.2.2). */
export function certificatePath({ serial, authority }: Pick<IssuedRow, 'serial' | 'authority'>): string {
  return `/security/issued-certificates/${serial}?authority=${encodeURIComponent(authority)}`;
}

/** The first alternative name, else the subject. */
export function nameOfIssued({ names, subject }: Pick<IssuedRow, 'names' | 'subject'>): string {
  return names[0]?.replace(/^[a-z0-9-]+:/, '') || nameText(subject) || 'no name';
}
