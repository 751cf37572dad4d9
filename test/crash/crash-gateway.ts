/**
 * The features that change things, over a real data folder and without sockets, and the changes that are interrupted.
 * What has to be there before a change is in the folder that `prepareFolder` makes; every change is one transaction.
 */
import { createHash, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultEdgeSettings, writeSnapshot } from '../../src/edge/snapshot.ts';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import {
  createIdentity,
  type Identity,
  type SignedCertificate,
  type Slot,
} from '../../src/features/identity/identity.ts';
import { createPrivateCa } from '../../src/features/private-ca/create-private-ca.ts';
import type { PrivateCa } from '../../src/features/private-ca/private-ca.ts';
import { createRevocation } from '../../src/features/revocation/create-revocation.ts';
import type { RevocationFeature } from '../../src/features/revocation/revocation.ts';
import { createSettings, type SettingsFeature } from '../../src/features/settings/settings.ts';
import { createTrustedCa, type TrustedCaFeature } from '../../src/features/trusted-ca/trusted-ca.ts';
import { systemActor } from '../../src/lib/actor.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createEvents } from '../../src/lib/events.ts';
import { buildCertificate } from '../../src/pki/certificate/build.ts';
import { recogniseUpload } from '../../src/pki/container/recognise.ts';
import { parseCsr } from '../../src/pki/csr/csr.ts';
import { generateKey } from '../../src/pki/key/generate.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { parsedCertificate } from '../support/made-certificates.ts';
import { makeCrlDer } from '../support/made-crls.ts';
import { type PrivateCaMaterial, preparePrivateCa, privateCaChanges } from './private-ca-changes.ts';

export interface CrashGateway {
  readonly storage: Storage;
  readonly settings: SettingsFeature;
  readonly trustedCas: TrustedCaFeature;
  readonly identity: Identity;
  readonly revocation: RevocationFeature;
  readonly privateCa: PrivateCa;
}

/** Opens a data folder as the administration process does; the edge's snapshot is written after each change. */
export async function openGateway(folder: string): Promise<CrashGateway> {
  const storage = await openStorage(folder);
  const clock = systemClock;
  const events = createEvents((error) => console.error(error));
  const settings = createSettings({ storage, clock, events });
  const trustedCas = createTrustedCa({ storage, clock, events, publicRoots: [] });
  const identity: Identity = createIdentity({
    storage,
    clock,
    events,
    settings,
    trustedCas,
    hostName: 'crash',
    openUpload: async (bytes, options) => recogniseUpload(bytes, options),
    publish: async () =>
      writeSnapshot(folder, storage.vault, {
        ...noPeers,
        format: 2,
        serial: Date.now(),
        identities: await identity.forEdge(),
        trust: [],
        settings: defaultEdgeSettings,
      }),
  });
  const onError = (error: unknown): void => console.error(error);
  const revocation = createRevocation({ storage, clock, events, trustedCas, onError });
  await revocation.start();
  const privateCa = createPrivateCa({ storage, clock, events, settings, trustedCas, slots: identity });
  return { storage, settings, trustedCas, identity, revocation, privateCa };
}

const actor = systemActor('crash test');

