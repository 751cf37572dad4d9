import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCa, makeLeaf, parsedCertificate, sharedKey } from '../../../test/support/made-certificates.ts';
import { Budget } from './budget.ts';
import { ByteMemory, byteHash } from './byte-memory.ts';
import { SignatureMemory } from './signature-memory.ts';
import { TrustStore } from './trust-store.ts';

test('a byte memory says what a map would, or nothing', () => {
  const key = fc.uint8Array({ maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat())), fc.array(key), (written, asked) => {
      const memory = new ByteMemory<number>(8);
      const model = new Map<string, number>();
      for (const [bytes, value] of written) {
        memory.set(bytes, value);
        model.set(bytes.join(), value);
        assert.equal(memory.get(bytes), value);
      }
      for (const bytes of asked) {
        const found = memory.get(bytes);
        if (found !== undefined) assert.equal(found, model.get(bytes.join()));
      }
    }),
  );
});

test('a byte memory forgets the oldest, keeps copies, and takes no giant keys', () => {
  const memory = new ByteMemory<number>(2, 4);
  const key = Uint8Array.of(1);
  memory.set(key, 1);
  key[0] = 9;
  assert.equal(memory.get(Uint8Array.of(1)), 1);
  memory.set(Uint8Array.of(2), 2);
  memory.set(Uint8Array.of(3), 3);
  assert.equal(memory.get(Uint8Array.of(1)), undefined);
  assert.equal(memory.get(Uint8Array.of(3)), 3);
  memory.set(new Uint8Array(5), 5);
  assert.equal(memory.get(new Uint8Array(5)), undefined);
});

test('bytes that share a hash replace each other and are never mixed up', () => {
  const a = new Uint8Array(40);
  const b = Uint8Array.from(a, (_, i) => (i === 0 ? 1 : 0));
  assert.equal(byteHash(a), byteHash(b));
  const memory = new ByteMemory<string>(8);
  memory.set(a, 'a');
  assert.equal(memory.get(b), undefined);
  memory.set(b, 'b');
  assert.equal(memory.get(b), 'b');
  assert.equal(memory.get(a), undefined);
});

const root = makeCa('Root');
const ca = makeCa('CA', { issuer: root });
const leaf = makeLeaf('host.example.com', ca);

test('a good signature is checked once, also when the certificate is parsed anew', () => {
  const memory = new SignatureMemory();
  const budget = new Budget();
  assert.ok(memory.signedBy(leaf.certificate, ca.certificate, budget));
  assert.ok(memory.signedBy(parsedCertificate(leaf.der), parsedCertificate(ca.der), budget));
  assert.equal(budget.signatureChecks, 1);
});

test('a bad signature is not remembered as good, nor a good one for another key', () => {
  const memory = new SignatureMemory();
  const budget = new Budget();
  assert.ok(!memory.signedBy(leaf.certificate, root.certificate, budget));
  assert.ok(memory.signedBy(leaf.certificate, ca.certificate, budget));
  assert.ok(!memory.signedBy(leaf.certificate, root.certificate, budget));
  const changed = parsedCertificate(
    Uint8Array.from(leaf.der, (octet, i) => (i === leaf.der.length - 9 ? octet ^ 1 : octet)),
  );
  assert.ok(!memory.signedBy(changed, ca.certificate, budget));
  assert.equal(budget.signatureChecks, 4);
});

test('what is remembered can be limited to CAs or to nothing', () => {
  const spent = (signatures: 'issuers' | 'none') => {
    const memory = new SignatureMemory({ signatures });
    const budget = new Budget();
    for (let i = 0; i < 2; i++) {
      assert.ok(memory.signedBy(leaf.certificate, ca.certificate, budget));
      assert.ok(memory.signedBy(ca.certificate, root.certificate, budget));
    }
    return budget.signatureChecks;
  };
  assert.equal(spent('issuers'), 3);
  assert.equal(spent('none'), 4);
});

test('a trust store finds every anchor of a name, however the name is written', () => {
  const twins = ['Example Root', 'EXAMPLE  ROOT'].map((name) => makeCa(name, { key: sharedKey }));
  const store = new TrustStore(twins.map(({ certificate }) => certificate));
  assert.equal(store.size, 2);
  for (let round = 0; round < 2; round++) {
    for (const { certificate } of twins) assert.equal(store.issuersOf(certificate.subject).length, 2);
    assert.equal(store.issuersOf(root.certificate.subject).length, 0);
  }
});

test('a trust store finds a certificate by its bytes, and pinned ones only so', () => {
  const pinned = { certificate: leaf.certificate, constraints: true, pinned: true };
  const store = new TrustStore([root.certificate, pinned]);
  assert.equal(store.find(parsedCertificate(leaf.der)), pinned);
  assert.equal(store.find(parsedCertificate(root.der))?.certificate, root.certificate);
  assert.equal(store.find(ca.certificate), undefined);
  assert.equal(store.issuersOf(leaf.certificate.subject).length, 0);
});
