import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { problem, readCertificate, startPrivateCa } from '../../../../test/support/private-ca.ts';
import { buildCertificate, type CertificateContents } from '../../../pki/certificate/build.ts';
import { type ExtensionValues, keyIdentifier } from '../../../pki/certificate/build-extensions.ts';
import type { Certificate } from '../../../pki/certificate/certificate.ts';
import { implicit, octetString, oid, sequence } from '../../../pki/der/writer.ts';
import { generateKey } from '../../../pki/key/generate.ts';
import { type LintSubject, lint, lintRules } from './lint.ts';
import { installedZlint } from './zlint.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);

interface Made {
  readonly key: KeyObject;
  readonly publicKeyInfo: Uint8Array;
  readonly certificate: Certificate;
}

const names = { subjectAltName: [{ kind: 'dns', value: 'a.example.com' }] } as const;
const root = await make({ ca: true });
const below = await make({ ca: true, issuer: root, extensions: { basicConstraints: { ca: true, pathLength: 0 } } });
const limited = await make({
  ca: true,
  issuer: root,
  extensions: {
    basicConstraints: { ca: true, pathLength: 0 },
    nameConstraints: { permitted: [{ kind: 'dns', value: 'example.org' }] },
  },
});

interface Changes {
  readonly ca?: boolean;
  readonly issuer?: Made;
  readonly extensions?: ExtensionValues;
  readonly contents?: Partial<CertificateContents>;
  readonly algorithm?: 'ec-p256' | 'rsa-2048';
}

/** A certificate without fault, but for what is changed. */
async function make({ ca = false, issuer, extensions, contents, algorithm = 'ec-p256' }: Changes): Promise<Made> {
  const { privateKey: key, publicKeyInfo } = await generateKey(algorithm);
  const subject = [{ type: 'CN', value: ca ? `CA ${issuer === undefined ? 1 : 2}` : 'a.example.com' }] as const;
  const usual: ExtensionValues = ca
    ? { basicConstraints: { ca }, keyUsage: ['keyCertSign', 'cRLSign'] }
    : { basicConstraints: { ca }, keyUsage: ['digitalSignature'], extendedKeyUsage: ['serverAuth'], ...names };
  const above = issuer?.certificate;
  const der = buildCertificate({
    subject,
    issuer: above?.subject ?? subject,
    publicKeyInfo,
    digest: 'sha256',
    serial: Buffer.alloc(16, 0x5a),
    notBefore: now,
    notAfter: now + (ca ? 3_650 : 365) * day,
    signingKey: issuer?.key ?? key,
    ...contents,
    extensions: {
      ...usual,
      subjectKeyIdentifier: keyIdentifier(publicKeyInfo),
      ...(above === undefined ? {} : { authorityKeyIdentifier: keyIdentifier(above.publicKeyInfo) }),
      ...extensions,
    },
  });
  return { key, publicKeyInfo, certificate: readCertificate(der) };
}

async function found(changes: Changes): Promise<string[]> {
  const { certificate } = await make({ issuer: below, ...changes });
  const issuers = changes.issuer === undefined ? [below, root] : [changes.issuer, root];
  return rulesOf({ certificate, issuers: issuers.map((made) => made.certificate) });
}

function rulesOf(subject: LintSubject): string[] {
  return lint(subject).map(({ rule }) => rule);
}

const without = (...keys: (keyof ExtensionValues)[]): ExtensionValues =>
  Object.fromEntries(keys.map((key) => [key, undefined])) as unknown as ExtensionValues;

/** What each rule finds; the name is the rule's. */
const broken: Readonly<Record<string, Changes>> = {
  'serial-entropy': { contents: { serial: Uint8Array.of(1, 2, 3) } },
  'serial ': { contents: { serial: Uint8Array.of(0) } },
  issuer: { contents: { issuer: [{ type: 'CN', value: 'ca 2' }] } },
  'validity-nested': { contents: { notAfter: now + 4_000 * day } },
  'server-validity': { contents: { notAfter: now + 900 * day } },
  'issuer-key': { contents: { publicKeyInfo: below.publicKeyInfo } },
  'subject-empty': { contents: { subject: [] }, extensions: without('subjectAltName') },
  'attribute-length': { contents: { subject: [{ type: 'O', value: 'x'.repeat(65) }] } },
  'attribute-empty': { contents: { subject: [{ type: 'O', value: ' ' }] } },
  country: { contents: { subject: [{ type: 'C', value: 'gb' }] } },
  'server-name': { extensions: without('subjectAltName') },
  'dns-name': { extensions: { subjectAltName: [{ kind: 'dns', value: 'a_b.example.com' }] } },
  'names-twice': {
    extensions: { subjectAltName: [...names.subjectAltName, { kind: 'dns', value: 'A.example.com' }] },
  },
  'common-name': { contents: { subject: [{ type: 'CN', value: 'b.example.com' }] } },
  'name-constraints': { issuer: limited },
  'authority-key-identifier': { extensions: { authorityKeyIdentifier: Buffer.alloc(20) } },
  'subject-key-identifier': { extensions: without('subjectKeyIdentifier') },
  'key-usage': { extensions: without('keyUsage') },
  'key-usage-of-key': { extensions: { keyUsage: ['digitalSignature', 'keyEncipherment'] } },
  'leaf-key-usage': { extensions: { keyUsage: ['digitalSignature', 'keyCertSign'] } },
  'leaf-basic-constraints': { extensions: { basicConstraints: { ca: false, pathLength: 0 } } },
  'extended-key-usage': { extensions: { extendedKeyUsage: ['2.5.29.37.0'] } },
  'responder-no-check': { extensions: { extendedKeyUsage: ['ocspSigning'] } },
  'http-urls': { extensions: { crlDistributionPoints: ['ldap://ca.example.com/cn=ca'] } },
  'not-critical': { extensions: { other: [{ oid: '1.3.6.1.5.5.7.1.1', critical: true, value: accessDer() }] } },
  'unknown-critical': {
    extensions: { other: [{ oid: '1.2.3.4', critical: true, value: octetString(new Uint8Array(1)) }] },
  },
  'ca-key-usage': {
    ca: true,
    issuer: root,
    extensions: { basicConstraints: { ca: true, pathLength: 0 }, keyUsage: ['keyCertSign'] },
  },
  'ca-subject': {
    ca: true,
    issuer: root,
    contents: { subject: [] },
    extensions: { basicConstraints: { ca: true, pathLength: 0 } },
  },
  'ca-own-name': {
    ca: true,
    issuer: root,
    contents: { subject: [{ type: 'CN', value: 'CA 1' }] },
    extensions: { basicConstraints: { ca: true, pathLength: 0 } },
  },
  'ca-path-length': {
    ca: true,
    issuer: below,
    contents: { subject: [{ type: 'CN', value: 'CA 3' }] },
    extensions: { basicConstraints: { ca: true, pathLength: 0 } },
  },
};

