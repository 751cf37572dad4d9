/** A private CA behind the API's own HTTP side, for measurements: `issuing-server.ts FOLDER ALGORITHM`. */
import { join } from 'node:path';
import { createAccess } from '../../src/features/access/access.ts';
import { createAudit } from '../../src/features/audit/audit.ts';
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import { privateCaRoutes } from '../../src/features/private-ca/routes.ts';
import { createTrustedCa } from '../../src/features/trusted-ca/trusted-ca.ts';
import { createHttpApp } from '../../src/http/create-http-app.ts';
import { createHttpDoor } from '../../src/http/http-door.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { createLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { openStorage } from '../../src/storage/storage.ts';

const [folder = '', algorithm = 'ec-p256'] = process.argv.slice(2);
const storage = await openStorage(folder);
const events = createEvents((error) => console.error(error));
const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
const ca = createPrivateCa({ storage, clock, events, trustedCas });
const common = { algorithm: algorithm as KeyAlgorithm, passphrase: new Secret('four words for a bench') };
const actor = systemActor('bench');
const subject = (value: string) => [{ type: 'CN', value } as const];
const root = await ca.createRoot(actor, { ...common, subject: subject('Bench Root'), days: 3_650, trust: false });
const limits = { constraints: { dns: ['bench.test'], ip: [], email: [] }, partitions: 0 };
const intermediate = { ...common, ...limits, subject: subject('Bench Issuing CA'), days: 1_825, parent: root.id };
await ca.createIntermediate(actor, intermediate);
const door = createHttpDoor({ webFolder: folder });
await createHttpApp({
  door,
  routes: privateCaRoutes(ca),
  access: createAccess({ storage, clock }),
  audit: createAudit({ storage }),
  log: createLog('error', 'bench'),
});
const cli = join(folder, 'run', 'cli.sock');
await door.intake.listen({ admin: join(folder, 'run', 'admin.sock'), cli });
process.send?.(cli);
