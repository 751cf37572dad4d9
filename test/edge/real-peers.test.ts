/** Peers that are not ours, verified by a real gateway: baresip, sipsak, Kamailio in both directions, `openssl s_client`. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startKamailio } from '../../scripts/demo/kamailio.ts';
import {
  createPrivateCa,
  type Leaf,
  type LeafOptions,
  type LeafWish,
  openPrivateCa,
  type PrivateCa,
} from '../../scripts/demo/private-ca.ts';
import { baresip, freeShortPort, sipsak } from '../../scripts/demo/programs.ts';
import { waitFor } from '../../scripts/demo/wait-for.ts';
import type { ZoneGateway } from '../../scripts/demo/zone-gateway.ts';
import { needs } from '../support/needs.ts';
import { startLocalGateway } from './local-gateway.ts';
import { optionsRequest } from './sip-client.ts';

const skip = needs('openssl', 'baresip', 'sipsak', 'kamailio');
const gatewayName = 'gw.example.com';
const peerName = 'peer.example.com';

let folder = '';
let gateway: ZoneGateway;
let ca: PrivateCa;
let stranger: PrivateCa;

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'tollgate-peers-'));
  ca = await createPrivateCa(folder, 'Peer CA');
  stranger = await createPrivateCa(folder, 'Other CA');
  gateway = await startLocalGateway(folder, ca, await freeShortPort());
  // what a stranger presents has to be good
  await gateway.changeZone('Default zone', { tlsVerify: true });
  await gateway.checkRevocation({ mode: 'leaf' });
});

after(async () => {
  await gateway?.stop();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** The file with certificate and key that clients are given, and what the register of peers knows it by. */
async function ownFile(from: PrivateCa, wish?: Partial<LeafWish>, options?: LeafOptions) {
  const leaf = await from.leaf({ name: peerName, ...wish }, options);
  const file = join(folder, `${leaf.fingerprint}.pem`);
  writeFileSync(file, leaf.certificate + leaf.key, { mode: 0o600 });
  return { ...leaf, file };
}

test('baresip is let in with a certificate of a trusted CA, and neither without one nor with one of another CA', {
  skip,
}, async () => {
  const call = (own?: string, seconds?: number) =>
    baresip(join(folder, 'baresip'), gateway.sipPort, gatewayName, ca.ca.certificateFile, own, seconds);
  const good = await ownFile(ca);
  const wrong = await ownFile(stranger);
  await strangers('deny');
  const answered = await call(good.file);
  assert.ok(answered.ok, answered.output);
  assert.equal((await told(good.fingerprint)).accepted, true);
  assert.equal((await call(undefined, 3)).ok, false);
  await strangers('allow');
  assert.equal((await call(wrong.file, 3)).ok, false);
  assert.equal((await told(wrong.fingerprint)).code, 'path.no-issuer');
});

// the version of Debian 12 reads --tls-client-cert and presents nothing
test('sipsak, which presents no certificate, is let in as a stranger only by a default zone that neither verifies nor denies', {
  skip,
}, async () => {
  const call = ({ ca: { certificateFile } }: PrivateCa) => sipsak(gateway.sipPort, gatewayName, certificateFile);
  await strangers('allow');
  assert.equal((await call(ca)).ok, false);
  await gateway.changeZone('Default zone', { tlsVerify: false });
  const answered = await call(ca);
  assert.ok(answered.ok, answered.output);
  assert.equal((await call(stranger)).ok, false);
  await strangers('deny');
  assert.equal((await call(ca)).ok, false);
  await strangers('allow');
  await gateway.changeZone('Default zone', { tlsVerify: true });
});

/** What becomes of peers of the default zone that do not hold the name of ours. */
async function strangers(unmatched: 'allow' | 'deny'): Promise<void> {
  const ours = { name: 'ours', priority: 1, patternType: 'exact', pattern: peerName, action: 'allow' };
  await gateway.accessRules({ unmatched, rules: [ours] });
}

test('Kamailio and the gateway call each other, each verified; with a certificate of another CA neither is let in', {
  skip,
}, async () => {
  const port = await freeShortPort();
  const good = await ca.leaf({ name: 'localhost' });
  const wrong = await stranger.leaf({ name: 'localhost' });
  await gateway.addZone({ name: 'kamailio', kind: 'neighbor', peers: ['localhost'], port });
  const start = (leaf: Leaf, caFile: string) =>
    startKamailio({
      folder: join(folder, 'kamailio'),
      address: '127.0.0.1',
      port,
      certificate: leaf.certificate,
      key: leaf.key,
      caFile,
      calls: [`127.0.0.1:${gateway.sipPort}`],
    });
  const stateIs = (state: string, code: string) =>
    waitFor(async () => {
      const [peer] = (await gateway.zone('kamailio')).states;
      return peer?.state === state && peer.code === code;
    }, 60_000);

  let kamailio = await start(good, ca.ca.certificateFile);
  try {
    assert.ok(await stateIs('active', ''), (await gateway.zone('kamailio')).words);
    assert.ok(await waitFor(() => kamailio.reached().length === 1, 60_000), kamailio.output());
    assert.equal((await told(good.fingerprint)).accepted, true);
    await kamailio.stop();

    kamailio = await start(wrong, ca.ca.certificateFile);
    assert.ok(await stateIs('failed', 'path.no-issuer'), (await gateway.zone('kamailio')).words);
    assert.equal((await told(wrong.fingerprint)).code, 'path.no-issuer');
    assert.deepEqual(kamailio.reached(), []);
    await kamailio.stop();

    kamailio = await start(good, stranger.ca.certificateFile);
    assert.ok(await stateIs('failed', 'edge.zone-hung-up'), (await gateway.zone('kamailio')).words);
    assert.deepEqual(kamailio.reached(), []);
  } finally {
    await kamailio.stop();
    await gateway.changeZone('kamailio', { enabled: false });
  }
});

