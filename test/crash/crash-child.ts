/**
 * Makes one change to a data folder and ends: `crash-child.ts FOLDER CHANGE`. Killed at a fail point by the variable
 * TOLLGATE_FAIL, or by its parent at any moment. Prints `begin` and `done` around the change, so that the parent knows
 * what was promised; exit code 1 when it was refused.
 */
import { Problem } from '../../src/lib/problem.ts';
import { openGateway, runChange } from './crash-gateway.ts';

const [folder = '', change = ''] = process.argv.slice(2);
try {
  const gateway = await openGateway(folder);
  process.stdout.write('begin\n');
  await runChange(gateway, change);
  process.stdout.write('done\n');
  await gateway.storage.close();
} catch (error) {
  const code = error instanceof Problem ? error.details.code : '';
  process.stdout.write(`refused ${code} ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
