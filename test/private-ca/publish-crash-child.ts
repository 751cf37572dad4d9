/**
 * Revokes a certificate and publishes, in a process that a fail point may kill: `FOLDER first|again`. `first` makes the
 * authority; both print the numbers of the CRLs that are served.
 */
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import { createPublishing } from '../../src/features/private-ca/publish/create-publishing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openStorage } from '../../src/storage/storage.ts';
import { issueTo } from '../support/publishing-ca.ts';
import { testAdministrator } from '../support/temporary-storage.ts';

const [folder = '', what = ''] = process.argv.slice(2);
const storage = await openStorage(folder);
const plain = createPrivateCa({
  storage,
  clock: systemClock,
  events: { on: () => () => undefined, emit: () => undefined },
  trustedCas: { addWithin: async () => [] },
  ownUrl: async () => 'http://pki.example.com',
});
const publishing = createPublishing({
  storage,
  clock: systemClock,
  privateCa: plain,
  serve: () => undefined,
  onError: (error) => console.error(error),
});
const ca = publishing.observed(plain);
if (what === 'first') {
  const subject = (value: string) => [{ type: 'CN' as const, value }];
  const passphrase = new Secret('correct horse battery staple');
  const common = { algorithm: 'ec-p256', days: 3_650, passphrase } as const;
  const root = await ca.createRoot(testAdministrator, { ...common, subject: subject('Root'), trust: false });
  await ca.createIntermediate(testAdministrator, {
    ...common,
    subject: subject('Intermediate'),
    parent: root.id,
    partitions: 1,
    constraints: { dns: ['example.com'], ip: [], email: [] },
  });
} else {
  const { serial } = await issueTo(ca, 'host.example.com');
  await ca.revoke(testAdministrator, { serial }, 'superseded');
}
await publishing.start();
await publishing.stop();
await storage.close();
