import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCa, makeLeaf, makeManyCas, sharedKey } from '../../../test/support/made-certificates.ts';
import { createOpensslCa, createOpensslKey, openssl } from '../../../test/support/openssl.ts';
import { auditRows } from '../../../test/support/temporary-storage.ts';
import { startTrustGateway } from '../../../test/support/trust-gateway.ts';
import { bitString, integer, nullValue, oid, sequence, unsignedInteger } from '../../pki/der/writer.ts';

interface Member {
  readonly verdict: string;
  readonly kind: string;
  readonly fingerprint: string;
  readonly older: readonly string[];
  readonly refusal: { readonly code: string; readonly message: string; readonly hint: string } | null;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

interface Row {
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validity: string;
  readonly pinned: boolean;
  readonly selfSigned: boolean;
  readonly newer: string | null;
  readonly warnings: readonly { readonly code: string }[];
}

const members = (answer: { json: Record<string, unknown> }): Member[] => answer.json['members'] as Member[];
const codes = (row: { warnings: readonly { code: string }[] } | undefined): string[] =>
  (row?.warnings ?? []).map((warning) => warning.code.replace('trusted-ca.', ''));

test('appends a real CA of openssl as PEM, adds to what is there, and writes one audit row', async (t) => {
  const { append, api, gateway } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const ca = await createOpensslCa(join(folder, 'root'), { name: 'Openssl Root' });
  // it begins in the second in which it was made, and the clock of the gateway stood still meanwhile
  gateway.time.now = Date.now();
  const first = await append(makeCa('First').pem);
  assert.equal(first.status, 200);
  const before = (await auditRows(gateway.storage)).length;
  const answer = await append(ca.certificate, { name: '../../evil\u0000.pem' });
  assert.equal(answer.status, 200);
  assert.equal(answer.json['fileName'], '../../evil\\x00.pem');
  assert.deepEqual(
    members(answer).map((member) => member.verdict),
    ['added'],
  );
  const rows = (await api('GET', '/trusted-cas')).json['rows'] as Row[];
  assert.deepEqual(
    rows.map((row) => [row.issuer, row.subject, row.validity]),
    [
      ['CN=First', 'Matches issuer', 'valid'],
      ['CN=Openssl Root', 'Matches issuer', 'valid'],
    ],
  );
  const audit = await auditRows(gateway.storage);
  assert.equal(audit.length, before + 1);
  assert.equal(audit[0]?.action, 'trusted-ca.append');
  assert.equal(audit[0]?.object, rows[1]?.fingerprint);
});

test('one file may hold any number: PEM with text around it, DER, PKCS#7 in PEM and DER', async (t) => {
  const { append } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const made = makeManyCas(40);
  const pem = `Bag Attributes\r\n${made
    .slice(0, 30)
    .map((ca) => ca.pem)
    .join('# between\n')}`;
  assert.equal((await append(pem)).json['added'], 30);
  assert.equal((await append(made[30]?.der ?? '')).json['added'], 1);
  await writeFile(
    join(folder, 'in.pem'),
    made
      .slice(31)
      .map((ca) => ca.pem)
      .join(''),
  );
  for (const form of ['PEM', 'DER']) {
    const out = join(folder, form);
    await openssl(['crl2pkcs7', '-nocrl', '-certfile', join(folder, 'in.pem'), '-outform', form, '-out', out]);
  }
  const answer = await append(await readFile(join(folder, 'DER')));
  assert.equal(answer.json['added'], 9);
  assert.match(String((answer.json['notes'] as string[])[0]), /PKCS#7/);
  assert.equal((await append(await readFile(join(folder, 'PEM')))).json['duplicates'], 9);
});

test('the same bytes are reported and skipped, on the list or twice in a file', async (t) => {
  const { append, api } = await startTrustGateway(t);
  const [a, b] = [makeCa('A'), makeCa('B')];
  await append(a.pem);
  const answer = await append(a.pem + b.pem + b.pem);
  assert.deepEqual(
    members(answer).map((member) => member.verdict),
    ['duplicate', 'added', 'duplicate'],
  );
  assert.equal(answer.json['duplicates'], 2);
  assert.equal((await api('GET', '/trusted-cas')).json['certificates'], 2);
});

test('a bundle with one bad member adds nothing, unless the good ones are asked for', async (t) => {
  const { append, api } = await startTrustGateway(t);
  const good = makeManyCas(9, 'Good');
  const bad = makeCa('No constraints', { extensions: { basicConstraints: undefined } });
  const file = [...good.slice(0, 4), bad, ...good.slice(4)].map((ca) => ca.pem).join('');
  const preview = await append(file, { preview: true });
  assert.equal(preview.json['acceptable'], false);
  assert.equal(preview.json['acceptableInPart'], true);
  assert.equal((await api('GET', '/trusted-cas')).json['certificates'], 0);
  const refused = await append(file);
  assert.equal(refused.status, 422);
  assert.equal(refused.json['code'], 'trusted-ca.bad-member');
  assert.match(String(refused.json['detail']), /Member 5 \(CN=No constraints\): It has no basicConstraints/);
  assert.equal((await api('GET', '/trusted-cas')).json['certificates'], 0);
  const taken = await append(file, { takeGood: true });
  assert.equal(taken.json['added'], 9);
  assert.equal(taken.json['refused'], 1);
});

test('a member whose bytes are broken, in DER or in base64, is one bad member and not the end of the file', async (t) => {
  const { append } = await startTrustGateway(t);
  const [a, b, c] = [makeCa('A'), makeCa('B'), makeCa('C')];
  const cut = b.der.slice();
  cut[5] = 0xff;
  const brokenDer = b.pem.replace(/\n[^-]+\n/s, `\n${Buffer.from(cut).toString('base64')}\n`);
  const brokenBase64 = b.pem.replace(/\n./, '\n!');
  for (const broken of [brokenDer, brokenBase64]) {
    const preview = await append(a.pem + broken + c.pem, { preview: true });
    assert.deepEqual(
      members(preview).map((member) => member.verdict),
      ['added', 'refused', 'added'],
    );
    assert.equal(members(preview)[1]?.refusal?.code, 'trusted-ca.unreadable-member');
    assert.equal((await append(a.pem + broken + c.pem)).json['code'], 'trusted-ca.bad-member');
  }
  assert.equal((await append(a.pem + brokenBase64 + c.pem, { takeGood: true })).json['added'], 2);
});

test('a file with nothing of use is refused with what it looks like and where', async (t) => {
  const { append, gateway } = await startTrustGateway(t);
  const rows = (await auditRows(gateway.storage)).length;
  const key = await createOpensslKey('ec');
  const files = [
    '',
    'hello',
    '<!DOCTYPE html><html></html>',
    key,
    Buffer.alloc(1000, 7),
    makeCa('A').pem.slice(0, 200),
  ];
  for (const file of files) {
    const answer = await append(file);
    assert.equal(answer.status, 422);
    assert.equal(answer.json['code'], 'trusted-ca.unreadable');
    assert.equal(answer.json['title'], 'File upload failed.');
    assert.equal(typeof answer.json['offset'], 'number');
    assert.ok(String(answer.json['hint']).length > 10);
    assert.doesNotMatch(answer.text, /PRIVATE KEY-----/);
  }
  assert.equal((await auditRows(gateway.storage)).length, rows);
});

test('a private key inside a bundle is a bad member, and nothing of it is kept or shown', async (t) => {
  const { append } = await startTrustGateway(t);
  const key = await createOpensslKey('ec');
  const refused = await append(makeCa('A').pem + key);
  assert.equal(refused.json['code'], 'trusted-ca.bad-member');
  assert.match(refused.text, /private key, which does not belong on this list/);
  const body = key.split('\n')[1] ?? '';
  assert.ok(!refused.text.includes(body));
  assert.equal((await append(makeCa('A').pem + key, { takeGood: true })).json['added'], 1);
});

test('the same issuer and subject in other bytes: both are kept, and the older is offered for deletion', async (t) => {
  const { append, api } = await startTrustGateway(t);
  const old = makeCa('Company CA', { notBefore: Date.UTC(2020, 0) });
  const renewed = makeCa('Company CA', { notBefore: Date.UTC(2026, 0) });
  const oldPrint = members(await append(old.pem))[0]?.fingerprint ?? '';
  const [member] = members(await append(renewed.pem));
  assert.deepEqual(member?.older, [oldPrint]);
  const rows = (await api('GET', '/trusted-cas')).json['rows'] as Row[];
  assert.equal(rows.length, 2);
  assert.equal(rows[0]?.newer, rows[1]?.fingerprint);
  assert.ok(codes(rows[0]).includes('newer-exists') && !codes(rows[1]).includes('newer-exists'));
  assert.equal((await api('DELETE', `/trusted-cas/${rows[0]?.newer === null ? '' : oldPrint}`)).status, 200);
});

test('basicConstraints absent is refused, version 1 roots included', async (t) => {
  const { append } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const absent = await append(makeCa('X', { extensions: { basicConstraints: undefined } }).pem, { preview: true });
  assert.equal(members(absent)[0]?.refusal?.code, 'trusted-ca.no-basic-constraints');
  // `openssl x509 -req` without an extension file writes version 1.
  const key = join(folder, 'key.pem');
  await writeFile(key, await createOpensslKey('rsa'));
  await openssl(['req', '-new', '-key', key, '-subj', '/CN=Version 1', '-out', join(folder, 'csr.pem')]);
  const args = ['x509', '-req', '-in', join(folder, 'csr.pem'), '-signkey', key];
  const version1 = await append(await openssl(args), { preview: true });
  assert.equal(members(version1)[0]?.refusal?.code, 'trusted-ca.version-1');
});

test('a self-signed certificate that is no CA becomes a pinned peer and never an issuer', async (t) => {
  const { append, api, trustedCa, users } = await startTrustGateway(t);
  const peer = makeLeaf('peer.example.com', undefined);
  const [member] = members(await append(peer.pem));
  assert.equal(member?.verdict, 'pinned');
  const [row] = (await api('GET', '/trusted-cas')).json['rows'] as Row[];
  assert.equal(row?.pinned, true);
  assert.equal((await trustedCa.certificates()).length, 1);
  assert.equal((await trustedCa.issuers()).length, 0);
  const child = makeLeaf('child.example.com', peer);
  users.push({ name: 'Server certificate', chain: [child.certificate] });
  assert.deepEqual((await trustedCa.list())[0]?.usedBy, []);
});

test('a certificate that is neither CA nor self-signed is refused with the way out', async (t) => {
  const { append } = await startTrustGateway(t);
  const [member] = members(await append(makeLeaf('a.example.com', makeCa('CA')).pem, { preview: true }));
  assert.equal(member?.refusal?.code, 'trusted-ca.not-a-ca');
  assert.match(member?.refusal?.hint ?? '', /Append the certificate of the CA/);
});

test('a root whose own signature is wrong is refused, an intermediate without its root is taken', async (t) => {
  const { append } = await startTrustGateway(t);
  const changed = makeCa('Changed').der.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const [forged] = members(await append(changed, { preview: true }));
  assert.equal(forged?.refusal?.code, 'trusted-ca.self-signature');
  const [intermediate] = members(await append(makeCa('Sub', { issuer: makeCa('Root') }).pem));
  assert.equal(intermediate?.verdict, 'added');
});

test('keys nobody may trust are refused: RSA exponent 1, RSA of 512 bits, DSA', async (t) => {
  const { append } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const modulus = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }).n ?? '';
  const rsa = sequence(unsignedInteger(Buffer.from(modulus, 'base64url')), integer(1));
  const publicKeyInfo = sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(rsa));
  const exponent1 = makeCa('Exponent 1', { publicKeyInfo });
  const subject = ['req', '-x509', '-days', '100', '-subj', '/CN=Weak', '-key'];
  const small = join(folder, 'small.pem');
  await openssl(['genrsa', '-out', small, '512']);
  const dsa = join(folder, 'dsa.pem');
  await openssl(['dsaparam', '-genkey', '-out', dsa, '1024']);
  for (const file of [exponent1.pem, await openssl([...subject, small]), await openssl([...subject, dsa])]) {
    const [member] = members(await append(file, { preview: true }));
    assert.equal(member?.refusal?.code, 'trusted-ca.forbidden-key');
  }
});

