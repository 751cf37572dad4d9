/** `npm test`: sees to the programs that tests need, then runs every test, or those whose files are named. */
import { spawnSync } from 'node:child_process';
import { ensureTools, tools } from './tools.ts';

const missing = ensureTools();
if (missing.length > 0) {
  const packages = missing.map((name) => `${name} (package ${tools[name]})`).join(', ');
  console.log(`Missing programs: ${packages}. The suites that need them are skipped.`);
  if (process.env['CI'] === 'true') {
    console.error('In CI nothing may be skipped for a missing program.');
    process.exit(1);
  }
}

const named = process.argv.slice(2);
const files = named.length > 0 ? named : ['src/**/*.test.ts', 'test/**/*.test.ts'];
const run = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-concurrency=2',
    '--test-timeout=600000',
    '--test-force-exit',
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
