/** Ports of loopback for tests that have to name one before anybody listens on it. */
import { randomInt } from 'node:crypto';
import { canBind } from '../../src/edge/bind-port.ts';

/**
 * So many TCP ports that nobody uses, below those that the system hands out by itself: another test that asks for any
 * port does not get one of them in between.
 */
export function freePorts(count: number): readonly number[] {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(10_000, 32_000);
    if (canBind('127.0.0.1', port)) found.add(port);
  }
  return [...found];
}

/** One of them. */
export function freePort(): number {
  return freePorts(1)[0] ?? 0;
}
