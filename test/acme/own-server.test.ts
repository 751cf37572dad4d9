/** Our client at our own ACME server: what no Debian server knows, windows of renewal and profiles, and every mood of a CA. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { acceptIssued, type IssuedRefusalKind } from '../../src/features/acme/client/accept-issued.ts';
import { type AcmeClient, createAcmeClient } from '../../src/features/acme/client/acme-client.ts';
import { ariCertificateId } from '../../src/features/acme/client/resource/renewal-info.ts';
import { renewalPlan } from '../../src/features/acme/client/timing/renewal-plan.ts';
import { createHttpsTransport, type HttpsTransport } from '../../src/features/acme/client/wire/https-transport.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { publicKeyInfoOf } from '../../src/pki/certificate/build.ts';
import { type AcmeCa, honest, type Lie, startAcmeCa } from '../support/acme-ca.ts';
import { runOrder } from '../support/acme-order.ts';
import { lies } from '../support/lying-answers.ts';
import { csrFor, newKey } from './acme-bench.ts';
import { problemOf } from './scripted-client.ts';

let ca: AcmeCa;
let transport: HttpsTransport;
let client: AcmeClient;
before(async () => {
  ca = await startAcmeCa({ validation: 'always' });
  transport = createHttpsTransport({ ca: [ca.httpsRoot], allowed: ['localhost'] });
});
after(async () => {
  transport.close();
  await ca.close();
});
beforeEach(async () => {
  Object.assign(ca.misbehave, honest);
  client = createAcmeClient({ directoryUrl: ca.directoryUrl, transport, clock: systemClock, accountKey: newKey() });
  await client.newAccount({ email: ['ops@example.com'], termsAgreed: true });
});

const nothing = { present: async () => undefined, remove: async () => undefined };

async function download(names: readonly string[], more: { profile?: string; replaces?: string } = {}) {
  const key = newKey();
  const identifiers = names.map((value) => ({ type: 'dns', value }) as const);
  const { chain } = await runOrder({
    client,
    order: { identifiers, ...more },
    solvers: [
      { type: 'http-01', ...nothing },
      { type: 'dns-01', ...nothing },
    ],
    csr: async () => csrFor(names, key),
    signal: AbortSignal.timeout(240_000),
    onStep: async () => undefined,
  });
  const roots = [ca.issuer.root.certificate];
  return acceptIssued({ pem: chain.pem, publicKeyInfo: publicKeyInfoOf(key), identifiers, now: Date.now(), roots });
}

async function issued(names: readonly string[], more: { profile?: string; replaces?: string } = {}) {
  const judged = await download(names, more);
  assert.ok(judged.ok, judged.ok ? '' : judged.error.message);
  return judged.value.leaf;
}

test('the window that the CA suggests is asked for by the certificate’s name and met; past and far ones are coped with', async () => {
  const leaf = await issued(['ari.example.com']);
  const id = ariCertificateId(leaf)!;
  const plan = async (random = 0.5) => {
    const { info } = await client.renewalInfo(id);
    const { notBefore, notAfter } = leaf;
    return { ...renewalPlan({ notBefore, notAfter, now: Date.now(), suggested: info, random }), info };
  };
  const honest = await plan();
  assert.equal(honest.rule, 'suggested');
  assert.ok(honest.renewAt > honest.info.start && honest.renewAt < honest.info.end);
  ca.misbehave.renewal = 'past';
  assert.equal((await plan()).due, true);
  ca.misbehave.renewal = 'far-future';
  const late = await plan();
  assert.deepEqual([late.rule, late.due], ['emergency', false]);
  ca.misbehave.renewal = 'none';
  assert.equal((await problemOf(client.renewalInfo(id))).code, 'acme.refused');
});

test('a renewal replaces its certificate once; a second one is ordered without, and both are signed', async () => {
  const first = await issued(['replaced.example.com']);
  const replaces = ariCertificateId(first)!;
  const identifiers = [{ type: 'dns', value: 'replaced.example.com' }] as const;
  await issued(['replaced.example.com'], { replaces });
  const again = await client.newOrder({ identifiers, replaces });
  assert.equal(again.replacesLeftOut, true);
  const unknown = await client.newOrder({ identifiers, replaces: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE' });
  assert.equal(unknown.replacesLeftOut, true);
});

test('profiles are those of the directory, and one that is gone is said before anything is ordered', async () => {
  const { profiles } = await client.directory();
  assert.deepEqual(Object.keys(profiles).sort(), ['client', 'web-server']);
  await issued(['profile.example.com'], { profile: 'web-server' });
  const before = ca.requests.length;
  assert.equal(
    (await problemOf(download(['profile.example.com'], { profile: 'tlsclient' }))).code,
    'acme.profile-unknown',
  );
  assert.equal(ca.requests.length, before);
});

test('twenty orders while every other nonce is refused, proofs used again and not', async () => {
  ca.misbehave.badNonce = 0.5;
  for (let i = 0; i < 20; i++) {
    ca.misbehave.reuse = i % 2 === 0;
    await issued([`n${i % 5}.example.com`, `*.n${i % 5}.example.com`]);
  }
});

test('a CA that limits, refuses, is away, silent or cuts connections is told apart, and is whole again afterwards', async () => {
  const ask = () => problemOf(download(['mood.example.com']));
  ca.misbehave.rateLimited = 3_600;
  const limited = await ask();
  assert.equal(limited.code, 'acme.rate-limited');
  assert.ok(Math.abs((limited.failure.retryAt ?? 0) - Date.now() - 3_600_000) < 300_000);
  ca.misbehave.rateLimited = undefined;
  ca.misbehave.refuses = 'rejectedIdentifier';
  assert.equal((await ask()).failure.document?.type, 'rejectedIdentifier');
  ca.misbehave.refuses = undefined;
  for (const [absent, code] of [
    ['unavailable', 'acme.refused'],
    ['reset', 'acme.no-connection'],
  ] as const) {
    ca.misbehave.absent = absent;
    assert.equal((await ask()).code, code);
  }
  ca.misbehave.absent = 'silent';
  const impatient = createHttpsTransport({ ca: [ca.httpsRoot], allowed: ['localhost'], idle: 700 });
  const { directoryUrl } = ca;
  const asking = createAcmeClient({ directoryUrl, transport: impatient, clock: systemClock, accountKey: newKey() });
  assert.equal((await problemOf(asking.directory())).code, 'acme.timeout');
  impatient.close();
  ca.misbehave.absent = undefined;
  await issued(['mood.example.com']);
});

const expected: Readonly<Record<Lie, IssuedRefusalKind | 'acme.too-large'>> = {
  html: 'not-pem',
  empty: 'empty',
  'not-base64': 'not-pem',
  'cut-off': 'not-pem',
  der: 'not-pem',
  'other-key': 'other-key',
  expired: 'expired',
  'not-yet': 'not-yet-valid',
  'too-short': 'life-too-short',
  'other-names': 'names-missing',
  'many-certificates': 'acme.too-large',
  'wrong-order': 'other-key',
  'no-chain': 'wrong-order',
  'with-key': 'private-key',
  huge: 'acme.too-large',
};

test('none of fifteen lies is taken for a certificate', async () => {
  const found: Record<string, string> = {};
  for (const lie of Object.keys(lies) as Lie[]) {
    ca.misbehave.lie = lie;
    try {
      const judged = await download([`${lie}.example.com`]);
      found[lie] = judged.ok ? 'taken' : judged.error.kind;
    } catch (error) {
      found[lie] = (await problemOf(Promise.reject(error))).code;
    }
  }
  assert.deepEqual(found, expected);
});

test('a key is rolled over, a certificate revoked, an account ended', async () => {
  const leaf = await issued(['end.example.com']);
  await client.changeKey(newKey());
  await client.revoke(leaf.der, 'superseded');
  const { info } = await client.renewalInfo(ariCertificateId(leaf)!);
  assert.ok(info.end <= Date.now(), 'a revoked certificate is to be renewed at once');
  assert.equal((await client.deactivateAccount()).status, 'deactivated');
});
