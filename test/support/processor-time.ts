/** Processor time: unlike the clock's, other work on the machine hardly lengthens it. */

/** Does the work; the milliseconds of processor time that this process spent on it, and what it returned. */
export function processorTime<T>(work: () => T): { readonly ms: number; readonly value: T } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1_000, value };
}
