/** Waiting for something that happens elsewhere. */

/** Polls until it holds or the time is over; answers whether it held. `every`: milliseconds; the API takes no haste. */
export async function waitFor(
  holds: () => boolean | Promise<boolean>,
  milliseconds: number,
  every = 250,
): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  return holds();
}

/** The same, and the seconds since `start`, a moment of `performance.now()`. */
export async function timed(
  holds: () => boolean | Promise<boolean>,
  milliseconds: number,
  start = performance.now(),
): Promise<{ readonly held: boolean; readonly seconds: string }> {
  const held = await waitFor(holds, milliseconds);
  return { held, seconds: `${((performance.now() - start) / 1000).toFixed(1)} s` };
}
