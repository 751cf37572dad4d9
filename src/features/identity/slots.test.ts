import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type IdentityGateway, startIdentityGateway } from '../../../test/support/identity-gateway.ts';
import { certificateOf, makeLeaf } from '../../../test/support/leaf.ts';
import { createOpensslCa, createOpensslPkcs12, type OpensslCa, openssl } from '../../../test/support/openssl.ts';
import { systemActor } from '../../lib/actor.ts';
import type {
  ChangeResult,
  CsrDefaults,
  CsrView,
  IdentityOverview,
  IdentityView,
  UploadConfirmation,
  UploadPreview,
} from './schemas.ts';

const day = 86_400_000;
const actor = systemActor('test');
let gateway: IdentityGateway;
let ca: OpensslCa;

before(async () => {
  gateway = await startIdentityGateway({ fqdn: 'gw1.example.com' });
  ca = await createOpensslCa(join(gateway.folder, 'ca'), { name: 'Known CA' });
  await gateway.trustedCas.append(actor, Buffer.from(ca.certificate), { fileName: 'ca.pem' });
});
after(() => gateway.close());

const path = (slot: string) => `/identities/${encodeURIComponent(slot)}`;
const view = (slot = 'server') => gateway.must<IdentityView>('GET', path(slot));
const conditionCodes = (shown: IdentityOverview) => shown.conditions.map((c) => c.code);

interface Options extends UploadConfirmation {
  readonly slot?: string;
  readonly password?: string;
  readonly reuseKey?: boolean;
}

async function preview(files: readonly (string | Uint8Array)[], options: Options = {}): Promise<UploadPreview> {
  const { slot = 'server', password, reuseKey } = options;
  return gateway.must('POST', `${path(slot)}/uploads`, {
    files: files.map((content) => ({ content: Buffer.from(content).toString('base64') })),
    ...(password === undefined ? {} : { password }),
    ...(reuseKey === undefined ? {} : { reuseKey }),
  });
}

function confirm(shown: UploadPreview, confirmation: UploadConfirmation = {}): Promise<ChangeResult> {
  return gateway.must('POST', `${path(shown.slot)}/uploads/${shown.previewId}/confirmation`, confirmation);
}

async function load(files: readonly (string | Uint8Array)[], options: Options = {}): Promise<ChangeResult> {
  const { appendIssuer } = options;
  return confirm(await preview(files, options), appendIssuer === undefined ? {} : { appendIssuer });
}

async function newLeaf(names = ['gw1.example.com']): Promise<{ certificate: string; key: string }> {
  return ca.issue(names);
}

const commonNameServed = async () => certificateOf((await gateway.identity.forEdge())[0]?.certificatePem ?? '').subject;

