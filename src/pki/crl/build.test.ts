import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, test } from 'node:test';
import { makeCa } from '../../../test/support/made-certificates.ts';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { buildCrl, type CrlContents, CrlEntryWriter, type RevokedEntry } from './build.ts';
import { type Crl, parseCrl } from './crl.ts';
import { indexCrl } from './crl-index.ts';

const scratch = createScratch();
after(() => scratch.remove());

const ca = makeCa('Publishing CA');
const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;

function contents(more: Partial<CrlContents> = {}): CrlContents {
  return {
    issuer: ca.certificate.subject,
    authorityKeyIdentifier: ca.certificate.subjectKeyIdentifier!,
    number: 1,
    thisUpdate: start,
    nextUpdate: start + 7 * day,
    entries: [],
    signingKey: ca.key,
    digest: 'sha256',
    ...more,
  };
}

function read(der: Uint8Array): Crl {
  const parsed = parseCrl(der);
  assert.ok(parsed.ok);
  return parsed.value;
}

function printed(der: Uint8Array): string {
  scratch.write('list.crl', der);
  return scratch.openssl('crl -inform DER -in list.crl -noout -text').toString();
}

const entries: readonly RevokedEntry[] = [
  { serial: Uint8Array.of(0), revokedAt: start - day },
  { serial: Uint8Array.of(0, 0, 0x80, 1), revokedAt: start - day + 86_399_999, reason: 'keyCompromise' },
  { serial: new Uint8Array(19).fill(0xfe), revokedAt: Date.UTC(2049, 11, 31, 23, 59, 59), reason: 'unspecified' },
  { serial: new Uint8Array(20).fill(0x7f), revokedAt: Date.UTC(2050, 0, 1, 1, 2, 3), reason: 'aACompromise' },
];

test('what is written is read again by us and printed by openssl', () => {
  const der = buildCrl(contents({ number: 2n ** 64n, entries, freshestCrl: ['http://ca.example/delta.crl'] }));
  const crl = read(der);
  assert.equal(Buffer.from(crl.crlNumber!).toString('hex'), '010000000000000000');
  assert.deepEqual(
    [...crl.entries()].map((e) => [Buffer.from(e.serial).toString('hex'), e.revokedAt, e.reason]),
    [
      ['00', start - day, undefined],
      ['008001', start - day + 86_399_000, 'keyCompromise'],
      [`00${'fe'.repeat(19)}`, Date.UTC(2049, 11, 31, 23, 59, 59), undefined],
      ['7f'.repeat(20), Date.UTC(2050, 0, 1, 1, 2, 3), 'aACompromise'],
    ],
  );
  const text = printed(der);
  for (const words of [
    'Issuer: CN = Publishing CA',
    'Last Update: Jan  1 00:00:00 2026 GMT',
    'Next Update: Jan  8 00:00:00 2026 GMT',
    'Serial Number: 8001',
    'Key Compromise',
    'Revocation Date: Jan  1 01:02:03 2050 GMT',
    'URI:http://ca.example/delta.crl',
  ])
    assert.ok(text.includes(words), `${words} in ${text}`);
});