const bad: readonly (readonly [string, string, () => ReturnType<typeof ownFile>])[] = [
  ['of a CA that is not trusted', 'path.no-issuer', () => ownFile(stranger)],
  ['whose intermediate is missing', 'path.no-issuer', async () => ownFile(await below(ca))],
  ['that has ended', 'path.expired', () => ownFile(ca, {}, { startDate: utc(-9), endDate: utc(-1) })],
  ['that is not valid yet', 'path.not-yet-valid', () => ownFile(ca, {}, { startDate: utc(1), endDate: utc(9) })],
  ['for servers only', 'path.extended-key-usage', () => ownFile(ca, { use: 'server' })],
  ['signed with SHA-1', 'path.weak-signature', () => ownFile(ca, {}, { digest: 'sha1' })],
  ['with a key of 1024 bits', 'path.key-refused', () => ownFile(ca, {}, { key: 'rsa-1024' })],
  [
    'with an unknown critical extension',
    'path.unknown-critical-extension',
    () => ownFile(ca, {}, { extensions: [...usual, '1.2.3.4 = critical, ASN1:UTF8String:x'] }),
  ],
  [
    'whose key may not sign',
    'path.key-usage',
    () => ownFile(ca, {}, { extensions: usual.map((line) => line.replace('digitalSignature', 'keyAgreement')) }),
  ],
  ['that was revoked', 'revocation.revoked', revoked],
];

for (const version of ['tls1_2', 'tls1_3']) {
  for (const [what, code, make] of bad) {
    test(`openssl s_client with a certificate ${what} gets no answer, and the register of peers says why (${version})`, {
      skip,
    }, async () => {
      const { file, fingerprint } = await make();
      assert.doesNotMatch(await sClientOptions(file, version), /^SIP\/2\.0/m);
      const peer = await told(fingerprint);
      assert.deepEqual([peer.accepted, peer.code], [false, code], peer.words);
      assert.notEqual(peer.words, '');
    });
  }

  test(`openssl s_client with a good certificate gets an answer (${version})`, { skip }, async () => {
    const { file, fingerprint } = await ownFile(ca);
    assert.match(await sClientOptions(file, version), /^SIP\/2\.0 200 OK/m);
    assert.equal((await told(fingerprint)).accepted, true);
  });
}

/** As most certificates of the CA are. */
const usual = [
  'basicConstraints = CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = serverAuth, clientAuth',
  `subjectAltName = DNS:${peerName}`,
];

let belowNumber = 0;

async function below({ ca: root }: PrivateCa): Promise<PrivateCa> {
  return openPrivateCa(await root.issueCa(join(folder, `below-${++belowNumber}`), { name: 'Peer CA below' }));
}

async function revoked(): ReturnType<typeof ownFile> {
  const leaf = await ownFile(ca);
  await ca.revoke(leaf);
  await gateway.uploadCrl(await ca.ca.crl());
  return leaf;
}

/** Sends OPTIONS with the certificate and its key in `file`; what comes back until either side ends the connection. */
function sClientOptions(file: string, version: string): Promise<string> {
  const where = ['-connect', `127.0.0.1:${gateway.sipPort}`, '-servername', gatewayName, `-${version}`, '-quiet'];
  const words = ['s_client', ...where, '-cert', file, '-key', file, '-cipher', 'DEFAULT@SECLEVEL=0'];
  const child = spawn('openssl', words, { stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  child.stdin.on('error', () => undefined);
  child.stdin.write(optionsRequest(1));
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      child.stdin.end();
      child.kill('SIGKILL');
    });
    child.on('close', () => {
      clearTimeout(late);
      resolve(output);
    });
  });
}

/** So many days from now, as `openssl ca` takes it. */
function utc(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
}

async function told(fingerprint: string) {
  await waitFor(async () => (await gateway.peer(fingerprint)) !== undefined, 60_000);
  const peer = await gateway.peer(fingerprint);
  assert.ok(peer !== undefined, 'the register of peers knows the certificate');
  return peer;
}
