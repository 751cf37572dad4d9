/** What the builders write, judged by OpenSSL: the command line's for what it knows, Node's for ML-DSA. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { needs } from '../../../test/support/needs.ts';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { buildCsr } from '../csr/build.ts';
import { parseCsr, verifyCsrSignature } from '../csr/csr.ts';
import { type GeneratedKey, generateKey, type KeyAlgorithm, keyAlgorithms } from '../key/generate.ts';
import { encodePem } from '../pem.ts';
import { buildCertificate, type CertificateContents } from './build.ts';
import { type ExtensionValues, keyIdentifier } from './build-extensions.ts';
import { parseCertificate } from './certificate.ts';

const skip = needs('openssl');
const scratch = createScratch();
after(() => scratch.remove());

const day = 86_400_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const keys = new Map<KeyAlgorithm, GeneratedKey>();
async function keyOf(algorithm: KeyAlgorithm): Promise<GeneratedKey> {
  const key = keys.get(algorithm) ?? (await generateKey(algorithm));
  keys.set(algorithm, key);
  return key;
}

const caExtensions: ExtensionValues = {
  basicConstraints: { ca: true },
  keyUsage: ['keyCertSign', 'cRLSign'],
  nameConstraints: {
    permitted: [
      { kind: 'dns', value: 'example.com' },
      { kind: 'ip', value: '10.0.0.0/8' },
      { kind: 'directory', fields: [{ type: 'O', value: 'Example' }] },
    ],
    excluded: [{ kind: 'email', value: 'example.org' }],
  },
};

const leafExtensions: ExtensionValues = {
  basicConstraints: { ca: false },
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  extendedKeyUsage: ['serverAuth', 'clientAuth', '1.3.6.1.4.1.55555.1'],
  subjectAltName: [
    { kind: 'dns', value: 'a.example.com' },
    { kind: 'ip', value: '10.1.2.3' },
    { kind: 'srv', value: '_collab-edge._tls.example.com' },
    { kind: 'xmpp', value: 'chat.example.com' },
  ],
  certificatePolicies: [{ oid: '2.23.140.1.2.1' }, { oid: '1.2.3', cps: 'http://cps.example.com' }],
  crlDistributionPoints: ['http://crl.example.com/a.crl', 'http://crl.example.com/b.crl'],
  authorityInfoAccess: { ocsp: ['http://ocsp.example.com'], caIssuers: ['http://ca.example.com/ca.cer'] },
  tlsFeature: [5],
  ocspNoCheck: true,
  other: [{ oid: '1.2.3.4.5', value: Uint8Array.of(5, 0) }],
};

async function issue(
  algorithm: KeyAlgorithm,
  changes: Partial<CertificateContents> = {},
): Promise<{ ca: Uint8Array; leaf: Uint8Array }> {
  const caKey = await keyOf(algorithm);
  const leafKey = await keyOf('ec-p256');
  const name = [{ type: 'CN', value: `CA ${algorithm}` }] as const;
  const ca = buildCertificate({
    subject: name,
    issuer: name,
    publicKeyInfo: caKey.publicKeyInfo,
    serial: Uint8Array.of(0xff, 1, 2, 3),
    notBefore: now - day,
    notAfter: Date.UTC(2060, 0, 1),
    extensions: { ...caExtensions, subjectKeyIdentifier: keyIdentifier(caKey.publicKeyInfo) },
    signingKey: caKey.privateKey,
    digest: 'sha384',
  });
  const parsed = parseCertificate(ca);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  const leaf = buildCertificate({
    subject: [
      { type: 'O', value: 'Example' },
      { type: 'CN', value: 'a.example.com' },
    ],
    issuer: parsed.value.subject,
    publicKeyInfo: leafKey.publicKeyInfo,
    serial: new Uint8Array(16).fill(0x81),
    notBefore: now - day,
    notAfter: now + 30 * day,
    extensions: {
      ...leafExtensions,
      subjectKeyIdentifier: keyIdentifier(leafKey.publicKeyInfo),
      authorityKeyIdentifier: keyIdentifier(caKey.publicKeyInfo),
    },
    signingKey: caKey.privateKey,
    digest: 'sha256',
    ...changes,
  });
  return { ca, leaf };
}

for (const algorithm of keyAlgorithms.filter((name) => !name.startsWith('ml-dsa') && name !== 'rsa-4096')) {
  test(`a chain signed with ${algorithm} verifies with openssl verify`, { skip }, async () => {
    const { ca, leaf } = await issue(algorithm);
    scratch.write('ca.pem', encodePem('CERTIFICATE', ca));
    scratch.write('leaf.pem', encodePem('CERTIFICATE', leaf));
    const answer = scratch.openssl(
      'verify -x509_strict -purpose sslserver -verify_hostname a.example.com -CAfile ca.pem leaf.pem',
    );
    assert.equal(answer.toString(), 'leaf.pem: OK\n');
  });
}

for (const algorithm of ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const) {
  test(`a chain signed with ${algorithm} verifies with Node's OpenSSL`, async () => {
    const { ca, leaf } = await issue(algorithm);
    const issuer = new X509Certificate(ca);
    const subject = new X509Certificate(leaf);
    assert.ok(issuer.verify(issuer.publicKey));
    assert.ok(subject.verify(issuer.publicKey));
    assert.ok(subject.checkIssued(issuer));
    assert.ok(!subject.verify(subject.publicKey));
  });
}

test('every extension is there as OpenSSL prints it', { skip }, async () => {
  const { leaf } = await issue('ec-p256');
  scratch.write('leaf.der', leaf);
  const text = scratch.openssl('x509 -in leaf.der -inform DER -noout -text').toString();
  for (const line of [
    'X509v3 Basic Constraints: critical\n                CA:FALSE',
    'X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment',
    'TLS Web Server Authentication, TLS Web Client Authentication, 1.3.6.1.4.1.55555.1',
    'DNS:a.example.com, IP Address:10.1.2.3, othername: SRVName::_collab-edge._tls.example.com, othername: XmppAddr::chat.example.com',
    'CPS: http://cps.example.com',
    'URI:http://crl.example.com/b.crl',
    'OCSP - URI:http://ocsp.example.com',
    'CA Issuers - URI:http://ca.example.com/ca.cer',
    'status_request',
    'OCSP No Check',
    '1.2.3.4.5',
  ]) {
    assert.ok(text.includes(line), line);
  }
});

test('an empty subject makes the alternative names critical', async () => {
  const { leaf } = await issue('ec-p256', { subject: [] });
  const parsed = parseCertificate(leaf);
  assert.ok(parsed.ok);
  assert.equal(parsed.value.extension('2.5.29.17')?.critical, true);
});

test('what cannot be written is refused and not bent', async () => {
  await assert.rejects(issue('ec-p256', { serial: new Uint8Array(21).fill(1) }), /20 octets/);
  await assert.rejects(issue('ec-p256', { notAfter: now - 2 * day }), /end before it begins/);
  await assert.rejects(issue('ec-p256', { subject: [{ type: 'C', value: 'GBR' }] }), /two letters/);
  await assert.rejects(
    issue('ec-p256', { extensions: { subjectAltName: [{ kind: 'dns', value: 'ä.example.com' }] } }),
    /ASCII/,
  );
  await assert.rejects(
    issue('ec-p256', { extensions: { subjectAltName: [{ kind: 'ip', value: '10.1.2' }] } }),
    /not an IP address/,
  );
});

for (const algorithm of keyAlgorithms.filter((name) => name !== 'rsa-4096')) {
  test(`a request with a key of type ${algorithm} verifies`, { skip }, async () => {
    const { privateKey } = await keyOf(algorithm);
    for (const digest of ['sha256', 'sha384', 'sha512'] as const) {
      const csr = buildCsr({
        subject: [
          { type: 'CN', value: 'a.example.com' },
          { type: 'OU', value: 'Prüfung' },
        ],
        names: [{ kind: 'dns', value: 'a.example.com' }],
        extendedKeyUsage: ['serverAuth', 'clientAuth'],
        keyUsage: ['digitalSignature'],
        digest,
        key: privateKey,
      });
      const parsed = parseCsr(csr);
      assert.ok(parsed.ok && verifyCsrSignature(parsed.value));
      if (algorithm.startsWith('ml-dsa')) continue;
      scratch.write('request.der', csr);
      scratch.openssl('req -in request.der -inform DER -verify -noout');
    }
  });
}
