import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { IdentityGateway } from '../../../../test/support/identity-gateway.ts';
import { identityUploads } from '../../../../test/support/identity-uploads.ts';
import { certificateOf, makeLeaf } from '../../../../test/support/leaf.ts';
import { createOpensslKey, type OpensslCa, openssl } from '../../../../test/support/openssl.ts';
import { toColonHex } from '../../../lib/bytes.ts';
import type { CsrView } from '../schemas.ts';
import { uploadChecks } from './upload-checks.ts';

const names = ['gw1.example.com'];
const uploads = identityUploads();
const { path, preview, refused, warns, errorCodes, both } = uploads;
let gateway: IdentityGateway;
let ca: OpensslCa;
let stranger: OpensslCa;
before(async () => {
  ({ gateway, ca, stranger } = await uploads.start());
});

describe('an upload without fault', () => {
  test('passes every check in silence', async () => {
    const shown = await preview(both(await ca.issue(names)));
    assert.deepEqual(shown.warnings, []);
    assert.deepEqual(
      shown.checks.map((row) => row.check),
      uploadChecks.map((row) => row.check),
    );
    assert.ok(shown.checks.every((row) => row.outcome === 'passed' && row.answer.length === 0));
    assert.match(shown.certificate.text, /^Certificate:/);
    assert.deepEqual(
      shown.chain.map((link) => link.role),
      ['leaf', 'anchor'],
    );
  });

  for (const key of ['rsa', 'rsa-3072', 'rsa-4096', 'ec', 'ec-p384'] as const) {
    test(`says nothing about a key of kind ${key}`, async () => {
      assert.deepEqual((await preview(both(await ca.issue(names, { key })))).warnings, []);
    });
  }

  test('says nothing about ECDSA P-521', async () => {
    assert.deepEqual((await preview(both(await makeLeaf(ca, { key: 'ec-p521' })))).warnings, []);
  });

  test('has rows for zones and CRLs, with an empty answer until there are zones', async () => {
    const shown = await preview(both(await ca.issue(names)));
    const row = (check: string) => shown.checks.find((r) => r.check === check);
    assert.deepEqual(row('crl-known'), { check: 'crl-known', title: 'CRL of the CA', outcome: 'passed', answer: [] });
    assert.match(row('extended-key-usage')?.title ?? '', /zones and peers/);
  });
});

describe('files that cannot be read', () => {
  const unreadable: [string, string | Uint8Array, RegExp][] = [
    ['a web page', '<!DOCTYPE html><html>Log in</html>', /web page \(HTML\).*at octet 0/],
    ['an empty file', '', /empty/],
    ['random octets', Uint8Array.of(1, 2, 3, 4, 5), /octet/],
    ['plain text', 'nothing in here', /octet/],
  ];
  for (const [what, bytes, detail] of unreadable) {
    test(`${what}: the error says what it looks like`, async () => {
      const problem = await refused([bytes]);
      assert.match(problem.detail, detail);
      assert.deepEqual(errorCodes(problem), ['identity.unreadable']);
    });
  }

  test('a damaged certificate: the error names the octet', async () => {
    const der = Buffer.from(certificateOf(ca.certificate).der);
    der[6] = 0xff;
    assert.match((await refused([der])).detail, /octet \d+/);
  });

  test('a CSR: the error says that it is one', async () => {
    const csr = await gateway.must<CsrView>('POST', '/identities/client/csr', { key: 'ec-p256' });
    await gateway.must('DELETE', '/identities/client/csr');
    assert.match((await refused([csr.pem])).detail, /certificate signing request \(CSR\)/);
  });

  test('a key alone: the error says that the certificate is missing', async () => {
    assert.match((await refused([await createOpensslKey('ec')])).detail, /private key but no certificate/);
  });

  test('a password protected key: the error has the command that removes the password', async () => {
    const { certificate, key } = await ca.issue(names);
    const file = join(gateway.folder, 'plain.key');
    await writeFile(file, key);
    const locked = await openssl(['pkey', '-in', file, '-aes256', '-passout', 'pass:secret']);
    const problem = await refused([certificate, locked]);
    assert.equal(problem.detail, 'The private key is password protected');
    assert.match(problem.hint ?? '', /openssl pkey -in/);
    const traditional = await openssl(['pkey', '-in', file, '-aes256', '-passout', 'pass:secret', '-traditional']);
    assert.equal((await refused([certificate, traditional])).detail, 'The private key is password protected');
  });

  test('two different keys in one upload are refused', async () => {
    const { certificate, key } = await ca.issue(names);
    const problem = await refused([certificate, key, await createOpensslKey('ec')]);
    assert.ok(errorCodes(problem).includes('identity.several-keys'));
    const one = await refused([`${certificate}${key}${await createOpensslKey('ec')}`]);
    assert.ok(errorCodes(one).includes('identity.several-keys'));
  });

  test('a file name is a label: cut, escaped and never a path', async () => {
    const content = Buffer.from('x').toString('base64');
    for (const name of ['../../etc/passwd', 'a\u0000b.pem', 'CON', '\u202egpj.exe', 'n'.repeat(5000)]) {
      const problem = await gateway.refused('POST', path('server'), { files: [{ name, content }] });
      assert.ok(problem.detail.length < 400);
      assert.ok(!/[\u0000\u202e]/.test(problem.detail));
    }
  });

  test('a bundle of hundreds of CAs is refused, within a second', async () => {
    const leaf = await makeLeaf(ca);
    const others = await Promise.all(
      Array.from({ length: 201 }, (_, i) => makeLeaf(ca, { subject: [{ type: 'CN', value: `n${i}.example.com` }] })),
    );
    const started = process.cpuUsage();
    const problem = await refused([leaf.certificate, leaf.key, others.map((one) => one.certificate).join('')]);
    assert.deepEqual(errorCodes(problem), ['identity.too-many-certificates']);
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 1_000_000, `${user + system} µs of processor time`);
    const large = await refused([`${leaf.certificate}${'\n'.repeat(2 * 1024 * 1024)}`]);
    assert.match(large.detail, /more than 2097152/);
  });

  test('more than 10 MiB in all are refused before anything is read', async () => {
    const content = Buffer.alloc(5.2 * 1024 * 1024).toString('base64');
    const answer = await gateway.call('POST', path('server'), { files: [{ content }, { content }] });
    assert.equal(answer.status, 413);
  });
});

