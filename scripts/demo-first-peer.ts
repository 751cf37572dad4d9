/**
 * `npm run demo:first-peer`: the README's way from `npm start` to a page that a browser trusts and a SIP peer that
 * certbot enrolled, played and timed in a network of its own. Exit code 1 when anything did not go as it should.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInside } from './demo/namespace.ts';
import { ensureTools, type Tool } from './tools.ts';

const needed: readonly Tool[] = ['certbot', 'certutil', 'chromium', 'kamailio', 'unshare', 'ip'];
const missing = ensureTools().filter((tool) => needed.includes(tool));
if (missing.length > 0) {
  console.error(`Missing programs: ${missing.join(', ')}. Nothing can be shown without them.`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-first-'));
  try {
    process.exitCode = runInside(join(import.meta.dirname, 'demo', 'play-first-peer.ts'), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
