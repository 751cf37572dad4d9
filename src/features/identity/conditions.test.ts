import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { IdentityGateway } from '../../../test/support/identity-gateway.ts';
import { identitySlots } from '../../../test/support/identity-slots.ts';
import { makeLeaf } from '../../../test/support/leaf.ts';
import type { OpensslCa } from '../../../test/support/openssl.ts';
import type { CsrDefaults } from './schemas.ts';

const day = 86_400_000;
const slots = identitySlots();
const { path, view, load, newLeaf, conditionCodes, subjectServed: commonNameServed } = slots;
let gateway: IdentityGateway;
let ca: OpensslCa;
before(async () => {
  ({ gateway, ca } = await slots.start());
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
