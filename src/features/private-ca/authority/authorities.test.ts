import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../../../../test/support/needs.ts';
import { createOpensslCa } from '../../../../test/support/openssl.ts';
import {
  exampleLimits,
  makeCsr,
  openPrivateCa,
  problem,
  readCertificate,
  rootPassphrase,
  startPrivateCa,
} from '../../../../test/support/private-ca.ts';
import { auditRows, createTestClock, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { Secret } from '../../../lib/secret.ts';
import { buildCertificate, publicKeyInfoOf } from '../../../pki/certificate/build.ts';
import { keyAlgorithms } from '../../../pki/key/generate.ts';
import type { SanName } from '../../../pki/name/build-general-name.ts';
import { rfc5280 } from '../../../pki/path/profile.ts';
import { TrustStore } from '../../../pki/path/trust-store.ts';
import { verifyPath } from '../../../pki/path/verify-path.ts';
import { decodePem, encodePem } from '../../../pki/pem.ts';
import { defaultSettings, type Settings } from '../../settings/settings.ts';
import { limitsIn } from './name-limits.ts';

const day = 86_400_000;
const subject = (value: string) => [{ type: 'CN', value } as const];
const rootRequest = { days: 3_650, passphrase: rootPassphrase, trust: false } as const;

test('a root of every kind of key opens with its passphrase, and with nothing else', async (t) => {
  const { ca } = await openPrivateCa(t);
  for (const algorithm of keyAlgorithms.filter((name) => !/rsa-[34]/.test(name))) {
    const root = await ca.createRoot(testAdministrator, { ...rootRequest, algorithm, subject: subject(algorithm) });
    assert.deepEqual([root.role, root.state, root.key], ['root', 'active', 'passphrase']);
    const opened = await ca.withKey(root.id, ({ key }) => publicKeyInfoOf(key), rootPassphrase);
    assert.deepEqual(Buffer.from(opened), Buffer.from(root.publicKeyInfo));
  }
  const { id } = (await ca.authorities())[0]!;
  await assert.rejects(
    ca.withKey(id, () => 0),
    problem('private-ca.passphrase-needed'),
  );
  const wrong = new Secret('correct horse battery stable');
  await assert.rejects(
    ca.withKey(id, () => 0, wrong),
    problem('private-ca.wrong-passphrase'),
  );
});

test('the key of a root stands nowhere but under its passphrase', async (t) => {
  const { ca, storage, root, intermediate } = await startPrivateCa(t);
  const parts = async (id: string, passphrase?: Secret<string>) =>
    ca.withKey(id, ({ key }) => Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'), passphrase);
  const secrets = [await parts(root.id, rootPassphrase), await parts(intermediate.id)];
  for (const name of ['tollgate.db', 'tollgate.db-wal']) {
    const bytes = readFileSync(join(storage.folder, name));
    for (const secret of secrets) assert.equal(bytes.indexOf(secret), -1, name);
    assert.equal(bytes.indexOf(rootPassphrase.reveal()), -1);
  }
});

test('what is asked for is checked: subject, passphrase, domains', async (t) => {
  const { ca } = await openPrivateCa(t);
  const weak = {
    ...rootRequest,
    algorithm: 'ec-p256',
    subject: [{ type: 'C', value: 'GBR' }],
    passphrase: new Secret('short'),
  } as const;
  await assert.rejects(
    ca.createRoot(testAdministrator, weak),
    problem('private-ca.invalid', /common name.*two letters.*15 characters/),
  );
  const request = { algorithm: 'ec-p256', days: 30, subject: subject('x'), partitions: 0 } as const;
  const limits = { dns: ['example', '*.example.com'], ip: ['10.0.0.0/33'], email: [] };
  await assert.rejects(
    ca.createIntermediate(testAdministrator, { ...request, constraints: limits }),
    problem('private-ca.invalid', /example is a host name.*wildcard.*10.0.0.0\/33/),
  );
  await assert.rejects(
    ca.createIntermediate(testAdministrator, { ...request, constraints: null, parent: 'none' }),
    problem('private-ca.no-authority'),
  );
  assert.equal(await ca.defaultAuthority(), undefined);
  await assert.rejects(
    ca.issue(testAdministrator, { csr: (await makeCsr(['a.example.com'])).csr, template: 'client', source: 'upload' }),
    problem('private-ca.no-authority'),
  );
});

test('the domains of the gateway are the limits of an intermediate unless others are named', async (t) => {
  const settings = settingsForTest({
    fqdn: 'gw.edge.example.com',
    dnsNames: ['vpn.example.com'],
    registrationDomains: ['example.net', 'sub.example.com'],
  });
  const { ca } = await openPrivateCa(t, { settings });
  assert.deepEqual(await ca.defaultLimits(), { dns: ['example.com', 'example.net'], ip: [], email: [] });
  const nameless = await openPrivateCa(t, { settings: settingsForTest({}) });
  await assert.rejects(nameless.ca.defaultLimits(), problem('private-ca.invalid', /no name yet/));
});

test('a leaf outside the domains of its issuer is refused by OpenSSL and by our engine', {
  skip: needs('openssl'),
}, async (t) => {
  const { ca, root, intermediate, issue, folder } = await startPrivateCa(t, { clock: createTestClock(Date.now()) });
  assert.deepEqual(intermediate.certificate?.basicConstraints, { ca: true, pathLength: 0 });
  const inside = await issue(['a.example.com']);
  const outside = async (dns: string, other?: SanName) => {
    const { csr } = await makeCsr([dns]);
    const { publicKeyInfo } = (await issue([], { csr, names: [{ kind: 'dns', value: 'a.example.com' }], subject: [] }))
      .parsed;
    return ca.withKey(intermediate.id, ({ key, authority }) =>
      buildCertificate({
        ...{
          subject: [],
          issuer: authority.certificate.subject,
          publicKeyInfo,
          serial: Buffer.alloc(16, 7),
          digest: 'sha256',
        },
        notBefore: Date.now() - day,
        notAfter: Date.now() + day,
        extensions: {
          basicConstraints: { ca: false },
          authorityKeyIdentifier: authority.certificate.subjectKeyIdentifier!,
          subjectAltName: [other ?? { kind: 'dns', value: dns }],
        },
        signingKey: key,
      }),
    );
  };
  writeFileSync(join(folder, 'root.pem'), encodePem('CERTIFICATE', root.certificate!.der));
  writeFileSync(join(folder, 'inter.pem'), encodePem('CERTIFICATE', intermediate.certificate!.der));
  const judge = (der: Uint8Array): { openssl: string; ours: string } => {
    writeFileSync(join(folder, 'leaf.pem'), encodePem('CERTIFICATE', der));
    const result = verifyPath({
      leaf: readCertificate(der),
      intermediates: [intermediate.certificate!],
      time: Date.now(),
      profile: rfc5280,
      trust: new TrustStore([root.certificate!]),
      extendedKeyUsages: [],
      keyUsages: [],
    });
    return { openssl: opensslVerify(folder), ours: result.accepted ? 'accepted' : result.rejection.code };
  };
  assert.deepEqual(judge(inside.certificate), { openssl: 'OK', ours: 'accepted' });
  assert.deepEqual(judge(await outside('a.example.org')), {
    openssl: 'permitted subtree violation',
    ours: 'path.name-not-permitted',
  });
  assert.deepEqual(judge(await outside('x', { kind: 'ip', value: '192.0.2.1' })), {
    openssl: 'excluded subtree violation',
    ours: 'path.name-excluded',
  });
  const mail = (value: string) => outside('x', { kind: 'email', value });
  assert.deepEqual(judge(await mail('a@sub.example.com')), { openssl: 'OK', ours: 'accepted' });
  assert.deepEqual(judge(await mail('a@example.org')), {
    openssl: 'permitted subtree violation',
    ours: 'path.name-not-permitted',
  });
  assert.deepEqual(limitsIn(intermediate.certificate!), { dns: ['example.com'], ip: [], email: [] });
});

test('a rotated intermediate issues no more, its successor does, and both stay in the list', async (t) => {
  const { ca, intermediate, issue, root, storage } = await startPrivateCa(t);
  const before = await issue(['a.example.com']);
  const next = await ca.rotateIntermediate(testAdministrator, intermediate.id, { passphrase: rootPassphrase });
  assert.equal(next.label, 'Example Issuing CA G2');
  assert.deepEqual(next.certificate?.nameConstraints, intermediate.certificate?.nameConstraints);
  assert.notDeepEqual(next.publicKeyInfo, intermediate.publicKeyInfo);
  const old = await ca.authority(intermediate.id);
  assert.deepEqual([old.state, old.replacedBy, old.key], ['retired', next.id, 'sealed']);
  const after = await issue(['a.example.com']);
  assert.deepEqual([before.authority, after.authority], [intermediate.id, next.id]);
  await assert.rejects(
    issue(['a.example.com'], { authority: old.id }),
    problem('private-ca.wrong-state', /issues no more/),
  );
  await assert.rejects(ca.rotateIntermediate(testAdministrator, old.id, {}), problem('private-ca.wrong-state'));
  assert.equal(
    (await ca.rotateIntermediate(testAdministrator, next.id, { passphrase: rootPassphrase, algorithm: 'ed25519' }))
      .label,
    'Example Issuing CA G3',
  );
  assert.equal((await ca.issued({ authority: root.id, limit: 10 })).certificates.length, 3);
  assert.equal((await auditRows(storage)).filter(({ action }) => action === 'private-ca.rotate').length, 2);
});

test('an intermediate that another CA signs waits for its certificate', { skip: needs('openssl') }, async (t) => {
  const { ca, folder } = await openPrivateCa(t, { clock: createTestClock(Date.now()) });
  const request = {
    algorithm: 'ec-p256',
    days: 100,
    subject: subject('Sub CA'),
    partitions: 0,
    constraints: exampleLimits,
  } as const;
  const pending = await ca.createIntermediate(testAdministrator, request);
  assert.deepEqual([pending.state, pending.certificate], ['pending', undefined]);
  mkdirSync(join(folder, 'other'));
  const other = await createOpensslCa(join(folder, 'other'), { name: 'Other Root' });
  const extensions = [
    'basicConstraints = critical, CA:TRUE, pathlen:0',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
  ];
  const ders = (pem: string) => {
    const blocks = decodePem(pem);
    return blocks.ok ? blocks.value.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => der) : [];
  };
  const leaf = ders(await other.sign(pending.csr!, { extensions: ['basicConstraints = CA:FALSE'], days: 100 }));
  const own = ders(await other.sign(pending.csr!, { extensions, days: 100 }));
  const above = ders(other.certificate);
  await assert.rejects(
    ca.installIntermediate(testAdministrator, pending.id, above),
    problem('private-ca.invalid', /None of the certificates/),
  );
  await assert.rejects(
    ca.installIntermediate(testAdministrator, pending.id, [...leaf, ...above]),
    problem('private-ca.invalid', /not that of an authority/),
  );
  await assert.rejects(
    ca.installIntermediate(testAdministrator, pending.id, own),
    problem('private-ca.invalid', /do not lead to a root/),
  );
  const noCrls = extensions.map((line) => line.replace(', cRLSign', ''));
  const deaf = ders(await other.sign(pending.csr!, { extensions: noCrls, days: 100 }));
  await assert.rejects(
    ca.installIntermediate(testAdministrator, pending.id, [...deaf, ...above]),
    problem('private-ca.invalid', /may not sign CRLs/),
  );
  const installed = await ca.installIntermediate(testAdministrator, pending.id, [...above, ...own]);
  assert.deepEqual([installed.state, installed.above.length], ['active', 1]);
  const { csr } = await makeCsr(['a.example.com']);
  const issued = await ca.issue(testAdministrator, { csr, template: 'web-server', source: 'upload' });
  writeFileSync(join(folder, 'root.pem'), other.certificate);
  writeFileSync(join(folder, 'inter.pem'), encodePem('CERTIFICATE', issued.chain[0]!));
  writeFileSync(join(folder, 'leaf.pem'), encodePem('CERTIFICATE', issued.certificate));
  assert.equal(opensslVerify(folder), 'OK');
  const next = await ca.rotateIntermediate(testAdministrator, pending.id, {});
  assert.deepEqual([next.state, (await ca.authority(pending.id)).state], ['pending', 'active']);
  await ca.discardPending(testAdministrator, next.id);
  assert.equal((await ca.authority(pending.id)).replacedBy, null);
});

test('who revokes the certificate of an intermediate retires it', async (t) => {
  const { ca, intermediate, root } = await startPrivateCa(t);
  const [row] = (await ca.issued({ authority: root.id, limit: 10 })).certificates;
  assert.deepEqual([row?.source, row?.fingerprint.length], ['authority', 64]);
  await ca.revoke(testAdministrator, { serial: row!.serial }, 'superseded');
  assert.equal((await ca.authority(intermediate.id)).state, 'retired');
  assert.equal((await ca.defaultAuthority())?.id, root.id);
});

test('an intermediate on hold issues nothing until it is released, and never once it was replaced', async (t) => {
  const { ca, intermediate, root, issue } = await startPrivateCa(t);
  const [row] = (await ca.issued({ authority: root.id, limit: 10 })).certificates;
  const { serial } = row!;
  await ca.revoke(testAdministrator, { serial }, 'certificate-hold');
  await assert.rejects(issue(['a.example.com'], { authority: intermediate.id }), problem('private-ca.wrong-state'));
  await ca.release(testAdministrator, { serial });
  assert.equal((await issue(['a.example.com'])).authority, intermediate.id);
  await ca.rotateIntermediate(testAdministrator, intermediate.id, { passphrase: rootPassphrase });
  await ca.revoke(testAdministrator, { serial }, 'certificate-hold');
  await ca.release(testAdministrator, { serial });
  assert.equal((await ca.authority(intermediate.id)).state, 'retired');
});

test('an authority that would end in 2050 or later has to be confirmed', async (t) => {
  const { ca } = await openPrivateCa(t);
  const request = { ...rootRequest, algorithm: 'ec-p256', subject: subject('Long'), days: 9_000 } as const;
  await assert.rejects(ca.createRoot(testAdministrator, request), problem('private-ca.confirmation', /2050/));
  const made = await ca.createRoot(testAdministrator, { ...request, confirmed2050: true });
  assert.ok(made.notAfter > Date.UTC(2050, 0, 1));
  // RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050
  assert.match(Buffer.from(made.certificate!.der).toString('latin1'), /\x17\x0d26\d{10}Z\x18\x0f2050\d{10}Z/);
});

test('an intermediate has no authority below it, and neither has a root that has ended', async (t) => {
  const { ca, root, intermediate, clock } = await startPrivateCa(t);
  const below = (parent: string) =>
    ca.createIntermediate(testAdministrator, {
      algorithm: 'ec-p256',
      days: 100,
      parent,
      passphrase: rootPassphrase,
      subject: subject('Below'),
      partitions: 0,
      constraints: null,
    });
  await assert.rejects(below(intermediate.id), problem('private-ca.wrong-state', /may not have an authority below/));
  clock.set(root.notAfter + 1_000);
  await assert.rejects(below(root.id), problem('private-ca.wrong-state', /issues no more/));
});

test('no intermediate has the name of the authority above it', async (t) => {
  const { ca, root } = await startPrivateCa(t);
  const request = {
    algorithm: 'ec-p256',
    days: 100,
    parent: root.id,
    passphrase: rootPassphrase,
    subject: [
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'Example Root' },
    ],
    partitions: 0,
    constraints: null,
  } as const;
  await assert.rejects(
    ca.createIntermediate(testAdministrator, request),
    problem('private-ca.lint', /name of its own/),
  );
});

