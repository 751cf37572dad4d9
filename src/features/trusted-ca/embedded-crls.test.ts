import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { makeCa, makeManyCas } from '../../../test/support/made-certificates.ts';
import { createOpensslCa, type OpensslCa } from '../../../test/support/openssl.ts';
import { testAdministrator as ada } from '../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';

/** Two CAs of one name with different keys, and CRLs in the order in which they were made. */
const made = {} as { ca: OpensslCa; twin: OpensslCa; crls: string[]; twinCrl: string; shortCrl: string };

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-crl-'));
  const extensions = ['authorityKeyIdentifier = keyid'];
  made.ca = await createOpensslCa(join(folder, 'ca'), { name: 'Issuer' });
  made.twin = await createOpensslCa(join(folder, 'twin'), { name: 'Issuer' });
  made.crls = [];
  for (let i = 0; i < 3; i++) made.crls.push(await made.ca.crl({ days: 40, extensions }));
  made.twinCrl = await made.twin.crl({ extensions });
  made.shortCrl = await made.ca.crl({ days: 2 });
  await rm(folder, { recursive: true });
});

const verdicts = (answer: { json: Record<string, unknown> }): string[] =>
  (answer.json['members'] as { kind: string; verdict: string }[]).map((member) => `${member.kind} ${member.verdict}`);

test('a CRL inside the bundle is kept as a row of its own and does not count as a certificate', async (t) => {
  const { append, api, trustedCa } = await startTrustGateway(t);
  const answer = await append(made.ca.certificate + made.crls[0]);
  assert.deepEqual(verdicts(answer), ['certificate added', 'crl added']);
  const list = await api('GET', '/trusted-cas');
  assert.equal(list.json['certificates'], 1);
  const rows = list.json['rows'] as { type: string; issuer: string; label: string; warnings: unknown[] }[];
  assert.deepEqual(
    rows.map((row) => [row.type, row.label]),
    [
      ['certificate', 'Issuer'],
      ['crl', 'CRL of Issuer'],
    ],
  );
  assert.deepEqual(rows[1]?.warnings, []);
  assert.equal((await trustedCa.embeddedCrls()).length, 1);
  assert.match((await api('GET', '/trusted-cas/text')).text, /Certificate Revocation List/);
  assert.match((await api('GET', '/trusted-cas/pem')).text, /# CRL of CN = Issuer\n-----BEGIN X509 CRL-----/);
});

test('a newer CRL of the same issuer supersedes, an older or the same one does not, in whatever order they come', async (t) => {
  const { append, trustedCa } = await startTrustGateway(t);
  const [first = '', second = '', third = ''] = made.crls;
  await append(made.ca.certificate + second);
  assert.deepEqual(verdicts(await append(first)), ['crl older']);
  assert.deepEqual(verdicts(await append(second)), ['crl duplicate']);
  const kept = (await trustedCa.list()).find((row) => row.type === 'crl');
  assert.deepEqual(verdicts(await append(third)), ['crl added']);
  const crls = (await trustedCa.list()).filter((row) => row.type === 'crl');
  assert.equal(crls.length, 1);
  assert.notEqual(crls[0]?.fingerprint, kept?.fingerprint);
  const other = await startTrustGateway(t);
  assert.deepEqual(verdicts(await other.append(first + third + second + made.ca.certificate)), [
    'crl older',
    'crl added',
    'crl older',
    'certificate added',
  ]);
  assert.equal((await other.trustedCa.embeddedCrls()).length, 1);
});

test('a CRL of another CA with the same name is no newer version of it', async (t) => {
  const { append, trustedCa } = await startTrustGateway(t);
  await append(made.ca.certificate + made.twin.certificate + made.crls[0] + made.twinCrl);
  assert.equal((await trustedCa.embeddedCrls()).length, 2);
});

test('a CRL whose issuer is not listed is kept as unverified and not used, until the CA is appended', async (t) => {
  const { append, trustedCa } = await startTrustGateway(t);
  await append(made.crls[0] ?? '');
  assert.deepEqual(
    (await trustedCa.list())[0]?.warnings.map((warning) => warning.code),
    ['trusted-ca.crl-unverified'],
  );
  assert.equal((await trustedCa.embeddedCrls()).length, 0);
  await append(made.ca.certificate);
  assert.equal((await trustedCa.embeddedCrls()).length, 1);
});

test('a CRL that bears the name of a listed CA but was signed by another key is refused', async (t) => {
  const { append } = await startTrustGateway(t);
  const impostor = makeCa('Issuer', { extensions: { subjectKeyIdentifier: undefined } });
  const answer = await append(impostor.pem + made.crls[0]);
  assert.equal(answer.status, 422);
  assert.match(answer.text, /did not sign it/);
  assert.deepEqual(verdicts(await append(impostor.pem + made.crls[0], { takeGood: true })), [
    'certificate added',
    'crl refused',
  ]);
});

test('an alarm comes before a CRL expires and another when it has', async (t) => {
  const { trustedCa, gateway, alarms } = await startTrustGateway(t);
  await trustedCa.append(ada, Buffer.from(made.ca.certificate + made.shortCrl), { fileName: '' });
  const codes = async () => {
    await alarms.evaluate();
    return (await alarms.list()).map((alarm) => alarm.code).filter((code) => code.includes('crl'));
  };
  assert.deepEqual(await codes(), []);
  gateway.time.now += 40 * 3_600_000;
  assert.deepEqual(await codes(), ['trusted-ca.crl-expires-soon']);
  gateway.time.now += 10 * 3_600_000;
  assert.deepEqual(await codes(), ['trusted-ca.crl-expired']);
  const row = (await trustedCa.list()).find((one) => one.type === 'crl');
  await trustedCa.remove(ada, [row?.fingerprint ?? '']);
  assert.deepEqual(await codes(), []);
});

test('CRLs do not count towards the thousand', async (t) => {
  const { trustedCa } = await startTrustGateway(t);
  const cas = makeManyCas(999)
    .map((ca) => ca.pem)
    .join('');
  const report = await trustedCa.append(ada, Buffer.from(cas + made.ca.certificate + made.crls[0]), { fileName: '' });
  assert.deepEqual([report.added, report.crls, report.total], [1000, 1, 1000]);
  assert.equal((await trustedCa.append(ada, Buffer.from(made.crls[1] ?? ''), { fileName: '' })).crls, 1);
});