test('warns of CAs with one common name, and names the usual pairs', async (t) => {
  const { append, api } = await startTrustGateway(t);
  await append(
    makeCa('cucm', {
      subject: [
        { type: 'O', value: 'tomcat' },
        { type: 'CN', value: 'cucm.example.com' },
      ],
    }).pem,
  );
  const second = makeCa('cucm', {
    subject: [
      { type: 'O', value: 'CallManager' },
      { type: 'CN', value: 'CUCM.example.com' },
    ],
  });
  const [member] = members(await append(second.pem));
  assert.deepEqual(codes(member), ['same-common-name']);
  assert.match(member?.warnings[0]?.message ?? '', /All are tried here/);
  const rows = (await api('GET', '/trusted-cas')).json['rows'] as Row[];
  assert.deepEqual(rows.map(codes), [['same-common-name'], ['same-common-name']]);
});

test('warns of weak keys and signatures, the end near or past, 2050, unsupported attributes', async (t) => {
  const { append, gateway } = await startTrustGateway(t);
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const day = 86_400_000;
  const weak = await createOpensslCa(join(folder, 'weak'), { name: 'Weak', key: 'rsa-1024' });
  const sha1 = await weak.issueCa(join(folder, 'sha1'), { name: 'Signed with SHA-1', digest: 'sha1' });
  gateway.time.now = Date.now();
  const { now } = gateway.time;
  const cases: readonly (readonly [file: string, warning: string])[] = [
    [weak.certificate, 'weak'],
    [sha1.certificate, 'weak'],
    [makeCa('Soon', { notAfter: now + 20 * day }).pem, 'expires-soon'],
    [makeCa('Past', { notAfter: now - day }).pem, 'expired'],
    [makeCa('Future', { notBefore: now + day }).pem, 'not-yet-valid'],
    [makeCa('Long', { notAfter: Date.UTC(2050, 0) }).pem, 'ends-2050'],
    [
      makeCa('Odd', {
        subject: [
          { type: 'CN', value: 'Odd' },
          { type: '2.5.4.12', value: 'Dr' },
        ],
      }).pem,
      'unsupported-oid',
    ],
    [makeCa('No signing', { extensions: { keyUsage: ['cRLSign'] } }).pem, 'no-certificate-signing'],
    [
      makeCa('Critical', { extensions: { other: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] } })
        .pem,
      'critical-extension',
    ],
  ];
  for (const [file, warning] of cases) {
    const [member] = members(await append(file));
    assert.equal(member?.verdict, 'added');
    assert.deepEqual(codes(member), [warning]);
  }
  assert.deepEqual(codes(members(await append(makeCa('Good', { notAfter: Date.UTC(2049, 11, 31) }).pem))[0]), []);
});

test('text from certificates comes out escaped and cut', async (t) => {
  const { append, api } = await startTrustGateway(t);
  const value = `a\r\n<134>1 fake\u001b[2J\u202e${'x'.repeat(400)}`;
  await append(makeCa('', { subject: [{ type: 'CN', value }], key: sharedKey }).pem);
  const list = await api('GET', '/trusted-cas');
  assert.doesNotMatch(String(JSON.stringify(list.json)), /[\u0000-\u001f\u202e]|\\u001b|\\r|\\n/);
  const [row] = list.json['rows'] as (Row & { label: string })[];
  assert.ok((row?.issuer.length ?? 0) < 400 && (row?.label.length ?? 0) < 200);
});
