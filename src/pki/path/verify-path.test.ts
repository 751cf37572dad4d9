import assert from 'node:assert/strict';
import { constants, createPublicKey, generateKeyPairSync, hash, publicEncrypt } from 'node:crypto';
import { test } from 'node:test';
import { rsaKeyInfo } from '../../../test/support/leaf.ts';
import { makeCa, makeLeaf, parsedCertificate } from '../../../test/support/made-certificates.ts';
import { verdict, verify } from '../../../test/support/verified.ts';
import type { ExtensionValues } from '../certificate/build-extensions.ts';
import { bitString, sequence } from '../der/writer.ts';
import { rfc5280, sip } from './profile.ts';

const root = makeCa('Root');
const ca = makeCa('CA', { issuer: root });
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyExtendedKeyUsage = '2.5.29.37.0';

function leafWith(extensions: { [K in keyof ExtensionValues]?: ExtensionValues[K] | undefined }, issuer = root) {
  return makeLeaf('host.example.com', issuer, { extensions });
}

test('both ends of the validity are inclusive to the second', () => {
  const leaf = makeLeaf('host.example.com', root, {
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: Date.UTC(2026, 0, 31, 23, 59, 59),
  });
  const at = (time: number) => verdict(verify(leaf, [root], { time }));
  assert.equal(at(Date.UTC(2026, 0, 1) - 1), 'path.not-yet-valid');
  assert.equal(at(Date.UTC(2026, 0, 1)), 'accepted');
  assert.equal(at(Date.UTC(2026, 0, 31, 23, 59, 59, 999)), 'accepted');
  assert.equal(at(Date.UTC(2026, 1, 1)), 'path.expired');
});

test('an issuer without basic constraints is no CA, with a key usage or without', () => {
  for (const keyUsage of [undefined, ['keyCertSign'] as const]) {
    const noCa = makeCa('No CA', { issuer: root, extensions: { basicConstraints: undefined, keyUsage } });
    const result = verify(makeLeaf('host.example.com', noCa), [root], { bag: [noCa] });
    assert.equal(verdict(result), 'path.issuer-not-ca');
  }
  const said = makeCa('Not CA', { issuer: root, extensions: { basicConstraints: { ca: false } } });
  assert.equal(verdict(verify(makeLeaf('h.example.com', said), [root], { bag: [said] })), 'path.issuer-not-ca');
});

test('a leaf does not become a CA by signing: neither below a CA nor trusted itself', () => {
  const first = makeLeaf('first.example.com', ca);
  const second = makeLeaf('second.example.com', first);
  assert.equal(verdict(verify(second, [root], { bag: [first, ca] })), 'path.issuer-not-ca');
  assert.equal(verdict(verify(second, [first])), 'path.issuer-not-ca');
  const pinned = { certificate: first.certificate, constraints: true, pinned: true };
  assert.equal(verdict(verify(second, [pinned])), 'path.no-issuer');
  const namesake = makeLeaf('first.example.com', undefined);
  assert.equal(verdict(verify(first, [pinned])), 'accepted', 'the pinned certificate itself is trusted');
  assert.equal(verdict(verify(namesake, [pinned])), 'path.no-issuer', 'another one with its name is not');
  assert.equal(verdict(verify(namesake, [first])), 'path.issuer-not-ca');
});

test('an issuer whose key usage lacks keyCertSign cannot issue', () => {
  const crlOnly = makeCa('CRL only', { issuer: root, extensions: { keyUsage: ['cRLSign'] } });
  const result = verify(makeLeaf('host.example.com', crlOnly), [root], { bag: [crlOnly] });
  assert.equal(verdict(result), 'path.issuer-key-usage');
});