describe('first start', () => {
  test('makes a temporary CA of RSA 2048 for five years and trusts it', async () => {
    const [listed] = (await gateway.trustedCas.list()).filter((row) => row.source === 'temporary');
    const certificate = (await gateway.trustedCas.certificates())[0];
    assert.equal(certificate?.basicConstraints?.ca, true);
    assert.equal(certificate?.publicKey.bits, 2048);
    const years = ((certificate?.notAfter ?? 0) - (certificate?.notBefore ?? 0)) / day;
    assert.ok(years > 1824 && years < 1827, `${years} days`);
    assert.ok(listed);
  });

  test('makes a server certificate for one year, both usages, the FQDN in CN and SAN', async () => {
    const { active, conditions } = await view();
    assert.equal(active?.temporary, true);
    assert.equal(active?.commonName, 'gw1.example.com');
    assert.deepEqual(active?.names, [{ kind: 'dns', value: 'gw1.example.com', text: 'DNS:gw1.example.com' }]);
    assert.deepEqual(active?.extendedKeyUsage, ['serverAuth', 'clientAuth']);
    assert.equal(active?.chainComplete, true);
    assert.equal(Math.round((Date.parse(active?.notAfter ?? '') - Date.now()) / day), 365);
    assert.deepEqual(
      conditions.map((c) => c.code),
      ['identity.temporary-certificate'],
    );
    assert.match(conditions[0]?.hint ?? '', /replace/);
  });

  test('openssl verifies the temporary certificate against the temporary CA', async () => {
    const file = (name: string) => join(gateway.folder, name);
    await writeFile(file('temporary-ca.pem'), await gateway.trustedCas.pem());
    await writeFile(file('temporary.pem'), await gateway.identity.pem('server'));
    const args = ['verify', '-x509_strict', '-CAfile', file('temporary-ca.pem'), '-verify_hostname', 'gw1.example.com'];
    assert.match(await openssl([...args, file('temporary.pem')]), /OK/);
  });

  test('is done once', async () => {
    const before = await gateway.state();
    assert.equal(await gateway.identity.ensureTemporary(), false);
    assert.equal(await gateway.state(), before);
  });

  test('without an FQDN the name is <host>.invalid, with a prompt to set one', async () => {
    const nameless = await startIdentityGateway();
    try {
      const shown = await nameless.must<IdentityView>('GET', '/identities/server');
      assert.equal(shown.active?.commonName, 'gate-way-7.invalid');
      assert.match(shown.conditions[0]?.hint ?? '', /Set this gateway's FQDN/);
      assert.deepEqual(await nameless.auditActions(), ['identity.first-start', 'trusted-ca.seed']);
    } finally {
      await nameless.close();
    }
  });
});

describe('from request to served certificate', () => {
  test('the certificate of the pending CSR is served, and the CSR stays as last CSR', async () => {
    const csr = await gateway.must<CsrView>('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    const before = gateway.publishing.count;
    const actions = (await gateway.auditActions()).length;
    const result = await load([await ca.sign(csr.pem)]);
    assert.equal(result.served, true);
    assert.equal(result.identity.active?.source, 'csr');
    assert.equal(result.identity.pendingCsr, null);
    assert.equal(result.identity.lastCsr?.id, csr.id);
    assert.equal(gateway.publishing.count, before + 1);
    assert.deepEqual((await gateway.auditActions()).slice(actions), ['identity.upload']);
    assert.equal((await gateway.must<CsrView>('GET', `${path('server')}/csr`)).pem, csr.pem, 'still downloadable');
  });

  test('the last CSR blocks neither a key upload nor a new CSR', async () => {
    const { certificate, key } = await newLeaf();
    assert.equal((await load([certificate, key])).identity.active?.source, 'upload');
    await gateway.must('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    await gateway.must('DELETE', `${path('server')}/csr`);
  });

  test('a re-issued certificate for the current key needs no key file', async () => {
    const csr = await gateway.must<CsrView>('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    await load([await ca.sign(csr.pem)]);
    const reissued = await ca.sign(csr.pem);
    const problem = await gateway.refused('POST', `${path('server')}/uploads`, {
      files: [{ content: Buffer.from(reissued).toString('base64') }],
    });
    assert.match(problem.hint ?? '', /Re-use current private key/);
    const { identity } = await load([reissued], { reuseKey: true });
    assert.equal(identity.active?.source, 'reused-key');
    assert.equal(identity.active?.publicKeySha256, csr.publicKeySha256);
  });

  test('a certificate for a key that was replaced and destroyed is refused by name', async () => {
    const old = await newLeaf();
    await load([old.certificate, old.key]);
    for (const _ of [1, 2]) {
      const next = await newLeaf();
      await load([next.certificate, next.key]);
    }
    const problem = await gateway.refused('POST', `${path('server')}/uploads`, {
      files: [{ content: Buffer.from(old.certificate).toString('base64') }],
    });
    assert.match(problem.detail, /no matching key.*an earlier server certificate; its key is no longer held/);
    assert.match(problem.hint ?? '', /generate a new CSR/);
  });

  test('a pending CSR survives the re-use of the current key', async () => {
    const csr = await gateway.must<CsrView>('POST', `${path('server')}/csr`, { reuseKey: true });
    const certificate = await ca.sign(csr.pem);
    await gateway.must('DELETE', `${path('server')}/csr`);
    const other = await gateway.must<CsrView>('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    const { identity } = await load([certificate], { reuseKey: true });
    assert.equal(identity.pendingCsr?.id, other.id);
    await gateway.must('DELETE', `${path('server')}/csr`);
  });

  test('what is served can be shown as openssl shows it', async () => {
    const { certificate, key } = await newLeaf();
    await load([certificate, key]);
    const file = join(gateway.folder, 'shown.pem');
    await writeFile(file, certificate);
    const { text } = await gateway.must<{ text: string }>('GET', `${path('server')}/text`);
    assert.equal(text.trim(), (await openssl(['x509', '-in', file, '-noout', '-text'])).trim());
    const shown = await view();
    assert.match(shown.expires ?? '', /^Currently loaded certificate expires on \d{4}-\d\d-\d\dT/);
    for (const [hash, print] of [
      ['sha256', shown.active?.fingerprintSha256],
      ['sha1', shown.active?.fingerprintSha1],
    ] as const) {
      assert.ok((await openssl(['x509', '-in', file, '-noout', '-fingerprint', `-${hash}`])).includes(String(print)));
    }
    assert.equal((await gateway.call('GET', `${path('server')}/pem`)).text, certificate);
    assert.deepEqual(shown.usedBy, ['HTTPS: web page and API', 'SIP TLS', 'TLS connections that the gateway opens']);
    assert.ok(shown.history.length >= 3, 'the time line of renewals');
    assert.ok(shown.history.some((version) => version.state === 'retired'));
    assert.deepEqual(
      shown.active?.chain.map((link) => [link.role, link.served]),
      [
        ['leaf', true],
        ['anchor', false],
      ],
    );
  });

  test('keys of retired certificates are destroyed, two good versions stay', async () => {
    const rows = await gateway.storage.db
      .selectFrom('identity_versions')
      .selectAll()
      .where('slot', '=', 'server')
      .execute();
    for (const row of rows) assert.equal(row.sealed_key.length === 0, row.state === 'retired', row.state);
    assert.deepEqual(
      rows
        .map((r) => r.state)
        .filter((s) => s !== 'retired')
        .sort(),
      ['active', 'previous'],
    );
  });
});

describe('forms of an upload', () => {
  let below: OpensslCa;
  let leaf: { certificate: string; key: string };
  const chainOf = (shown: UploadPreview) => shown.chain.map((link) => link.commonName);
  const whole = ['gw1.example.com', 'Below CA', 'Known CA'];

  before(async () => {
    below = await ca.issueCa(join(gateway.folder, 'below'), { name: 'Below CA' });
    leaf = await below.issue(['gw1.example.com']);
  });

  test('a chain in any order, key and certificate in one file', async () => {
    const shown = await preview([`${ca.certificate}${leaf.key}${below.certificate}${leaf.certificate}`]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /put in order/.test(note)));
    assert.ok(shown.notes.some((note) => /root certificate .*CN=Known CA is not sent/.test(note)));
    const { identity } = await confirm(shown);
    assert.deepEqual(
      identity.active?.chain.map((l) => [l.role, l.served]),
      [
        ['leaf', true],
        ['intermediate', true],
        ['anchor', false],
      ],
    );
    const served = (await gateway.identity.forEdge())[0]?.certificatePem ?? '';
    assert.equal(served, leaf.certificate + below.certificate);
  });

  test('DER is converted, and that is said', async () => {
    const der = certificateOf(leaf.certificate).der;
    const shown = await preview([der, leaf.key, certificateOf(below.certificate).der]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /DER/.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('PKCS#7 is taken apart, and that is said', async () => {
    const files = ['leaf', 'below'].map((name) => join(gateway.folder, `${name}.p7in`));
    await writeFile(files[0]!, leaf.certificate);
    await writeFile(files[1]!, below.certificate);
    const p7 = await openssl(['crl2pkcs7', '-nocrl', '-certfile', files[0]!, '-certfile', files[1]!]);
    const shown = await preview([p7, leaf.key]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /PKCS#7/.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('PKCS#12 asks for its password and counts as a key upload', async () => {
    const contents = { ...leaf, chain: [below.certificate], password: 'geheim' };
    const p12 = await createOpensslPkcs12(gateway.folder, contents);
    const content = Buffer.from(p12).toString('base64');
    const ask = (more: object) =>
      gateway.refused('POST', `${path('server')}/uploads`, { files: [{ content }], ...more });
    assert.match((await ask({})).detail, /password/i);
    assert.match((await ask({ password: 'wrong' })).detail, /password/i);
    const shown = await preview([p12], { password: 'geheim' });
    assert.equal(shown.keySource, 'uploaded');
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(
      shown.notes.some((note) => /PKCS#12/.test(note)),
      JSON.stringify(shown.notes),
    );
    await gateway.must('POST', `${path('server')}/csr`, { key: 'ec-p256' });
    const pending = await ask({ password: 'geheim' });
    assert.ok(pending.errors?.some((e) => e.code === 'identity.key-while-csr-pending'));
    await gateway.must('DELETE', `${path('server')}/csr`);
  });

  test('a key file without final newline is accepted, and that is said', async () => {
    const shown = await preview([leaf.certificate, leaf.key.trimEnd(), below.certificate]);
    assert.ok(
      shown.notes.some((note) => /newline/i.test(note)),
      JSON.stringify(shown.notes),
    );
  });

  test('a certificate that does not belong to the chain is left out, and that is said', async () => {
    const alien = await newLeaf(['alien.example.com']);
    const shown = await preview([leaf.certificate, alien.certificate, leaf.key, below.certificate]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /CN=alien\.example\.com does not belong to the chain/.test(note)));
  });

  test('an intermediate of the trusted list completes the chain that is served', async () => {
    await gateway.trustedCas.append(actor, Buffer.from(below.certificate), { fileName: 'below.pem' });
    const shown = await preview([leaf.certificate, leaf.key]);
    assert.deepEqual(chainOf(shown), whole);
    assert.ok(shown.notes.some((note) => /added to the chain from the trusted CA list/.test(note)));
  });
});

describe('confirming a preview', () => {
  const confirmation = (shown: UploadPreview) => `${path(shown.slot)}/uploads/${shown.previewId}/confirmation`;

  test('works once', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    await confirm(shown, { digest: shown.digest });
    const problem = await gateway.refused('POST', confirmation(shown), {});
    assert.equal(problem.code, 'identity.no-preview');
  });

  test('is refused with 409 when the slot changed since', async () => {
    const leaf = await newLeaf();
    for (const change of [
      () => gateway.must('POST', `${path('server')}/csr`, { key: 'ec-p256' }),
      () => gateway.must('DELETE', `${path('server')}/csr`),
      () => gateway.must('POST', `${path('server')}/roll-back`),
    ]) {
      const pending = (await view()).pendingCsr !== null;
      const shown = pending ? undefined : await preview([leaf.certificate, leaf.key]);
      await change();
      if (shown === undefined) continue;
      const before = await gateway.state();
      const problem = await gateway.refused('POST', confirmation(shown), {});
      assert.deepEqual([problem.status, problem.code], [409, 'identity.preview-stale']);
      assert.equal(await gateway.state(), before);
    }
  });

  test('is refused with 409 when the upload is another one', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const other = await preview([leaf.certificate, `${leaf.key}\n`]);
    assert.notEqual(shown.digest, other.digest);
    const problem = await gateway.refused('POST', confirmation(shown), { digest: other.digest });
    assert.deepEqual([problem.status, problem.code], [409, 'identity.preview-stale']);
  });

  test('a preview that ended is gone at the next start, with the key in it', async () => {
    const leaf = await newLeaf();
    const { previewId } = await preview([leaf.certificate, leaf.key]);
    const rows = async () => gateway.storage.db.selectFrom('previews').select('id').execute();
    assert.ok((await rows()).some((row) => row.id === previewId));
    gateway.time.offset = 16 * 60_000;
    await gateway.identity.ensureTemporary();
    gateway.time.offset = 0;
    assert.deepEqual(await rows(), []);
  });

  test('a preview shows no key, and its row is sealed', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const body = leaf.key.split('\n').slice(1, -2).join('');
    assert.ok(!JSON.stringify(shown).includes(body.slice(0, 40)));
    const [row] = await gateway.storage.db
      .selectFrom('previews')
      .selectAll()
      .where('id', '=', shown.previewId)
      .execute();
    const secret = createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'der' });
    assert.equal(Buffer.from(row?.content ?? []).indexOf(secret.subarray(40, 60)), -1);
  });

  test('is refused when the preview has ended, and in another slot', async () => {
    const leaf = await newLeaf();
    const shown = await preview([leaf.certificate, leaf.key]);
    const elsewhere = `${path('client')}/uploads/${shown.previewId}/confirmation`;
    assert.equal((await gateway.refused('POST', elsewhere, {})).code, 'identity.no-preview');
    gateway.time.offset = 16 * 60_000;
    const problem = await gateway.refused('POST', confirmation(shown), {});
    gateway.time.offset = 0;
    assert.deepEqual([problem.status, problem.code], [410, 'identity.preview-ended']);
  });

  test('appends the missing issuer in the same step, once asked to', async () => {
    const other = await createOpensslCa(join(gateway.folder, 'other'), { name: 'Other CA' });
    const leaf = await other.issue(['gw1.example.com']);
    const files = [leaf.certificate, leaf.key, other.certificate];
    const listed = async () => (await gateway.trustedCas.list()).some((row) => row.label === 'Other CA');
    await load(files);
    assert.equal(await listed(), false);
    const { identity } = await load(files, { appendIssuer: true });
    assert.equal(await listed(), true);
    assert.equal(identity.active?.chainComplete, true);
    assert.deepEqual((await gateway.auditActions()).slice(-2), ['trusted-ca.append', 'identity.upload']);
  });

  test('says when the certificate is stored but not served, and why', async () => {
    const leaf = await newLeaf();
    gateway.publishing.fail = 'edge 2 did not answer within 5 s';
    const result = await load([leaf.certificate, leaf.key]);
    gateway.publishing.fail = undefined;
    assert.equal(result.served, false);
    assert.match(result.notServed ?? '', /stored, but not every listener serves it.*edge 2 did not answer/);
    assert.equal((await gateway.call('GET', `${path('server')}/pem`)).text, leaf.certificate);
  });
});

describe('roll-back and reset', () => {
  test('roll-back serves the previous certificate, and again the one before', async () => {
    const first = await newLeaf();
    const second = await newLeaf();
    await load([first.certificate, first.key]);
    await load([second.certificate, second.key]);
    const pem = async () => (await gateway.identity.forEdge())[0]?.certificatePem;
    await gateway.must<ChangeResult>('POST', `${path('server')}/roll-back`);
    assert.equal(await pem(), first.certificate);
    await gateway.must('POST', `${path('server')}/roll-back`);
    assert.equal(await pem(), second.certificate);
    assert.deepEqual((await gateway.auditActions()).slice(-2), ['identity.roll-back', 'identity.roll-back']);
  });

  test('reset makes a fresh temporary certificate and keeps the replaced one', async () => {
    const before = await view();
    const { identity } = await gateway.must<ChangeResult>('POST', `${path('server')}/reset`);
    assert.equal(identity.active?.temporary, true);
    assert.equal(identity.active?.chainComplete, true);
    assert.equal(identity.previous?.id, before.active?.id);
    const again = await gateway.must<ChangeResult>('POST', `${path('server')}/reset`);
    assert.notEqual(again.identity.active?.serial, identity.active?.serial);
  });

  test('a temporary CA near its end is replaced at reset, and the new one is trusted', async () => {
    const cas = async () => (await gateway.trustedCas.list()).filter((row) => row.source === 'temporary').length;
    const before = await cas();
    gateway.time.offset = 4.5 * 365 * day;
    const { identity } = await gateway.must<ChangeResult>('POST', `${path('server')}/reset`);
    gateway.time.offset = 0;
    assert.equal(identity.active?.chainComplete, true);
    assert.equal(await cas(), before + 1);
    await gateway.must('POST', `${path('server')}/reset`);
  });

  test('a client slot resets to the server certificate, and rolls back', async () => {
    const nothing = await gateway.refused('POST', `${path('client')}/reset`);
    assert.equal(nothing.code, 'identity.already-default');
    assert.equal((await gateway.identity.forClient())?.slot, 'server');
    assert.equal((await view('client')).served, 'server');
    const leaf = await newLeaf();
    await load([leaf.certificate, leaf.key], { slot: 'client' });
    assert.equal((await gateway.identity.forClient())?.certificatePem, leaf.certificate);
    assert.deepEqual((await view('server')).usedBy, ['HTTPS: web page and API', 'SIP TLS']);
    await gateway.must('POST', `${path('client')}/reset`);
    assert.equal((await gateway.identity.forClient())?.slot, 'server');
    await gateway.must('POST', `${path('client')}/roll-back`);
    assert.equal((await gateway.identity.forClient())?.certificatePem, leaf.certificate);
    await gateway.must('POST', `${path('client')}/reset`);
  });

  test('there is nothing to roll back to in a fresh slot', async () => {
    await gateway.must('POST', '/identities', { domain: 'fresh.example.com' });
    const problem = await gateway.refused('POST', `${path('domain:fresh.example.com')}/roll-back`);
    assert.equal(problem.code, 'identity.nothing-previous');
    await gateway.must('DELETE', path('domain:fresh.example.com'));
  });
});

describe('the history', () => {
  test('keeps a hundred retired certificates of a slot', async () => {
    await gateway.must('POST', '/identities', { domain: 'busy.example.com' });
    const slot = 'domain:busy.example.com';
    const leaf = await newLeaf(['busy.example.com']);
    for (let i = 0; i < 104; i++) await load([leaf.certificate, leaf.key], { slot });
    const shown = await view(slot);
    assert.equal(shown.history.filter((version) => version.state === 'retired').length, 100);
    assert.ok(shown.active && shown.previous);
    await gateway.must('DELETE', path(slot));
  });
});

describe('domains', () => {
  test('fifty domains have certificates of their own, chosen by SNI', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `d${i}.example.com`);
    for (const domain of names) await gateway.must('POST', '/identities', { domain });
    for (const domain of names.slice(0, 3)) {
      const leaf = await newLeaf([domain]);
      await load([leaf.certificate, leaf.key], { slot: `domain:${domain}` });
    }
    const edge = await gateway.identity.forEdge();
    assert.deepEqual(
      edge.map((one) => [one.slot, one.names]),
      [['server', []], ...names.slice(0, 3).map((name) => [`domain:${name}`, [name]])],
    );
    const { identities } = await gateway.must<{ identities: IdentityOverview[] }>('GET', '/identities');
    assert.equal(identities.length, 52);
    const reset = await gateway.must<ChangeResult>('POST', `${path('domain:d0.example.com')}/reset`);
    assert.equal(reset.identity.active, null);
    assert.equal((await gateway.identity.forEdge()).length, 3);
    for (const name of names) await gateway.must('DELETE', path(`domain:${name}`));
    const rows = await gateway.storage.db.selectFrom('identity_versions').selectAll().execute();
    assert.ok(!rows.some((row) => row.slot.startsWith('domain:')), 'the keys are gone with the slots');
  });

  test('a domain is added once, and by a valid name', async () => {
    await gateway.must('POST', '/identities', { domain: 'Video.Example.COM' });
    assert.equal((await view('domain:video.example.com')).label, 'Domain certificate video.example.com');
    assert.equal(
      (await gateway.refused('POST', '/identities', { domain: 'video.example.com' })).code,
      'identity.domain-exists',
    );
    assert.equal((await gateway.refused('POST', '/identities', { domain: 'host' })).code, 'identity.domain-name');
    await gateway.must('DELETE', path('domain:video.example.com'));
  });

  test('unknown slots are 404, and server and client cannot be removed', async () => {
    for (const slot of ['domain:nowhere.example.com', 'nonsense', 'temporary-ca']) {
      assert.equal((await gateway.refused('GET', path(slot))).status, 404, slot);
    }
    assert.equal((await gateway.refused('DELETE', path('server'))).code, 'identity.not-a-domain');
    assert.equal((await gateway.refused('GET', `${path('client')}/pem`)).code, 'identity.no-certificate');
  });
});

describe('a damaged record', () => {
  for (const column of ['certificate', 'chain', 'sealed_key', 'digest'] as const) {
    test(`one bit of the ${column}: the previous certificate is served, with a critical condition`, async () => {
      const below = await ca.issueCa(join(gateway.folder, `below-${column}`), { name: 'Below CA' });
      const good = await newLeaf();
      const bad = await below.issue(['gw1.example.com']);
      await load([good.certificate, good.key]);
      const { identity } = await load([bad.certificate, bad.key, below.certificate]);
      const id = identity.active?.id ?? '';
      const { db } = gateway.storage;
      const row = await db.selectFrom('identity_versions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      const bytes = Buffer.from(row[column]);
      bytes[bytes.length >> 1]! ^= 1;
      await db
        .updateTable('identity_versions')
        .set({ [column]: bytes })
        .where('id', '=', id)
        .execute();

      assert.equal((await gateway.identity.forEdge())[0]?.certificatePem, good.certificate);
      assert.equal((await gateway.call('GET', `${path('server')}/pem`)).text, good.certificate);
      const shown = await view();
      assert.equal(shown.served, 'previous');
      const [condition] = shown.conditions;
      assert.deepEqual([condition?.code, condition?.severity], ['identity.last-good-used', 'critical']);

      const next = await newLeaf();
      const after = await load([next.certificate, next.key]);
      assert.equal(after.identity.previous?.damaged, null, 'the good one stays for roll-back');
      assert.deepEqual(conditionCodes(after.identity), []);
    });
  }

  test('a certificate cut short at any place is noticed', async () => {
    const good = await newLeaf();
    await load([good.certificate, good.key]);
    const bad = await newLeaf();
    const { identity } = await load([bad.certificate, bad.key]);
    const id = identity.active?.id ?? '';
    const { db } = gateway.storage;
    const { certificate } = await db
      .selectFrom('identity_versions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    for (let length = 0; length < certificate.length; length += 64) {
      await db
        .updateTable('identity_versions')
        .set({ certificate: certificate.subarray(0, length) })
        .where('id', '=', id)
        .execute();
      assert.equal((await gateway.identity.forEdge())[0]?.certificatePem, good.certificate, `${length} octets`);
      await view();
    }
    await db.updateTable('identity_versions').set({ certificate }).where('id', '=', id).execute();
  });
});

describe('conditions', () => {
  const conditions = async () =>
    (await gateway.identity.conditions(Date.now() + gateway.time.offset)).map((c) => `${c.severity} ${c.code}`);

  test('about to expire relative to the lifetime, expired and still served', async () => {
    for (const [lifetime, quiet, loud] of [
      [90 * day, 70 * day, 80 * day],
      [6 * day, 4.5 * day, 5.5 * day],
      [398 * day, 330 * day, 345 * day],
    ] as const) {
      const leaf = await makeLeaf(ca, { notBefore: Date.now(), notAfter: Date.now() + lifetime });
      await load([leaf.certificate, leaf.key]);
      gateway.time.offset = quiet;
      assert.deepEqual(await conditions(), []);
      gateway.time.offset = loud;
      assert.deepEqual(await conditions(), ['alert identity.certificate-expiring']);
      gateway.time.offset = lifetime + day;
      assert.deepEqual(await conditions(), ['critical identity.certificate-expired']);
      assert.equal((await gateway.identity.forEdge())[0]?.certificatePem, leaf.certificate);
      gateway.time.offset = 0;
    }
  });

  test('no common name, until the next certificate that has one', async () => {
    const leaf = await ca.issue(['gw1.example.com'], { subject: '/O=Example' });
    await load([leaf.certificate, leaf.key]);
    assert.deepEqual(await conditions(), ['warning identity.no-common-name']);
    const next = await newLeaf();
    await load([next.certificate, next.key]);
    assert.deepEqual(await conditions(), []);
  });

  const changes = [
    ['chat aliases', { xmppFederation: true, chatNodeAliases: 'chat.example.com' }, 'chat.example.com'],
    ['registration domains', { mra: true, registrationDomains: 'reg.example.com' }, 'reg.example.com'],
    ['federation domains', { xmppFederation: true, federationDomains: 'fed.example.com' }, 'fed.example.com'],
  ] as const;
  const cleared = {
    mra: false,
    xmppFederation: false,
    chatNodeAliases: '',
    registrationDomains: '',
    federationDomains: '',
  };

  for (const [what, unifiedCommunications, missing] of changes) {
    test(`a change of the ${what} raises "new certificate needed" and fills in the CSR`, async () => {
      await gateway.set({ unifiedCommunications: { ...cleared, ...unifiedCommunications } });
      const shown = await view();
      assert.deepEqual(conditionCodes(shown), ['identity.names-missing']);
      assert.match(shown.conditions[0]?.message ?? '', /^New certificate needed: .*lacks/);
      assert.deepEqual(
        shown.missingNames.map((name) => name.value),
        [missing],
      );
      const { form } = await gateway.must<CsrDefaults>('GET', `${path('server')}/csr/form`);
      const csr = await gateway.must<{ names: { value: string }[] }>('POST', `${path('server')}/csr/preview`, form);
      assert.ok(csr.names.some((name) => name.value === missing));
      await gateway.set({ unifiedCommunications: cleared });
      assert.deepEqual(conditionCodes(await view()), []);
    });
  }

  test('phone security profiles and the cluster raise it on a core gateway', async () => {
    await gateway.set({
      role: 'core',
      clusterName: 'cluster.example.com',
      unifiedCommunications: { mra: true, phoneSecurityProfiles: 'Phones.example.com' },
    });
    assert.deepEqual(
      (await view()).missingNames.map((n) => n.value),
      ['cluster.example.com', 'Phones.example.com'],
    );
    const { names, missing } = await gateway.must<{ names: object[]; missing: object[] }>(
      'GET',
      `${path('server')}/required-names`,
    );
    assert.deepEqual([names.length, missing.length], [3, 2]);
    await gateway.set({
      role: 'edge',
      clusterName: '',
      unifiedCommunications: { mra: false, phoneSecurityProfiles: '' },
    });
  });

  test('the prefilled CSR keeps subject and names of the active certificate', async () => {
    const leaf = await ca.issue(['gw1.example.com', 'kept.example.com'], {
      subject: '/C=GB/O=Example Ltd/CN=gw1.example.com',
    });
    await load([leaf.certificate, leaf.key]);
    await gateway.storage.db.deleteFrom('certificate_requests').execute();
    const { form, canReuseKey } = await gateway.must<CsrDefaults>('GET', `${path('server')}/csr/form`);
    assert.deepEqual([form.country, form.organization, form.commonName], ['GB', 'Example Ltd', 'gw1.example.com']);
    assert.deepEqual(form.additionalNames, ['kept.example.com']);
    assert.equal(canReuseKey, true);
  });

  test('chains tell the trusted list what is presented', async () => {
    const chains = await gateway.identity.chains();
    assert.deepEqual(
      chains.map((one) => one.name),
      ['Server certificate'],
    );
    assert.ok(await commonNameServed());
  });
});
