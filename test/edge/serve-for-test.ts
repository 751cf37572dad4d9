/** Runs `serve` with the stand-in for the administration process. Arguments: data folder, then flags of `serve`. */
import { join } from 'node:path';
import { parseServeArguments, serve } from '../../src/supervisor.ts';

const [folder = '', ...flags] = process.argv.slice(2);
process.exitCode = await serve({
  ...parseServeArguments(['--data', folder, '--log-level', 'debug', ...flags]),
  administration: join(import.meta.dirname, 'stand-in-administration.ts'),
});
