/**
 * One order against the ACME server at argv: `acme-orders-child.ts FOLDER HTTP-PORT` goes on with what was left or
 * begins an order, and ends. Killed at a fail point by the variable TOLLGATE_FAIL. Prints `done` or the reason.
 */

import { systemClock } from '../../src/lib/clock.ts';
import { openAcmeGateway } from '../support/acme-gateway.ts';
import { testAdministrator as actor } from '../support/temporary-storage.ts';

const [folder = '', port = '0'] = process.argv.slice(2);
const gateway = await openAcmeGateway({ folder, clock: systemClock, httpPort: Number(port) });
const { acme } = gateway;
// goes on with an order that was cut off; the scheduler itself is off
await acme.tick();
let waiting = (await acme.slots.get('server')).pending;
if (waiting === null) {
  const { id } = await acme.slots.sign(actor, 'server');
  for (let order = await acme.order(id); order.state === 'running'; order = await acme.order(id)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { state, problem } = await acme.order(id);
  process.stdout.write(`${state} ${problem?.detail ?? ''}\n`);
  waiting = (await acme.slots.get('server')).pending;
}
process.stdout.write(waiting === null ? 'nothing\n' : 'done\n');
await gateway.close();