/** Files that people would upload; made once, read by every child. */
interface Material {
  readonly first: Pair;
  readonly second: Pair;
  readonly forCsr: string;
  /** Answer of a CA to the renewal that was requested; base64 DER. */
  readonly signed: { readonly certificate: string; readonly keyId: string; readonly ca: string };
  readonly ca: string;
  readonly anotherCa: string;
  readonly anotherCaFingerprint: string;
  readonly removedCa: string;
  /** Base64 DER, of the other CA: the one in use and a newer one. */
  readonly crls: readonly [string, string];
  readonly privateCa: PrivateCaMaterial;
}

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** Every change that a test interrupts. `first start` begins with an empty folder, the others with a prepared one. */
export const changes: Readonly<Record<string, (gateway: CrashGateway, material: Material) => Promise<unknown>>> = {
  'first start': ({ identity }) => identity.ensureTemporary(),
  upload: ({ identity }, { second }) => upload(identity, 'server', [second.certificate, second.key]),
  'upload for a request': ({ identity }, { forCsr }) => upload(identity, 'client', [forCsr]),
  'upload to an empty slot': ({ identity }, { second }) =>
    upload(identity, 'domain:second.example.com', [second.certificate, second.key]),
  'roll back': ({ identity }) => identity.rollBack(actor, 'server'),
  reset: ({ identity }) => identity.reset(actor, 'server'),
  'make a request': ({ identity }) => identity.generateCsr(actor, 'server', { key: 'ec-p256' }),
  'discard a request': ({ identity }) => identity.discardCsr(actor, 'client'),
  'request a renewal': ({ identity }) => identity.csrForRenewal(actor, 'server', { key: 'rotate' }),
  'keep a signed certificate': ({ identity }, { signed }) =>
    identity.acceptSigned(actor, 'domain:second.example.com', signedBy(signed)),
  'deploy a signed certificate': ({ identity }) =>
    identity.deployPending(actor, 'domain:first.example.com', { copyAsClient: true }),
  'discard a signed certificate': ({ identity }) => identity.discardPending(actor, 'domain:first.example.com'),
  'remove a domain': ({ identity }) => identity.removeDomain(actor, 'domain:first.example.com'),
  'append a CA': ({ trustedCas }, { ca }) => trustedCas.append(actor, Buffer.from(ca), { fileName: 'ca.pem' }),
  'delete a CA': ({ trustedCas }, { anotherCaFingerprint }) => trustedCas.remove(actor, [anotherCaFingerprint]),
  'reset the CAs': ({ trustedCas }) => trustedCas.reset(actor),
  'undo a deletion': async ({ trustedCas }) => trustedCas.undo(actor, (await trustedCas.removals())[0]!.id),
  'upload a CRL': ({ revocation }, { crls }) => revocation.upload(actor, Buffer.from(crls[1], 'base64'), 'new.crl'),
  'remove the CRLs': ({ revocation }) => revocation.removeManual(actor),
  'revocation settings': async ({ revocation }) =>
    revocation.updateSettings(
      actor,
      { automatic: { dailyUpdateTime: '04:00' }, purposes: { 'sip-tls': { mode: 'chain' } } },
      (await revocation.settings()).version,
    ),
  ...privateCaChanges,
  settings: async ({ settings }) =>
    settings.update(actor, { dnsNames: ['other.example.com'] }, (await settings.get()).version),
};

/** Makes a gateway in use: two versions of the server certificate, a request, two domains, CAs, a deletion. */
export async function prepareFolder(folder: string): Promise<void> {
  const gateway = await openGateway(folder);
  const { identity, settings, trustedCas } = gateway;
  await identity.ensureTemporary();
  await settings.update(actor, { fqdn: 'gateway.example.com' }, (await settings.get()).version);
  const [signer, another, removed] = [await makeCa('One'), await makeCa('Two'), await makeCa('Three')];
  const first = await issue(signer, 'gateway.example.com');
  const second = await issue(signer, 'gateway.example.com');
  await upload(identity, 'server', [first.certificate, first.key]);
  const request = await identity.generateCsr(actor, 'client', { key: 'ec-p256' });
  const csr = parseCsr(await identity.csrDer('client'));
  if (!csr.ok) throw new Error(`${request.id}: ${csr.error.message}`);
  for (const domain of ['first.example.com', 'second.example.com']) await identity.addDomain(actor, domain);
  const own = await issue(signer, 'first.example.com');
  await upload(identity, 'domain:first.example.com', [own.certificate, own.key]);
  const waiting = await renewal(identity, 'domain:first.example.com', signer);
  await identity.acceptSigned(actor, 'domain:first.example.com', signedBy(waiting));
  const signed = await renewal(identity, 'domain:second.example.com', signer);
  const fileName = 'ca.pem';
  for (const { pem } of [another, removed]) await trustedCas.append(actor, Buffer.from(pem), { fileName });
  await trustedCas.remove(actor, [removed.fingerprint]);
  const crls = [crlOf(another, 1), crlOf(another, 2)] as const;
  await gateway.revocation.upload(actor, Buffer.from(crls[0], 'base64'), 'first.crl');
  const elsewhere = await openGateway(`${folder}-elsewhere`);
  const material: Material = {
    first,
    second,
    forCsr: pemOf(certify(signer, 'gateway.example.com', csr.value.publicKeyInfo)),
    signed,
    ca: signer.pem,
    anotherCa: another.pem,
    anotherCaFingerprint: another.fingerprint,
    removedCa: removed.pem,
    crls,
    privateCa: await preparePrivateCa(gateway.privateCa, elsewhere.privateCa),
  };
  await gateway.storage.close();
  await elsewhere.storage.close();
  writeFileSync(join(folder, 'material.json'), JSON.stringify(material), { mode: 0o600 });
}