describe('key and certificate', () => {
  test('a key uploaded while a CSR is pending is refused', async () => {
    await gateway.must('POST', '/identities/server/csr', { key: 'ec-p256' });
    const problem = await refused(both(await ca.issue(names)));
    assert.ok(errorCodes(problem).includes('identity.key-while-csr-pending'));
    assert.match(problem.detail, /while a certificate signing request is pending/);
    await gateway.must('DELETE', '/identities/server/csr');
  });

  test('a key that does not match is refused with both fingerprints', async () => {
    const one = await ca.issue(names);
    const other = await makeLeaf(ca);
    const problem = await refused([one.certificate, other.key]);
    assert.deepEqual(errorCodes(problem), ['identity.key-mismatch']);
    for (const info of [certificateOf(one.certificate).publicKeyInfo, other.publicKeyInfo]) {
      const print = toColonHex(createHash('sha256').update(info).digest());
      assert.ok(problem.detail.includes(print), 'the fingerprint is named');
    }
  });

  test('a certificate for another key than the pending CSR’s is refused with both fingerprints', async () => {
    const csr = await gateway.must<CsrView>('POST', '/identities/server/csr', { key: 'ec-p256' });
    const { certificate } = await ca.issue(names);
    const problem = await refused([certificate]);
    assert.match(problem.detail, /not for the pending CSR's key/);
    assert.ok(problem.detail.includes(csr.publicKeySha256));
    await gateway.must('DELETE', '/identities/server/csr');
  });

  test('the owner of a known key is named: another slot, another peer', async () => {
    const csr = await gateway.must<CsrView>('POST', '/identities/client/csr', { key: 'ec-p256' });
    const problem = await refused([await ca.sign(csr.pem)]);
    assert.match(problem.detail, /pending CSR of the client certificate/);
    await gateway.must('DELETE', '/identities/client/csr');
    const leaf = await makeLeaf(ca);
    const keyId = createHash('sha256').update(leaf.publicKeyInfo).digest('hex');
    await gateway.identity.notePeerKey(keyId, 'gw2.example.com');
    assert.match((await refused([leaf.certificate])).detail, /the peer gw2\.example\.com/);
  });

  test('a certificate without key and without CSR is refused', async () => {
    const { certificate } = await ca.issue(names);
    const problem = await refused([certificate]);
    assert.deepEqual(errorCodes(problem), ['identity.key-missing']);
  });

  test('the same key on another peer is warned about', async () => {
    const leaf = await makeLeaf(ca);
    const keyId = createHash('sha256').update(leaf.publicKeyInfo).digest('hex');
    await gateway.identity.notePeerKey(keyId, 'gw3.example.com');
    const shown = await warns(leaf, 'identity.key-on-other-peer', /gw3\.example\.com: one leak exposes all/);
    assert.match(shown.warnings[0]?.hint ?? '', /must list every peer/);
  });

  test('Re-use current private key and a key file exclude each other', async () => {
    const problem = await refused(both(await ca.issue(names)), { reuseKey: true });
    assert.ok(errorCodes(problem).includes('identity.two-keys-meant'));
  });

  test('Re-use current private key needs a certificate for that key', async () => {
    const { certificate } = await ca.issue(names);
    assert.match((await refused([certificate], { reuseKey: true })).detail, /not for the current private key/);
  });
});

describe('everything at once', () => {
  test('errors come together, the warnings with them', async () => {
    const leaf = await makeLeaf(stranger, {
      subject: [{ type: 'CN', value: 'gateway' }],
      extensions: { subjectAltName: [{ kind: 'ip', value: '192.0.2.1' }], extendedKeyUsage: ['clientAuth'] },
      notBefore: 0,
      notAfter: 1000,
    });
    const problem = await refused(both(leaf));
    assert.deepEqual(errorCodes(problem), ['identity.san-not-fqdn', 'identity.cn-not-fqdn', 'identity.expired']);
    const warned = problem.warnings?.map((w) => w.code);
    assert.deepEqual(warned, ['identity.chain-incomplete', 'identity.no-server-auth', 'identity.names-missing']);
  });

  test('a certificate full of hostile text gives a short, clean answer', async () => {
    const evil = 'a\r\n<134>1 fake\u001b[2J<script>\u202e';
    const leaf = await makeLeaf(ca, {
      subject: [{ type: 'CN', value: evil }],
      extensions: {
        subjectAltName: Array.from({ length: 2000 }, (_, i) => ({ kind: 'dns' as const, value: `host${i}` })),
      },
    });
    const problem = await refused(both(leaf));
    const text = JSON.stringify(problem.errors);
    assert.ok(text.length < 4096, `${text.length} characters`);
    assert.ok(!/[\r\u001b\u202e]/.test(text));
  });
});
