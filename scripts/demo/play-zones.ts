/** The zones demonstration itself; runs inside the network that `scripts/demo-zones.ts` makes. Argument: an empty folder. */
import { startDnsServer } from './dns-server.ts';
import { nameServer } from './namespace.ts';
import { hosts, setStage } from './stage.ts';
import { createTable } from './table.ts';
import { openZones } from './zones-open.ts';
import { revokedPeers } from './zones-revoked.ts';
import { peerRules } from './zones-rules.ts';
import { unsettledStatus } from './zones-unsettled.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('started by scripts/demo-zones.ts');

const table = createTable(100);
const stopDns = await startDnsServer(nameServer, hosts);
const stage = await setStage(folder, table);
const start = performance.now();
try {
  await openZones(stage);
  await revokedPeers(stage);
  await unsettledStatus(stage);
  await peerRules(stage);
} finally {
  await stage.close();
  stopDns();
}
process.exitCode = table.print() ? 0 : 1;
console.log(`in ${Math.round((performance.now() - start) / 1000)} s`);
