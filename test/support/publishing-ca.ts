/** A private CA with its publishing over a storage of its own, for tests of what it publishes. */
import { createHash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import type { PrivateCa } from '../../src/features/private-ca/private-ca.ts';
import { createPublishing } from '../../src/features/private-ca/publish/create-publishing.ts';
import { Secret } from '../../src/lib/secret.ts';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { type Crl, parseCrl } from '../../src/pki/crl/crl.ts';
import { buildCsr } from '../../src/pki/csr/build.ts';
import { generateKey, type KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { readPublicationKey } from '../../src/storage/publication/publication-key.ts';
import { crlFolder, type PublishedSnapshot, readPublished } from '../../src/storage/publication/published-snapshot.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { openTemporaryStorage, type TestClock, testAdministrator } from './temporary-storage.ts';

export const rootPassphrase = new Secret('correct horse battery staple');

export interface PublishingCaOptions {
  readonly algorithm?: KeyAlgorithm;
  readonly partitions?: number;
  readonly base?: string;
  readonly clock?: TestClock;
}

/** Everything started; the root and one intermediate are made. */
export async function startPublishingCa(context: Pick<TestContext, 'after'>, options: PublishingCaOptions = {}) {
  const { algorithm = 'ec-p256', partitions = 0, base = 'http://pki.example.com' } = options;
  const opened = await openTemporaryStorage(context, ...(options.clock === undefined ? [] : [options.clock]));
  const { storage, clock } = opened;
  const errors: unknown[] = [];
  const open = () => openPublishing(storage, clock, base, errors);
  let { ca, publishing } = open();
  context.after(() => publishing.stop());
  await publishing.start();
  const root = await ca.createRoot(testAdministrator, {
    subject: [{ type: 'CN', value: `Root ${algorithm}` }],
    algorithm,
    days: 3_650,
    passphrase: rootPassphrase,
    trust: false,
  });
  const intermediate = await ca.createIntermediate(testAdministrator, {
    subject: [{ type: 'CN', value: `Intermediate ${algorithm}` }],
    algorithm,
    days: 1_825,
    parent: root.id,
    passphrase: rootPassphrase,
    constraints: { dns: ['example.com'], ip: [], email: [] },
    partitions,
  });
  await settle(publishing);
  return {
    ...opened,
    errors,
    root,
    intermediate,
    get ca() {
      return ca;
    },
    get publishing() {
      return publishing;
    },
    /** The same storage with everything else new, as after a restart of the process. */
    async restart() {
      await publishing.stop();
      ({ ca, publishing } = open());
      await publishing.start();
    },
    settle: () => settle(publishing),
    issue: (name: string, template = 'web-server') => issueTo(ca, name, template),
    revoke: async (serial: string, reason: Parameters<PrivateCa['revoke']>[2] = 'key-compromise') => {
      await ca.revoke(testAdministrator, { serial }, reason);
      await settle(publishing);
    },
    snapshot: () => snapshotOf(storage),
    crl: async (path: string) => crlAt(storage, path),
  };
}

function openPublishing(storage: Storage, clock: TestClock, base: string, errors: unknown[]) {
  const events = { on: () => () => undefined, emit: () => undefined };
  const plain = createPrivateCa({
    storage,
    clock,
    events,
    trustedCas: { addWithin: async () => [] },
    ownUrl: async () => base,
  });
  const publishing = createPublishing({
    storage,
    clock,
    privateCa: plain,
    serve: () => undefined,
    onError: (error) => errors.push(error),
  });
  return { ca: publishing.observed(plain), publishing };
}

/** Waits until what was noticed is published: changes gather for a tenth of a second. */
async function settle(publishing: { settled(): Promise<void> }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150));
  await publishing.settled();
}

export async function issueTo(ca: PrivateCa, name: string, template = 'web-server') {
  const { csr, key } = await csrFor(name);
  const issued = await ca.issue(testAdministrator, { csr, template, source: 'upload' });
  const parsed = parseCertificate(issued.certificate);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return { ...issued, parsed: parsed.value, key };
}

async function csrFor(name: string): Promise<{ csr: Uint8Array; key: KeyObject }> {
  const { privateKey: key } = await generateKey('ec-p256');
  const subject = [{ type: 'CN' as const, value: name }];
  const names = [{ kind: 'dns' as const, value: name }];
  return { csr: buildCsr({ subject, names, extendedKeyUsage: [], keyUsage: [], digest: 'sha256', key }), key };
}

async function snapshotOf(storage: Storage): Promise<PublishedSnapshot> {
  const key = await readPublicationKey(storage.folder, storage.vault);
  if (key === undefined) throw new Error('nothing was published');
  return readPublished(storage.folder, key);
}

/** The CRL that is served under a path; the file must be what the snapshot says. */
async function crlAt(storage: Storage, path: string): Promise<Crl & { readonly bytes: Uint8Array }> {
  const served = (await snapshotOf(storage)).crls.find((one) => one.path === path);
  if (served === undefined) throw new Error(`nothing is served at ${path}`);
  const bytes = readFileSync(join(crlFolder(storage.folder), served.file));
  if (createHash('sha256').update(bytes).digest('hex') !== served.sha256) throw new Error('another file was published');
  const parsed = parseCrl(bytes);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return Object.assign(parsed.value, { bytes });
}