test('a certificate as it should be breaks no rule: leaf, intermediate, root', async () => {
  assert.deepEqual(await found({}), []);
  assert.deepEqual(
    await found({ algorithm: 'rsa-2048', extensions: { keyUsage: ['digitalSignature', 'keyEncipherment'] } }),
    [],
  );
  assert.deepEqual(rulesOf({ certificate: root.certificate, issuers: [root.certificate] }), []);
  assert.deepEqual(rulesOf({ certificate: below.certificate, issuers: [root.certificate] }), []);
});

for (const [name, changes] of Object.entries(broken)) {
  test(`a certificate that breaks the rule ${name.trim()} is found`, async () => {
    const rules = await found(changes);
    assert.ok(rules.includes(name.trim()), rules.join());
  });
}

test('a leaf as issuer is no authority', async () => {
  const leaf = await make({ issuer: below });
  const { certificate } = await make({ issuer: leaf });
  assert.ok(
    rulesOf({ certificate, issuers: [leaf.certificate, below.certificate, root.certificate] }).includes('ca-issuer'),
  );
});

test('every rule cites a clause, has a name of its own, and is seen to find something', () => {
  assert.equal(new Set(lintRules.map(({ rule }) => rule)).size, lintRules.length);
  assert.ok(lintRules.every(({ clause }) => /^(RFC \d+|BR) [\dA-Z]/.test(clause)));
  // what the parser refuses, or the writer cannot write, cannot be made here
  const unmade = [
    'version',
    'signature-algorithm',
    'validity-order',
    'time-form',
    'string-type',
    'alternative-names-empty',
    'ca-basic-constraints',
  ];
  const seen = [...Object.keys(broken).map((name) => name.trim()), 'ca-issuer', ...unmade];
  assert.deepEqual(
    lintRules.map(({ rule }) => rule).filter((rule) => !seen.includes(rule)),
    [],
  );
});

test('what breaks a rule is not signed', async (t) => {
  const { issue, ca } = await startPrivateCa(t, { constraints: null });
  const long = `${'a'.repeat(60)}.example.com`;
  await assert.rejects(issue([long]), problem('private-ca.lint', /CN has more than 64 characters \(RFC 5280 A.1\)/));
  assert.deepEqual((await ca.issued({ template: 'web-client-server', limit: 10 })).certificates, []);
});

test('zlint is asked where it is installed, and its errors count', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-zlint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = (name: string, output: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n/bin/grep -q 'BEGIN CERTIFICATE' || exit 3\necho '${output}'\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const bad = '{"e_some_rule":{"result":"error"},"w_other":{"result":"warn"},"n_none":{"result":"pass"}}';
  const refusing = await startPrivateCa(t, { zlint: installedZlint([program('bad', bad)]) });
  await assert.rejects(refusing.issue(['a.example.com']), problem('private-ca.lint', /e_some_rule/));
  const content = await startPrivateCa(t, { zlint: installedZlint([program('good', '{"n_none":{"result":"pass"}}')]) });
  assert.deepEqual((await content.issue(['a.example.com'])).notes, []);
  const dumb = await startPrivateCa(t, { zlint: installedZlint([program('dumb', 'hello')]) });
  assert.equal((await dumb.issue(['a.example.com'])).notes[0]?.code, 'lint');
  assert.equal(installedZlint([join(folder, 'absent')]), undefined);
});

/** AuthorityInfoAccessSyntax with one OCSP address. */
function accessDer(): Uint8Array {
  return sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), implicit(6, Buffer.from('http://a.example/ocsp'))));
}
