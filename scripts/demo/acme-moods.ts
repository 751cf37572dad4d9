/** What an ACME server does to its clients from day to day: refuses nonces, limits, lies, dawdles, changes its windows. */
import type { AcmeCa } from '../../test/support/acme-ca.ts';

/** Three weeks of moods, again and again; most days are good ones. */
export function moods({ misbehave }: AcmeCa, day: number): void {
  const today = day % 21;
  misbehave.badNonce = today % 3 === 0 ? 0.5 : 0;
  misbehave.reuse = today % 2 === 0;
  misbehave.rateLimited = today === 4 ? 7_200 : undefined;
  misbehave.refuses = today === 9 ? 'serverInternal' : undefined;
  misbehave.delay = today === 12 ? 3 : 0;
  misbehave.lie = today === 14 ? 'other-key' : today === 15 ? 'html' : undefined;
  misbehave.renewal = today === 17 ? 'none' : today === 18 ? 'far-future' : 'honest';
}
