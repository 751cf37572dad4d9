/** What the private CA does while it is interrupted: authorities, certificates, revocations, a folder of `openssl ca`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateCa } from '../../src/features/private-ca/private-ca.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { Secret } from '../../src/lib/secret.ts';
import { buildCsr } from '../../src/pki/csr/build.ts';
import { generateKey } from '../../src/pki/key/generate.ts';

export interface PrivateCaMaterial {
  readonly root: string;
  /** Base64 DER of a request. */
  readonly csr: string;
  /** Serial number of a certificate that is good. */
  readonly serial: string;
  /** Base64 of a folder of another authority. */
  readonly folder: string;
}

interface With {
  readonly privateCa: PrivateCa;
}

const actor = systemActor('crash test');
const passphrase = new Secret('four words for a crash');
const constraints = { dns: ['example.com'], ip: [], email: [] };
const common = { algorithm: 'ec-p256', days: 365, passphrase } as const;

export const privateCaChanges: Readonly<
  Record<string, (gateway: With, material: { readonly privateCa: PrivateCaMaterial }) => Promise<unknown>>
> = {
  'create a root': ({ privateCa }) =>
    privateCa.createRoot(actor, { ...common, subject: [{ type: 'CN', value: 'Second Root' }], trust: false }),
  'create an intermediate': ({ privateCa }, { privateCa: { root } }) =>
    privateCa.createIntermediate(actor, {
      ...common,
      constraints,
      parent: root,
      partitions: 0,
      subject: [{ type: 'CN', value: 'Second Issuing CA' }],
    }),
  'issue a certificate': ({ privateCa }, { privateCa: { csr } }) =>
    privateCa.issue(actor, { csr: Buffer.from(csr, 'base64'), template: 'web-server', source: 'upload' }),
  'revoke a certificate': ({ privateCa }, { privateCa: { serial } }) =>
    privateCa.revoke(actor, { serial }, 'key-compromise'),
  'import a folder': ({ privateCa }, { privateCa: { folder } }) =>
    privateCa.importDemoCa(actor, Buffer.from(folder, 'base64'), passphrase),
};

/** A root, an intermediate, one certificate; and what another gateway exported. */
export async function preparePrivateCa(ca: PrivateCa, elsewhere: PrivateCa): Promise<PrivateCaMaterial> {
  const other = await elsewhere.createRoot(actor, {
    ...common,
    subject: [{ type: 'CN', value: 'Other Root' }],
    trust: false,
  });
  const { privateKey } = await generateKey('ec-p256');
  const names = [{ kind: 'dns', value: 'a.example.com' }] as const;
  const usage = { extendedKeyUsage: [], keyUsage: [], digest: 'sha256' } as const;
  const csr = buildCsr({ subject: [{ type: 'CN', value: 'a.example.com' }], names, ...usage, key: privateKey });
  await elsewhere.issue(actor, { csr, template: 'client', authority: other.id, passphrase, source: 'upload' });
  const { archive } = await elsewhere.exportDemoCa(actor, other.id, passphrase);
  const root = await ca.createRoot(actor, { ...common, subject: [{ type: 'CN', value: 'First Root' }], trust: true });
  await ca.createIntermediate(actor, {
    ...common,
    constraints,
    parent: root.id,
    partitions: 0,
    subject: [{ type: 'CN', value: 'First Issuing CA' }],
  });
  const { serial } = await ca.issue(actor, { csr, template: 'web-server', source: 'upload' });
  return {
    root: root.id,
    serial,
    csr: Buffer.from(csr).toString('base64'),
    folder: Buffer.from(archive).toString('base64'),
  };
}

/** What `preparePrivateCa` made for this folder. */
export function readMaterial(folder: string): PrivateCaMaterial {
  const material = JSON.parse(readFileSync(join(folder, 'material.json'), 'utf8')) as { privateCa: PrivateCaMaterial };
  return material.privateCa;
}
