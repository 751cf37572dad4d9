/** Words for what the ACME pages show. */
import type { AcmeAccount, AcmeCheckRow, AcmeOrder, AcmeProvider } from '../../api.ts';
import type { Tone } from '../../components/notice.tsx';

export const orderStates: Readonly<Record<AcmeOrder['state'], readonly [Tone, string]>> = {
  running: ['note', 'Running'],
  done: ['ok', 'Done'],
  failed: ['critical', 'Failed'],
  abandoned: ['plain', 'Stopped'],
};

export const orderPurposes: Readonly<Record<AcmeOrder['purpose'], string>> = {
  manual: 'by hand',
  renewal: 'by the scheduler',
  test: 'test of the set-up',
};

export const stepStates: Readonly<Record<AcmeOrder['steps'][number]['state'], readonly [Tone, string]>> = {
  open: ['plain', 'To come'],
  running: ['note', 'Running'],
  done: ['ok', 'Done'],
  failed: ['critical', 'Failed'],
};

export const proofStates: Readonly<Record<AcmeOrder['challenges'][number]['state'], readonly [Tone, string]>> = {
  'to-prove': ['plain', 'To prove'],
  'in-place': ['note', 'In place'],
  asked: ['note', 'CA asked to look'],
  looking: ['note', 'CA is looking'],
  proven: ['ok', 'Proven'],
  refused: ['critical', 'Refused'],
};

export const outcomes: Readonly<Record<AcmeCheckRow['outcome'], readonly [Tone, string]>> = {
  good: ['ok', 'Good'],
  warning: ['warning', 'Look'],
  bad: ['critical', 'Stops it'],
  unknown: ['plain', 'Unknown'],
};

export const accountStates: Readonly<Record<AcmeAccount['status'], readonly [Tone, string]>> = {
  none: ['plain', 'No account'],
  new: ['note', 'Being made'],
  valid: ['ok', 'Valid'],
  deactivated: ['plain', 'Deactivated'],
  lost: ['critical', 'Not known to the CA'],
};

export const challengeWords = {
  'http-01': 'HTTP-01: a file on port 80',
  'tls-alpn-01': 'TLS-ALPN-01: a handshake on port 443',
  'dns-01': 'DNS-01: a TXT record',
} as const;

/** Reasons a holder may give (RFC 5280 5.3.1). */
export const revocationReasons = [
  { value: 'unspecified', label: 'No reason given' },
  { value: 'key-compromise', label: 'The key leaked' },
  { value: 'superseded', label: 'Replaced by another certificate' },
  { value: 'cessation-of-operation', label: 'No longer in use' },
  { value: 'affiliation-changed', label: 'The names changed hands' },
] as const;

export const weekdays = [
  { value: 'monday', label: 'Mon' },
  { value: 'tuesday', label: 'Tue' },
  { value: 'wednesday', label: 'Wed' },
  { value: 'thursday', label: 'Thu' },
  { value: 'friday', label: 'Fri' },
  { value: 'saturday', label: 'Sat' },
  { value: 'sunday', label: 'Sun' },
] as const;

/** Where a provider is. */
export function placeOf({ kind, directoryUrl, template }: AcmeProvider): string {
  return kind === 'private-ca' ? `private CA of this gateway, template ${template}` : (directoryUrl ?? '');
}

/** Whether an order can be tried without using up anything. */
export function canTest({ kind, staging, stagingUrl }: AcmeProvider): boolean {
  return kind === 'acme' && (staging || stagingUrl !== null);
}
