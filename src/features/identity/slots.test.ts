import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type IdentityGateway, startIdentityGateway } from '../../../test/support/identity-gateway.ts';
import { identitySlots } from '../../../test/support/identity-slots.ts';
import { type OpensslCa, openssl } from '../../../test/support/openssl.ts';
import type { ChangeResult, CsrView, IdentityOverview, IdentityView } from './schemas.ts';

const day = 86_400_000;
const slots = identitySlots();
const { path, view, load, newLeaf } = slots;
let gateway: IdentityGateway;
let ca: OpensslCa;
before(async () => {
  ({ gateway, ca } = await slots.start());
});

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