/** Runs one change by its name; rejects with what refused it. */
export async function runChange(gateway: CrashGateway, name: string): Promise<void> {
  const change = changes[name];
  if (change === undefined) throw new Error(`no change is called ${name}`);
  const file = join(gateway.storage.folder, 'material.json');
  await change(gateway, name === 'first start' ? ({} as Material) : JSON.parse(readFileSync(file, 'utf8')));
}

async function upload(identity: Identity, slot: Slot, files: readonly string[]): Promise<void> {
  const request = { files: files.map((text) => ({ content: Buffer.from(text).toString('base64') })) };
  const preview = await identity.previewUpload(slot, request);
  await identity.confirmUpload(actor, slot, preview.previewId, preview.typed === null ? {} : { typed: preview.typed });
}

/** Asks for a renewal and lets `ca` sign it. */
async function renewal(identity: Identity, slot: Slot, ca: Ca): Promise<Material['signed']> {
  const { csr, keyId } = await identity.csrForRenewal(actor, slot, { key: 'rotate' });
  const parsed = parseCsr(csr);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const certificate = certify(ca, slot.slice('domain:'.length), parsed.value.publicKeyInfo);
  return { certificate: Buffer.from(certificate).toString('base64'), keyId, ca: ca.pem };
}

function signedBy({ certificate, keyId, ca }: Material['signed']): SignedCertificate {
  const root = parsedCertificate(new Uint8Array(Buffer.from(ca.replace(/-----.*-----/g, ''), 'base64')));
  const chain = [new Uint8Array(Buffer.from(certificate, 'base64'))];
  return { chain, keyId, names: [], roots: [root], source: 'acme' };
}

interface Ca {
  readonly pem: string;
  readonly fingerprint: string;
  readonly name: readonly [{ readonly type: 'CN'; readonly value: string }];
  readonly key: KeyObject;
}

const day = 86_400_000;

async function makeCa(value: string): Promise<Ca> {
  const name = [{ type: 'CN', value: `Test CA ${value}` }] as const;
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const der = buildCertificate({
    subject: name,
    issuer: name,
    publicKeyInfo,
    serial: randomBytes(16),
    notBefore: Date.now() - day,
    notAfter: Date.now() + 900 * day,
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    signingKey: privateKey,
    digest: 'sha256',
  });
  return { pem: pemOf(der), fingerprint: createHash('sha256').update(der).digest('hex'), name, key: privateKey };
}

async function issue(ca: Ca, dns: string): Promise<Pair> {
  const { privateKey, publicKeyInfo } = await generateKey('ec-p256');
  const key = createPrivateKey({
    key: privateKey.export({ type: 'pkcs8', format: 'der' }),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    certificate: pemOf(certify(ca, dns, publicKeyInfo)),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function certify(ca: Ca, dns: string, publicKeyInfo: Uint8Array): Uint8Array {
  return buildCertificate({
    subject: [{ type: 'CN', value: dns }],
    issuer: ca.name,
    publicKeyInfo,
    serial: randomBytes(16),
    notBefore: Date.now() - day,
    notAfter: Date.now() + 90 * day,
    extensions: {
      basicConstraints: { ca: false },
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: [{ kind: 'dns', value: dns }],
    },
    signingKey: ca.key,
    digest: 'sha256',
  });
}

function crlOf({ pem, key }: Ca, number: number): string {
  const der = new Uint8Array(Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64'));
  const made = { der, pem, key, certificate: parsedCertificate(der) };
  const times = { thisUpdate: Date.now() - day + number, nextUpdate: Date.now() + 90 * day };
  return Buffer.from(makeCrlDer(made, { number, ...times })).toString('base64');
}

function pemOf(der: Uint8Array): string {
  return encodePem('CERTIFICATE', der);
}
