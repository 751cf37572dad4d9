/** Runs `FOLDER/NAME.ts` with the further arguments: `npm run soak -- swap`, `npm run bench -- start`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder = '', name = '', ...args] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.startsWith('_'))
  .map((file) => file.slice(0, -3));
if (!names.includes(name)) {
  console.error(`usage: npm run ${folder.split('/').at(-1)} -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exit(2);
}
const run = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', join(folder, `${name}.ts`), ...args],
  {
    stdio: 'inherit',
    // as the gateway itself is started: what was compiled once is not compiled again
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/tollgate'), ...process.env },
  },
);
process.exit(run.status ?? 1);