test('openssl verifies the signature of each kind of key', () => {
  const keys: [string, KeyObject][] = [
    ['rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ];
  for (const [name, key] of keys) {
    const issuer = makeCa(`CA ${name}`, { key });
    scratch.write('ca.pem', issuer.pem);
    scratch.write('list.crl', buildCrl(contents({ issuer: issuer.certificate.subject, signingKey: key, entries })));
    assert.match(
      scratch.openssl('crl -inform DER -in list.crl -CAfile ca.pem -noout -verify -issuer').toString(),
      /CA/,
    );
  }
  const { privateKey } = generateKeyPairSync('ml-dsa-87');
  const issuer = makeCa('CA ML-DSA', { key: privateKey });
  const crl = read(buildCrl(contents({ signingKey: privateKey })));
  assert.ok(verifySignedBy(crl, issuer.certificate.publicKey));
});

test('without a revoked certificate the list is absent', () => {
  const der = buildCrl(contents());
  assert.equal(read(der).entryCount, 0);
  assert.match(printed(der), /No Revoked Certificates/);
});

test('parts, reasons and deltas stand in critical extensions', () => {
  const scope = {
    urls: ['http://ca.example/1.crl', 'http://mirror.example/1.crl'],
    onlyContainsUserCerts: true,
    onlySomeReasons: ['keyCompromise', 'aACompromise'],
  } as const;
  const removed = [{ serial: Uint8Array.of(9), revokedAt: start, reason: 'removeFromCRL' }] as const;
  const der = buildCrl(contents({ number: 300, baseNumber: 299, scope, entries: removed }));
  const crl = read(der);
  const point = crl.issuingDistributionPoint!;
  assert.deepEqual(
    point.name?.fullName?.map((name) => name.kind === 'uri' && name.value),
    scope.urls,
  );
  assert.ok(point.onlyContainsUserCerts && !point.onlyContainsCaCerts && !point.indirectCrl);
  assert.deepEqual([...point.onlySomeReasons!], scope.onlySomeReasons);
  assert.deepEqual([...crl.baseCrlNumber!], [1, 43]);
  assert.deepEqual(
    crl.extensions.filter(({ critical }) => critical).map(({ oid }) => oid),
    ['2.5.29.27', '2.5.29.28'],
  );
  assert.ok(
    read(buildCrl(contents({ scope: { onlyContainsCaCerts: true } }))).issuingDistributionPoint!.onlyContainsCaCerts,
  );
  assert.match(printed(der), /Only User Certificates[\s\S]*Remove From CRL/);
});

test('what no CRL can say is refused', () => {
  const refused: Partial<CrlContents>[] = [
    { nextUpdate: start - 1 },
    { number: -1 },
    { number: 2n ** 160n },
    { number: 5, baseNumber: 5 },
    { number: 5, baseNumber: 4, freshestCrl: ['http://ca.example/delta.crl'] },
    { scope: {} },
    { scope: { onlyContainsCaCerts: true, onlyContainsUserCerts: true } },
    { scope: { onlySomeReasons: ['removeFromCRL'] } },
    { entries: [{ serial: new Uint8Array(), revokedAt: start }] },
    { entries: [{ serial: new Uint8Array(20).fill(0x80), revokedAt: start }] },
    { entries: [{ serial: Uint8Array.of(1), revokedAt: Number.NaN }] },
    { entries: [{ serial: Uint8Array.of(1), revokedAt: start, reason: 'removeFromCRL' }] },
  ];
  for (const more of refused)
    assert.throws(() => buildCrl(contents(more)), RangeError, JSON.stringify(Object.keys(more)));
});

test('a hundred thousand entries, added in pieces through one object, are all found', () => {
  const writer = new CrlEntryWriter();
  const serial = new Uint8Array(16).fill(0x5a);
  const entry = { serial, revokedAt: start, reason: 'superseded' as const };
  const view = new DataView(serial.buffer);
  for (let i = 0; i < 100_000; i++) {
    view.setUint32(8, i);
    entry.revokedAt = start - i * 61_000;
    writer.add(entry);
  }
  const crl = read(buildCrl(contents({ entries: writer })));
  const index = indexCrl(crl);
  assert.ok(index.ok && index.value.entryCount === 100_000 && writer.entryCount === 100_000);
  for (const i of [0, 1, 9_999, 54_321, 99_999]) {
    view.setUint32(8, i);
    const found = index.value.entryAt(index.value.find(serial));
    assert.equal(found.revokedAt, start - i * 61_000);
    assert.equal(found.reason, 'superseded');
  }
  assert.ok(verifySignedBy(crl, ca.certificate.publicKey));
});
