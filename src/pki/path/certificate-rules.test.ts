import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type MadeOptions, makeCa, makeLeaf, sharedKey } from '../../../test/support/made-certificates.ts';
import { verdict, verify } from '../../../test/support/verified.ts';
import { asciiOctets, boolean, explicit, implicit, integer, sequence, setOf } from '../der/writer.ts';
import { encodeGeneralName, type SanName } from '../name/build-general-name.ts';
import { rfc5280, webpki } from './profile.ts';

type Values = NonNullable<MadeOptions['extensions']>;

const root = makeCa('Root', { key: sharedKey });
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const host = 'host.example.com';

const ids = { basicConstraints: '2.5.29.19', subjectAltName: '2.5.29.17' } as const;

/** An extension as it would be, with its criticality the other way round or its value as given. */
function other(oid: string, critical: boolean, value: Uint8Array): Values {
  return { other: [{ oid, critical, value }] };
}

function leafUnder(profile: typeof webpki, extensions: Values, options: MadeOptions = {}) {
  const leaf = makeLeaf(host, root, { key: sharedKey, ...options, extensions });
  return verdict(verify(leaf, [root], { profile, extendedKeyUsages: [serverAuth] }));
}

function caUnder(profile: typeof webpki, extensions: Values) {
  const ca = makeCa('CA', { issuer: root, key: sharedKey, extensions });
  return verdict(verify(makeLeaf(host, ca, { key: sharedKey }), [root], { bag: [ca], profile }));
}

test('RFC 5280 as it is written holds issuers to identifiers, key usage and criticality (4.2.1.1 to 4.2.1.15)', () => {
  const noncritical = { basicConstraints: undefined, ...other(ids.basicConstraints, false, sequence(boolean(true))) };
  const cases: readonly (readonly [string, Values, string])[] = [
    ['as it should be', {}, 'accepted'],
    ['without key identifier of its issuer', { authorityKeyIdentifier: undefined }, 'path.extension-missing'],
    ['without its own key identifier', { subjectKeyIdentifier: undefined }, 'path.extension-missing'],
    ['without key usage', { keyUsage: undefined }, 'path.extension-missing'],
    ['with basic constraints that are not critical', noncritical, 'path.criticality'],
    ['with a critical freshest CRL', other('2.5.29.46', true, point()), 'path.criticality'],
    ['with a freshest CRL', other('2.5.29.46', false, point()), 'accepted'],
  ];
  for (const [what, extensions, expected] of cases) {
    assert.equal(caUnder(rfc5280, extensions), expected, `a CA ${what}`);
    const untidy = expected === 'path.extension-missing' || expected === 'path.criticality' ? 'accepted' : expected;
    assert.equal(caUnder({ ...rfc5280, conformingIssuer: false }, extensions), untidy, `a CA ${what}, forgiven`);
  }
});

test('a root may lack key usage, and a public one, which may be older, its identifier (RFC 5280 4.2.1.2, 4.2.1.3)', () => {
  const cases = [
    [{ keyUsage: undefined }, 'accepted'],
    [{ subjectKeyIdentifier: undefined }, 'path.extension-missing'],
  ] as const;
  for (const [extensions, expected] of cases) {
    const old = makeCa('Old Root', { key: sharedKey, extensions });
    const below = makeLeaf(host, old, { key: sharedKey });
    assert.equal(verdict(verify(below, [old], { profile: rfc5280 })), expected);
    assert.equal(verdict(verify(below, [old], { profile: webpki })), 'accepted');
  }
});

test('the authority key identifier of a public root is its own (BR 7.1.2.1.3)', () => {
  const own = root.certificate.subjectKeyIdentifier ?? new Uint8Array();
  const below = (keyId: readonly Uint8Array[]) => {
    const extensions = other('2.5.29.35', false, sequence(...keyId.map((octets) => implicit(0, octets))));
    const publicRoot = makeCa('Public Root', { key: sharedKey, extensions });
    return verdict(verify(makeLeaf(host, publicRoot, { key: sharedKey }), [publicRoot], { profile: webpki }));
  };
  assert.equal(below([own]), 'accepted');
  assert.equal(below([]), 'path.extension-misplaced');
  assert.equal(below([Uint8Array.of(1)]), 'path.extension-misplaced');
});

test('what belongs to CAs has no place in an end entity certificate (RFC 5280 4.2.1.9, 4.2.1.10)', () => {
  const pathLength = { basicConstraints: undefined, ...other(ids.basicConstraints, true, sequence(integer(0))) };
  assert.equal(leafUnder(rfc5280, { keyUsage: ['digitalSignature', 'keyCertSign'] }), 'path.extension-misplaced');
  assert.equal(leafUnder(rfc5280, pathLength), 'path.extension-misplaced');
  const limited = { basicConstraints: { ca: true, pathLength: 0 } };
  assert.equal(leafUnder(rfc5280, limited), 'path.extension-misplaced', 'a path length without keyCertSign');
  assert.equal(leafUnder(rfc5280, { ...limited, keyUsage: undefined }), 'accepted');
  assert.equal(
    leafUnder(rfc5280, { nameConstraints: { permitted: [{ kind: 'dns', value: host }] } }),
    'path.extension-misplaced',
  );
});

test('a certificate without subject needs a critical alternative name (RFC 5280 4.1.2.6)', () => {
  assert.equal(leafUnder(rfc5280, {}, { subject: [] }), 'accepted');
  assert.equal(leafUnder(rfc5280, { subjectAltName: undefined }, { subject: [] }), 'path.extension-missing');
  const names = sequence(encodeGeneralName({ kind: 'dns', value: host }));
  const noncritical = { subjectAltName: undefined, ...other(ids.subjectAltName, false, names) };
  assert.equal(leafUnder(rfc5280, noncritical, { subject: [] }), 'path.criticality');
});

