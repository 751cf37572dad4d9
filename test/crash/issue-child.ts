/** Issues certificates without end, several at once, and prints each serial number it was promised: `issue-child.ts FOLDER`. */
import { systemActor } from '../../src/lib/actor.ts';
import { openGateway } from './crash-gateway.ts';
import { readMaterial } from './private-ca-changes.ts';

const gateway = await openGateway(process.argv[2] ?? '');
const csr = Buffer.from(readMaterial(gateway.storage.folder).csr, 'base64');
const actor = systemActor('crash test');
const issue = async (): Promise<void> => {
  for (;;) {
    const { serial } = await gateway.privateCa.issue(actor, { csr, template: 'web-server', source: 'upload' });
    process.stdout.write(`${serial}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, issue));
