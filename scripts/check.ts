/** `npm run check`: types, lint and format, layout, generated files in sync. Everything at once; prints what failed. */
import { spawn } from 'node:child_process';

const node = process.execPath;
const tsc = 'node_modules/typescript-native/bin/tsc';
const quiet = '--disable-warning=ExperimentalWarning';

const checks: readonly (readonly [name: string, ...command: string[]])[] = [
  ['types', node, tsc, '-p', '.'],
  ['types of the web page', node, tsc, '-p', 'web'],
  ['lint and format', 'node_modules/.bin/biome', 'ci', '--error-on-warnings', '.'],
  ['layout', node, quiet, '--test', '--test-reporter=dot', 'test/layout/*.test.ts'],
  ['generated files', node, quiet, 'scripts/openapi.ts', '--check'],
  ['command line reference', node, quiet, 'scripts/cli-reference.ts', '--check'],
];

const results = await Promise.all(checks.map(([name, program, ...args]) => run(name, program ?? '', args)));
const failed = results.filter((result) => result.status !== 0);
for (const { name, output } of failed) console.error(`── ${name} ──\n${output}`);
console.log(
  failed.length === 0 ? `check: ${results.length} of ${results.length} good` : `check: ${failed.length} failed`,
);
process.exit(failed.length === 0 ? 0 : 1);

function run(name: string, program: string, args: readonly string[]) {
  return new Promise<{ name: string; status: number; output: string }>((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ name, status: 1, output: String(error) }));
    child.on('close', (status) => resolve({ name, status: status ?? 1, output }));
  });
}
