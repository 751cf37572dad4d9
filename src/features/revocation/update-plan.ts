/** When a distribution point is asked next: daily, before a CRL runs out, and sooner again after a failure. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const widestJitter = 15 * minute;

export interface PlanInput {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `HH:MM`, UTC. */
  readonly dailyUpdateTime: string;
  /** Failures since the last success. */
  readonly failures: number;
  /** The CRLs that came from this point last. */
  readonly crls: readonly { readonly thisUpdate: number; readonly nextUpdate: number }[];
  /** 0 to 1: spreads gateways that share a server. */
  readonly chance: number;
}

/** Milliseconds since 1970, always later than `now`. */
export function nextUpdateAt({ now, dailyUpdateTime, failures, crls, chance }: PlanInput): number {
  if (failures > 0) {
    const rest = Math.min(minute * 2 ** Math.min(failures - 1, 10), hour);
    return now + rest + Math.floor(chance * rest * 0.1);
  }
  const daily = nextDaily(now, dailyUpdateTime) + Math.floor(chance * widestJitter);
  const before = crls.map(({ thisUpdate, nextUpdate }) => {
    // a tenth of its life before it ends, but at least a minute and at most six hours
    const lead = Math.min(Math.max((nextUpdate - thisUpdate) / 10, minute), 6 * hour);
    return nextUpdate - lead * (1 + 0.5 * chance);
  });
  // one that is about to run out, or has, is asked for again soon
  return Math.floor(Math.min(daily, ...before.map((time) => Math.max(time, now + 5 * minute))));
}

function nextDaily(now: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const today = Math.floor(now / day) * day + hours * hour + minutes * minute;
  return today > now ? today : today + day;
}
