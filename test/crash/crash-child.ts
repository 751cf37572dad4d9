/**
 * Makes changes to a data folder: `crash-child.ts FOLDER CHANGE...` makes these and ends, `crash-child.ts FOLDER
 * everything` goes on until it is killed. Killed at a fail point by the variable TOLLGATE_FAIL, or by its parent at any moment.
 * Prints `begin`, then `done` and the number of audit rows for each change that it was promised; exit code 1 when one
 * was refused.
 */
import { Problem } from '../../src/lib/problem.ts';
import { type CrashGateway, openGateway, runChange } from './crash-gateway.ts';

const [folder = '', ...wanted] = process.argv.slice(2);
try {
  const gateway = await openGateway(folder);
  process.stdout.write('begin\n');
  if (wanted[0] === 'everything') await changeForEver(gateway);
  for (const change of wanted) {
    await runChange(gateway, change).then(() => tellDone(gateway), refused);
  }
  await gateway.storage.close();
} catch (error) {
  refused(error);
}

function refused(error: unknown): void {
  const code = error instanceof Problem ? error.details.code : '';
  process.stdout.write(`refused ${code} ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function changeForEver(gateway: CrashGateway): Promise<never> {
  for (;;) {
    for (const next of ['roll back', 'settings', 'upload', 'append a CA', 'make a request', 'roll back']) {
      try {
        await runChange(gateway, next);
      } catch (error) {
        // A request is pending already, the CA is listed already, the key is refused because of the request: no change.
        if (!(error instanceof Problem) || error.details.status >= 500) throw error;
        continue;
      }
      await tellDone(gateway);
    }
  }
}

async function tellDone({ storage }: CrashGateway): Promise<void> {
  const query = storage.db.selectFrom('audit').select((e) => e.fn.countAll<number>().as('count'));
  process.stdout.write(`done ${(await query.executeTakeFirstOrThrow()).count}\n`);
}
