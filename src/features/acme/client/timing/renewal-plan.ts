/** When a certificate is renewed: by what the CA suggests (RFC 9773), else by its lifetime; pure, with time as an argument. */

export interface RenewalInput {
  /** Milliseconds since 1970, all times. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly now: number;
  /** What the CA suggests, as long as it is known. */
  readonly suggested?: { readonly start: number; readonly end: number };
  /** 0 to below 1: drawn once for a certificate and kept, so that its time does not wander. */
  readonly random: number;
}

export interface RenewalPlan {
  readonly renewAt: number;
  readonly due: boolean;
  /**
   * What made the time: the CA, the lifetime, or that so little is left that nothing else counts. `last` also
   * overrides waiting after failures and the days that were set for deploying.
   */
  readonly rule: 'suggested' | 'lifetime' | 'emergency' | 'last';
}

/**
 * With a suggestion: a uniformly random moment in its window, at once when that has passed. Without: when a third of
 * the lifetime is left, half of it below ten days, give or take a twentieth. With less than a twentieth left it is
 * always due, whatever the CA suggests.
 */
export function renewalPlan({ notBefore, notAfter, now, suggested, random }: RenewalInput): RenewalPlan {
  const lifetime = Math.max(0, notAfter - notBefore);
  const emergencyAt = notAfter - lifetime / 20;
  if (now >= notAfter - lifetime / 50) return { renewAt: now, due: true, rule: 'last' };
  if (now >= emergencyAt) return { renewAt: now, due: true, rule: 'emergency' };
  const wanted = suggested === undefined || suggested.end <= suggested.start ? undefined : within(suggested, random);
  if (wanted !== undefined && wanted <= emergencyAt) return planned(wanted, now, 'suggested');
  // a window beyond the end of the certificate is a fault of the CA
  if (wanted !== undefined) return planned(emergencyAt, now, 'emergency');
  const left = lifetime < 10 * day ? lifetime / 2 : lifetime / 3;
  const jitter = (random * 2 - 1) * (lifetime / 20);
  return planned(Math.min(notAfter - left + jitter, emergencyAt), now, 'lifetime');
}

/** How often the CA is asked for its suggestion: when it said, else every six hours, and at least twice a day. */
export function nextSuggestionAt(now: number, askAgainAt: number | undefined): number {
  const wanted = askAgainAt ?? now + 6 * hour;
  return Math.min(Math.max(wanted, now + minute), now + 12 * hour);
}

/** How many further attempts fit in before the certificate ends, by the rules of `nextAttempt` and without any failure yet. */
export function attemptsLeft(now: number, notAfter: number): number {
  const left = notAfter - now;
  if (left <= 0) return 0;
  const quick = [0, minute, 11 * minute, 111 * minute].filter((at) => at < left).length;
  return quick + Math.max(0, Math.floor((left - 111 * minute) / day));
}

function within({ start, end }: { readonly start: number; readonly end: number }, random: number): number {
  return start + random * (end - start);
}

function planned(wanted: number, now: number, rule: RenewalPlan['rule']): RenewalPlan {
  const renewAt = Math.round(wanted);
  return { renewAt: Math.max(renewAt, now), due: renewAt <= now, rule };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
