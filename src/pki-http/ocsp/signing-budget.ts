/** How many answers may be signed for strangers: so many per second, and as many at once. */

export interface SigningBudget {
  /** Takes one; false when there is none left. */
  take(): boolean;
}

/** `now` is in milliseconds and monotonic. */
export function createSigningBudget(perSecond: () => number, now: () => number): SigningBudget {
  let left = perSecond();
  let at = now();
  return {
    take() {
      const most = perSecond();
      const time = now();
      left = Math.min(most, left + ((time - at) / 1000) * most);
      at = time;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
