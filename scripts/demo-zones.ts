/**
 * `npm run demo:zones`: two gateways, Kamailio, a private CA with a CRL server and OCSP responders, in a network of
 * their own with names from a DNS server. Ends with a table of what was shown; exit code 1 when anything did not go as
 * it should.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInside } from './demo/namespace.ts';
import { ensureTools, type Tool } from './tools.ts';

const needed: readonly Tool[] = ['openssl', 'kamailio', 'unshare', 'ip'];
const missing = ensureTools().filter((tool) => needed.includes(tool));
if (missing.length > 0) {
  console.error(`Missing programs: ${missing.join(', ')}. Nothing can be shown without them.`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-zones-'));
  try {
    process.exitCode = runInside(join(import.meta.dirname, 'demo', 'play-zones.ts'), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
