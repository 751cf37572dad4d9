/**
 * When the page loads again by itself: every minute, as long as somebody uses it. A page left open must not keep a
 * session alive that should end for want of activity.
 */
import { focusManager } from '@tanstack/react-query';

const quiet = 4 * 60_000;
let lastUse = Date.now();

for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  window.addEventListener(
    type,
    () => {
      const away = whileUsed() === false;
      lastUse = Date.now();
      // what is shown is as old as the last use; from here on it is loaded again by itself
      if (away) focusManager.onFocus();
    },
    { passive: true, capture: true },
  );

/** Milliseconds to the next load, or false when nobody has touched the page lately. */
export function whileUsed(): number | false {
  return Date.now() - lastUse < quiet ? 60_000 : false;
}