test('a root is appended to the trusted CA list when it is made, or later', async (t) => {
  const { ca, trustedCas, intermediate } = await startPrivateCa(t);
  assert.deepEqual(await trustedCas.list(), []);
  assert.equal(await ca.trust(testAdministrator, intermediate.id), true);
  assert.equal(await ca.trust(testAdministrator, intermediate.id), false);
  const request = { ...rootRequest, algorithm: 'ec-p256', subject: subject('Second'), trust: true } as const;
  await ca.createRoot(testAdministrator, request);
  assert.deepEqual((await trustedCas.list()).map(({ label }) => label).sort(), ['Example Root', 'Second']);
});

test('alarms tell of a rotation that is due, an end that comes and a missing address', async (t) => {
  const { ca, clock, intermediate, root } = await startPrivateCa(t, { base: '' });
  const codes = async () =>
    (await ca.conditions()).map(
      ({ code, object, severity }) =>
        `${code} ${object === root.id ? 'root' : object === intermediate.id ? 'intermediate' : object} ${severity}`,
    );
  assert.deepEqual(await codes(), ['private-ca.no-address private-ca warning']);
  clock.set(intermediate.notAfter - 300 * day);
  assert.deepEqual(await codes(), [
    'private-ca.rotation-due intermediate warning',
    'private-ca.no-address private-ca warning',
  ]);
  clock.set(intermediate.notAfter + day);
  assert.deepEqual((await codes())[0], 'private-ca.expired intermediate critical');
  clock.set(root.notAfter - 80 * day);
  assert.ok((await codes()).includes('private-ca.expires-soon root alert'));
});

