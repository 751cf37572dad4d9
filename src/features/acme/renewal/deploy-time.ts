/** When a certificate that waits is deployed: on the days and from the time that were set, sooner if the one in use would end first; pure. */
import type { AcmeSlotSettings } from '../schemas.ts';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const day = 86_400_000;

export interface DeployInput {
  /** Milliseconds since 1970, all times. */
  readonly signedAt: number;
  readonly settings: Pick<AcmeSlotSettings, 'days' | 'time'>;
  /** Of the certificate in use; undefined where there is none, or only a temporary one. */
  readonly active: { readonly notBefore: number; readonly notAfter: number } | undefined;
}

/** The first moment of the schedule after the signing, in UTC; or a twentieth of the lifetime (at most a day) before the end. */
export function deployTime({ signedAt, settings, active }: DeployInput): number {
  const scheduled = nextOccasion(signedAt, settings);
  if (active === undefined) return scheduled;
  const margin = Math.min(day, (active.notAfter - active.notBefore) / 20);
  return Math.max(signedAt, Math.min(scheduled, active.notAfter - margin));
}

/** The first time of day `time` on one of `days` that is not before `from`. */
export function nextOccasion(from: number, { days, time }: Pick<AcmeSlotSettings, 'days' | 'time'>): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const midnight = Math.floor(from / day) * day;
  for (let i = 0; i <= 7; i++) {
    const at = midnight + i * day + (hours * 60 + minutes) * 60_000;
    if (at >= from && isChosen(at, days)) return at;
  }
  return from;
}

function isChosen(at: number, days: AcmeSlotSettings['days']): boolean {
  // 1970 began on a Thursday; the week here begins on Monday
  const name = weekdays[(Math.floor(at / day) + 3) % 7];
  return days.length === 0 || days.some((one) => one === name);
}
