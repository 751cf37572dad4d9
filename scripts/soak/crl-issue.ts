/**
 * `npm run soak -- crl-issue [ENTRIES] [ALGORITHM]`: a CRL of a million entries is published over a real database while the
 * event loop is watched. One JSON line: time, processor time, size, how much more memory the process took at its peak,
 * the longest pause of the event loop, and the same for the publication after one more revocation.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { startPublishingCa } from '../../test/support/publishing-ca.ts';
import { addRevoked } from '../../test/support/revoked-rows.ts';
import { createTestClock, testAdministrator } from '../../test/support/temporary-storage.ts';

const entries = Number(process.argv[2] ?? 1_000_000);
const algorithm = (process.argv[3] ?? 'rsa-2048') as KeyAlgorithm;
const undo: (() => unknown)[] = [];
const clock = createTestClock(Date.now());
const { ca, intermediate, storage, publishing, issue, crl, errors } = await startPublishingCa(
  { after: (fn?: unknown) => void undo.push(fn as () => unknown) },
  { algorithm, clock },
);
try {
  // the last one is revoked by hand
  await addRevoked(storage, intermediate.id, entries - 1, clock.now());
  const first = await measured(() => publishing.publishNow(testAdministrator, intermediate.id));
  const one = await issue('one.example.com');
  clock.advance(3_600_000);
  const second = await measured(async () => {
    await ca.revoke(testAdministrator, { serial: one.serial }, 'superseded');
    for (let listed = 0; listed < entries; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { authorities } = await publishing.state();
      listed = authorities.find(({ authority }) => authority === intermediate.id)?.crls[0]?.entries ?? 0;
    }
  });
  await publishing.settled();
  const published = await crl(`/crl/${intermediate.id}.crl`);
  if (published.entryCount !== entries || errors.length > 0) throw new Error(`${published.entryCount} ${errors[0]}`);
  console.log(JSON.stringify({ entries, algorithm, bytes: published.bytes.length, first, afterRevocation: second }));
} finally {
  for (const end of undo.toReversed()) await end();
}

async function measured(work: () => Promise<unknown>) {
  // the kernel's high-water mark begins anew
  writeFileSync('/proc/self/clear_refs', '5');
  const before = megabytes('VmRSS');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const ms = Math.round(performance.now() - began);
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    ms,
    cpu_ms: Math.round((user + system) / 1000),
    peak_mb: Math.round(megabytes('VmHWM') - before),
    longest_pause_ms: Math.round(delay.max / 1e6),
  };
}

function megabytes(field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}