test('after a restart authorities, templates and what was issued are as before', async (t) => {
  const { ca, reopen, issue, intermediate } = await startPrivateCa(t);
  const { serial } = await issue(['a.example.com']);
  const again = reopen();
  assert.deepEqual(
    (await again.authorities()).map(({ id }) => id),
    (await ca.authorities()).map(({ id }) => id),
  );
  assert.equal((await again.certificate({ serial })).authority, intermediate.id);
  const { csr } = await makeCsr(['b.example.com']);
  assert.equal(
    (await again.issue(testAdministrator, { csr, template: 'client', source: 'upload' })).authority,
    intermediate.id,
  );
});

function opensslVerify(folder: string): string {
  try {
    execFileSync('openssl', ['verify', '-CAfile', 'root.pem', '-untrusted', 'inter.pem', 'leaf.pem'], {
      cwd: folder,
      stdio: 'pipe',
    });
    return 'OK';
  } catch (error) {
    const text = String((error as { stderr: Buffer }).stderr);
    return /error \d+ at \d depth lookup: (.*)/.exec(text)?.[1] ?? text;
  }
}

function settingsForTest(given: { fqdn?: string; dnsNames?: string[]; registrationDomains?: string[] }) {
  const { registrationDomains = [], ...names } = given;
  const unifiedCommunications = { ...defaultSettings.unifiedCommunications, registrationDomains };
  return { get: async (): Promise<Settings> => ({ ...defaultSettings, ...names, unifiedCommunications }) };
}