test('path lengths count CA certificates below that are not self-issued', () => {
  const limited = makeCa('Limited', { issuer: root, extensions: { basicConstraints: { ca: true, pathLength: 0 } } });
  const rolled = makeCa('Limited', { issuer: limited });
  const below = makeCa('Below', { issuer: limited });
  assert.equal(verdict(verify(makeLeaf('a.example.com', limited), [root], { bag: [limited] })), 'accepted');
  assert.equal(verdict(verify(makeLeaf('b.example.com', rolled), [root], { bag: [limited, rolled] })), 'accepted');
  const tooDeep = verify(makeLeaf('c.example.com', below), [root], { bag: [limited, below] });
  assert.equal(verdict(tooDeep), 'path.path-length');
  const shortRoot = makeCa('Short Root', { extensions: { basicConstraints: { ca: true, pathLength: 0 } } });
  const shortCa = makeCa('Short CA', { issuer: shortRoot });
  const leaf = makeLeaf('d.example.com', shortCa);
  assert.equal(verdict(verify(leaf, [shortRoot], { bag: [shortCa] })), 'path.path-length');
  const byNameAndKey = { certificate: shortRoot.certificate, constraints: false, pinned: false };
  assert.equal(verdict(verify(leaf, [byNameAndKey], { bag: [shortCa] })), 'accepted');
});

test('unknown critical extensions refuse leaf and issuer, unknown ones that are not critical do not', () => {
  const other = (critical: boolean) => ({ other: [{ oid: '1.2.3.4', critical, value: Uint8Array.of(5, 0) }] });
  assert.equal(verdict(verify(leafWith(other(false)), [root])), 'accepted');
  assert.equal(verdict(verify(leafWith(other(true)), [root])), 'path.unknown-critical-extension');
  const odd = makeCa('Odd', { issuer: root, extensions: other(true) });
  const below = makeLeaf('host.example.com', odd);
  assert.equal(verdict(verify(below, [root], { bag: [odd] })), 'path.unknown-critical-extension');
});

test('key usage and extended key usage are held against the purpose', () => {
  const usages = { keyUsages: ['digitalSignature'] as const, extendedKeyUsages: [clientAuth] };
  const check = (extensions: Parameters<typeof leafWith>[0], profile = sip) =>
    verdict(verify(leafWith(extensions), [root], { ...usages, profile }));
  assert.equal(check({}), 'accepted');
  assert.equal(check({ keyUsage: ['keyEncipherment'] }), 'path.key-usage');
  assert.equal(check({ keyUsage: undefined }), 'accepted');
  assert.equal(check({ extendedKeyUsage: ['serverAuth'] }), 'path.extended-key-usage');
  assert.equal(check({ extendedKeyUsage: undefined }), 'accepted');
  assert.equal(check({ extendedKeyUsage: [anyExtendedKeyUsage] }), 'accepted');
  const strict = { ...sip, missingExtendedKeyUsage: false, anyExtendedKeyUsage: false };
  assert.equal(check({ extendedKeyUsage: undefined }, strict), 'path.extended-key-usage');
  assert.equal(check({ extendedKeyUsage: [anyExtendedKeyUsage] }, strict), 'path.extended-key-usage');
});

test('an extended key usage in a CA limits what is below it', () => {
  const limited = makeCa('Server CA', { issuer: root, extensions: { extendedKeyUsage: ['serverAuth'] } });
  const leaf = makeLeaf('host.example.com', limited);
  const check = (purpose: string) => verdict(verify(leaf, [root], { bag: [limited], extendedKeyUsages: [purpose] }));
  assert.equal(check(serverAuth), 'accepted');
  assert.equal(check(clientAuth), 'path.extended-key-usage');
});