test('an issuer is named by at least one attribute (RFC 5280 4.1.2.4)', () => {
  for (const name of [sequence(), sequence(setOf())]) {
    const certificate = Object.create(root.certificate, { subject: { value: { der: name } } });
    const leaf = makeLeaf(host, { ...root, certificate }, { key: sharedKey });
    assert.equal(verdict(verify(leaf, [root], { profile: rfc5280 })), 'path.issuer-empty');
  }
});

test('alternative names are well formed (RFC 5280 4.2.1.6)', () => {
  const bad = 'path.subject-alternative-name';
  const cases: readonly (readonly [SanName['kind'], string, string])[] = [
    ['email', 'a@example.com', 'accepted'],
    ['email', '"a@b"@example.com', 'accepted'],
    ['email', 'a@[192.0.2.1]', 'accepted'],
    ['email', 'a@b@example.com', bad],
    ['email', 'A Person <a@example.com>', bad],
    ['email', 'a@example..com', bad],
    ['email', '@example.com', bad],
    ['dns', 'example.com.', bad],
    ['dns', ' ', bad],
    ['dns', '192.0.2.1', bad],
    ['dns', 'a.*.example.com', bad],
    ['uri', 'sip:example.com', 'accepted'],
    ['uri', '/relative', bad],
    ['uri', 'sip:', bad],
  ];
  for (const [kind, value, expected] of cases) {
    const name = { kind, value } as SanName;
    assert.equal(leafUnder(rfc5280, { subjectAltName: [name] }), expected, `${kind} ${value}`);
  }
});

test('a self-signed certificate that is trusted itself needs no key identifier of its issuer (RFC 5280 4.2.1.1)', () => {
  const alone = makeLeaf(host, undefined);
  assert.equal(verdict(verify(alone, [alone], { profile: rfc5280 })), 'accepted');
});

test('server certificates of public CAs hold server purposes, DNS names and IP addresses only (BR 7.1.2.7)', () => {
  const dns: SanName = { kind: 'dns', value: host };
  const names = sequence(encodeGeneralName(dns));
  const criticalNames = { subjectAltName: undefined, ...other(ids.subjectAltName, true, names) };
  const misplaced = 'path.extension-misplaced';
  const cases: readonly (readonly [string, Values, string])[] = [
    ['as it should be', {}, 'accepted'],
    ['an IP address as well', { subjectAltName: [dns, { kind: 'ip', value: '192.0.2.1' }] }, 'accepted'],
    ['a mail address', { subjectAltName: [dns, mail] }, 'path.subject-alternative-name'],
    ['a URI', { subjectAltName: [dns, { kind: 'uri', value: 'sip:a.org' }] }, 'path.subject-alternative-name'],
    ['another name', { subjectAltName: [dns, { kind: 'upn', value: 'a@b' }] }, 'path.subject-alternative-name'],
    [
      'a wildcard below a top-level domain',
      { subjectAltName: [dns, { kind: 'dns', value: '*.com' }] },
      'path.wildcard',
    ],
    ['critical names beside a subject', criticalNames, 'path.criticality'],
    ['no purpose', { extendedKeyUsage: undefined }, 'path.extension-missing'],
    ['mail protection', { extendedKeyUsage: ['serverAuth', 'emailProtection'] }, misplaced],
    ['code signing', { extendedKeyUsage: ['serverAuth', 'codeSigning'] }, misplaced],
    ['every purpose', { extendedKeyUsage: ['serverAuth', '2.5.29.37.0'] }, misplaced],
    ['cRLSign', { keyUsage: ['digitalSignature', 'cRLSign'] }, misplaced],
    ['keyCertSign', { keyUsage: ['digitalSignature', 'keyCertSign'] }, misplaced],
    ['the name of its issuer', { authorityKeyIdentifier: undefined, ...namedIssuer() }, misplaced],
  ];
  for (const [what, extensions, expected] of cases) assert.equal(leafUnder(webpki, extensions), expected, what);
  // BR 1.1: they are about servers
  const person = { extendedKeyUsage: ['clientAuth', 'emailProtection'] as const, subjectAltName: [dns, mail] };
  const client = makeLeaf('A Person', root, { key: sharedKey, extensions: person });
  assert.equal(verdict(verify(client, [root], { profile: webpki, extendedKeyUsages: [clientAuth] })), 'accepted');
  assert.equal(leafUnder(webpki, {}, { subject: [{ type: 'CN', value: 'other.example.com' }] }), 'path.common-name');
});

test('public CAs certify RSA and ECDSA keys only (BR 7.1.3.1)', () => {
  const { privateKey: ed25519 } = generateKeyPairSync('ed25519');
  const { privateKey: pss } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  for (const key of [ed25519, pss]) {
    assert.equal(leafUnder(webpki, {}, { key }), 'path.key-refused', key.asymmetricKeyType);
    assert.equal(leafUnder(rfc5280, {}, { key }), 'accepted', key.asymmetricKeyType);
  }
});

const mail: SanName = { kind: 'email', value: 'a@example.com' };

/** CRLDistributionPoints with one URL. */
function point(): Uint8Array {
  return sequence(sequence(explicit(0, explicit(0, implicit(6, asciiOctets('http://example.com/delta.crl'))))));
}

/** An authority key identifier with every field. */
function namedIssuer(): Values {
  const name = encodeGeneralName({ kind: 'directory', fields: [{ type: 'CN', value: 'Root' }] });
  const keyId = implicit(0, root.certificate.subjectKeyIdentifier ?? new Uint8Array());
  return other('2.5.29.35', false, sequence(keyId, explicit(1, name), implicit(2, Uint8Array.of(1))));
}
