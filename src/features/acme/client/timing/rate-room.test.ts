import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rateLimits, rateRoom, registeredDomain, setKey } from './rate-room.ts';

const hour = 3_600_000;
const now = Date.UTC(2030, 0);

test('events count as long as they are in the window, and room comes back with the oldest', () => {
  const times = [now - 200 * hour, now - 100 * hour, now - 50 * hour, now - 10 * hour, now - hour, now];
  const room = rateRoom(rateLimits['certificates-per-set'], times, now);
  assert.deepEqual(room, { used: 5, left: 0, freeAt: now + 68 * hour, scarce: true });
  assert.deepEqual(rateRoom(rateLimits['certificates-per-set'], times.slice(3), now), {
    used: 3,
    left: 2,
    freeAt: now,
    scarce: false,
  });
});

test('events that a clock counted which ran ahead take no room, those of a clock that is a little late do', () => {
  const limit = rateLimits['operator-retries'];
  const ahead = (milliseconds: number) =>
    rateRoom(
      limit,
      [1, 2, 3, 4].map((i) => now + milliseconds + i),
      now,
    );
  assert.equal(ahead(4 * 365 * 24 * hour).left, 4);
  assert.equal(ahead(60_000).left, 0);
});

test('whoever waits for room never exceeds a limit, whatever the window', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 30 * 60_000 }), { maxLength: 200 }),
      (most, gaps) => {
        const limit = { ...rateLimits.orders, most, window: hour };
        const times: number[] = [];
        let at = now;
        for (const gap of gaps) {
          at += gap;
          at = Math.max(at, rateRoom(limit, times, at).freeAt);
          times.push(at);
        }
        for (const time of times) assert.ok(times.filter((one) => one > time - hour && one <= time).length <= most);
      },
    ),
  );
});

test('names are counted under their domain, sets whatever their order', () => {
  const dns = (value: string) => ({ type: 'dns', value }) as const;
  assert.equal(registeredDomain(dns('a.b.example.com')), 'example.com');
  assert.equal(registeredDomain(dns('*.example.com')), 'example.com');
  assert.equal(registeredDomain(dns('www.example.co.uk')), 'example.co.uk');
  assert.equal(registeredDomain({ type: 'ip', value: '192.0.2.1' }), '192.0.2.1');
  assert.equal(
    setKey([dns('b.example.com'), dns('a.example.com')]),
    setKey([dns('a.example.com'), dns('b.example.com')]),
  );
});