test('a certificate forged with RSA exponent 1 is refused, under every algorithm policy', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const modulus = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).n ?? '', 'base64url');
  const issuer = makeCa('Forgeable', { publicKeyInfo: rsaKeyInfo(modulus, 1) });
  const template = makeLeaf('victim.example.com', undefined, { key: privateKey });
  const tbs = sequence(...replaced(template.certificate.tbs, issuer.certificate.subject.der));
  // with exponent 1 the padded digest is its own signature
  const info = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    hash('sha256', tbs, 'buffer'),
  ]);
  const signature = Buffer.concat([
    Buffer.from('0001', 'hex'),
    Buffer.alloc(256 - 3 - info.length, 0xff),
    Buffer.alloc(1),
    info,
  ]);
  const oneKey = createPublicKey({ key: Buffer.from(rsaKeyInfo(modulus, 1)), format: 'der', type: 'spki' });
  const back = publicEncrypt({ key: oneKey, padding: constants.RSA_NO_PADDING }, signature);
  assert.ok(back.equals(signature), 'OpenSSL takes the signature for what the key made of it');
  const forged = parsedCertificate(sequence(tbs, template.certificate.signatureAlgorithm.der, bitString(signature)));
  for (const algorithms of ['current', 'any'] as const) {
    const result = verify({ ...template, certificate: forged }, [issuer], { profile: { ...sip, algorithms } });
    assert.equal(verdict(result), algorithms === 'any' ? 'path.signature-invalid' : 'path.key-refused');
  }
});

/** The members of a TBSCertificate with another issuer. */
function replaced(tbs: Uint8Array, issuer: Uint8Array): readonly Uint8Array[] {
  const members: Uint8Array[] = [];
  for (let at = lengthOf(tbs, 0).content; at < tbs.length; ) {
    const { stop } = lengthOf(tbs, at);
    members.push(members.length === 3 ? issuer : tbs.subarray(at, stop));
    at = stop;
  }
  return members;
}

function lengthOf(der: Uint8Array, at: number): { readonly content: number; readonly stop: number } {
  const first = der[at + 1]!;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  let length = octets === 0 ? first : 0;
  for (let i = 0; i < octets; i++) length = length * 256 + der[at + 2 + i]!;
  return { content: at + 2 + octets, stop: at + 2 + octets + length };
}

test('weak keys are refused wherever they stand', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.equal(verdict(verify(makeLeaf('a.example.com', root, { key: privateKey }), [root])), 'path.key-refused');
  const weakCa = makeCa('Weak', { issuer: root, key: privateKey });
  const below = makeLeaf('b.example.com', weakCa);
  assert.equal(verdict(verify(below, [root], { bag: [weakCa] })), 'path.key-refused');
  const anyAlgorithm = { profile: { ...sip, algorithms: 'any' as const } };
  assert.equal(verdict(verify(below, [root], { bag: [weakCa], ...anyAlgorithm })), 'accepted');
});

test('a changed octet anywhere in the signed part or the signature is found', () => {
  const { der } = makeLeaf('host.example.com', root);
  const key = der.length - 20;
  const changed = Uint8Array.from(der, (octet, i) => (i === key ? octet ^ 1 : octet));
  const leaf = { ...makeLeaf('x', root), certificate: parsedCertificate(changed) };
  assert.equal(verdict(verify(leaf, [root])), 'path.signature-invalid');
});

test('the profile decides whether issuers must be tidy', () => {
  const untidy = leafWith({ authorityKeyIdentifier: undefined });
  assert.equal(verdict(verify(untidy, [root], { profile: sip })), 'accepted');
  assert.equal(verdict(verify(untidy, [root], { profile: rfc5280 })), 'path.extension-missing');
});

test('a refusal names the certificate, the clause and the next step', () => {
  const expired = makeLeaf('host.example.com', root, { notAfter: Date.UTC(2025, 6) });
  const result = verify(expired, [root]);
  assert.ok(!result.accepted);
  const { message, clause, next, certificate } = result.rejection;
  assert.equal(message, 'expired on 2025-07-01 00:00:00 UTC (CN=host.example.com)');
  assert.equal(clause, 'RFC 5280 6.1.3 (a)(2)');
  assert.match(next, /renewed/);
  assert.equal(certificate, expired.certificate);
});
