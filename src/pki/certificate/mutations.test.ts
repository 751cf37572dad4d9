import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { at, decodeTlv, encodeTlv, lengthOf, primitive, type Tlv } from '../../../test/support/tlv.ts';
import type { PkiErrorCode } from '../pki-error.ts';
import { parseCertificate } from './certificate.ts';

const scratch = createScratch();
after(() => scratch.remove());

const good = makeGood();

/** Members of TBSCertificate. */
const [VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS] = [0, 1, 2, 3, 4, 5, 6, 7];
/** Extensions of the good certificate, in its order. */
const [BASIC, USAGE, , ALTERNATIVE] = [0, 1, 2, 3];

type Mutation = (certificate: Tlv, tbs: Tlv) => unknown;

/** Each class of damage: the code it is refused with, and how it is done. */
const mutations: Readonly<Record<string, readonly [PkiErrorCode, Mutation]>> = {
  'an octet after the certificate': ['der.trailing-bytes', (c) => join(encodeTlv(c), [0])],
  'the last octet missing': ['der.truncated', (c) => encodeTlv(c).subarray(0, -1)],
  'the second half missing': ['der.truncated', (c) => encodeTlv(c).subarray(0, good.length >> 1)],
  'nothing at all': ['der.truncated', () => new Uint8Array()],
  'an indefinite length': ['der.length', (_, t) => change(t, { raw: join([0x30, 0x80], inner(t), [0, 0]) })],
  'a length in the long form without need': ['der.length', (_, t) => longLength(at(t, SERIAL))],
  'a length with a leading zero': [
    'der.length',
    (c) => join([0x30, 0x83, 0], lengthOf(inner(c).length).subarray(1), inner(c)),
  ],
  'a length of five octets': ['der.length', (c) => join([0x30, 0x85, 0, 0, 0, 0, 1], inner(c))],
  'the reserved length FF': ['der.length', (c) => join([0x30, 0xff], inner(c))],
  'a member that reaches over its parent': [
    'der.truncated',
    (_, t) => change(at(t, SERIAL), { raw: bytes(2, 0x84, 0x7f, 0, 0, 0) }),
  ],
  'a tag number above 30': ['der.tag', (_, t) => change(at(t, SERIAL), { raw: bytes(0x1f, 0x21, 1, 5) })],
  'a SET instead of a SEQUENCE': ['der.tag', (_, t) => change(t, { tag: 0x31 })],
  'version 1 spelled out': ['der.default-value', (_, t) => change(at(t, VERSION, 0), { content: bytes(0) })],
  'version 4': ['certificate.version', (_, t) => change(at(t, VERSION, 0), { content: bytes(3) })],
  'two versions': ['der.trailing-bytes', (_, t) => at(t, VERSION).children?.push(primitive(2, 2))],
  'a version with a leading zero': ['der.integer', (_, t) => change(at(t, VERSION, 0), { content: bytes(0, 2) })],
  'extensions in version 2': ['certificate.version', (_, t) => change(at(t, VERSION, 0), { content: bytes(1) })],
  'extensions in version 1': ['certificate.version', (_, t) => t.children?.shift()],
  'a unique identifier in version 1': ['certificate.version', (_, t) => uniqueIdInVersion1(t)],
  'a serial with a leading zero': ['der.integer', (_, t) => change(at(t, SERIAL), { content: bytes(0, 1) })],
  'a serial with a leading FF': ['der.integer', (_, t) => change(at(t, SERIAL), { content: bytes(0xff, 0x80) })],
  'an empty serial': ['der.integer', (_, t) => change(at(t, SERIAL), { content: bytes() })],
  'a serial of another type': ['der.tag', (_, t) => change(at(t, SERIAL), { tag: 4 })],
  'an empty OID': ['der.oid', (_, t) => change(at(t, ALGORITHM, 0), { content: bytes() })],
  'an OID that ends inside an arc': ['der.oid', (_, t) => change(at(t, ALGORITHM, 0), { content: bytes(0x2a, 0x86) })],
  'an OID arc with a leading 80': ['der.oid', (_, t) => change(at(t, ALGORITHM, 0), { content: bytes(0x2a, 0x80, 1) })],
  'an OID of 65 octets': ['der.oid', (_, t) => change(at(t, ALGORITHM, 0), { content: new Uint8Array(65).fill(1) })],
  'an OID arc of 2^53': [
    'der.oid',
    (_, t) => change(at(t, ALGORITHM, 0), { content: bytes(0x2a, 0x90, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0) }),
  ],
  'NULL parameters with content': ['der.null', (_, t) => change(at(t, KEY, 0, 1), { raw: bytes(5, 1, 0) })],
  'a third member of an algorithm': ['der.trailing-bytes', (_, t) => at(t, KEY, 0).children?.push(primitive(5))],
  'an RDN that is a SEQUENCE': ['der.tag', (_, t) => change(at(t, ISSUER, 0), { tag: 0x30 })],
  'an RDN out of order': ['der.set-order', (_, t) => at(t, SUBJECT, -1).children?.reverse()],
  'a third member of an attribute': ['der.trailing-bytes', (_, t) => at(t, ISSUER, 0, 0).children?.push(primitive(5))],
  'a UTF8String that is not UTF-8': [
    'der.string',
    (_, t) => change(at(t, SUBJECT, 1, 0, 1), { raw: bytes(0x0c, 2, 0xc3, 0x28) }),
  ],
  'a BMPString of odd length': ['der.string', (_, t) => change(at(t, SUBJECT, 1, 0, 1), { raw: bytes(0x1e, 1, 0x41) })],
  'a string in pieces': ['der.tag', (_, t) => change(at(t, SUBJECT, 1, 0, 1), { raw: bytes(0x2c, 3, 0x0c, 1, 0x41) })],
  'a time without seconds': ['der.time', (_, t) => time(t, 0x17, '2401010000Z')],
  'a time with an offset': ['der.time', (_, t) => time(t, 0x17, '240101000000+0000')],
  'a time with an octet above 7F': ['der.time', (_, t) => time(t, 0x17, '24010100000\u00b0Z')],
  'a time with a fraction': ['der.time', (_, t) => time(t, 0x18, '20500101000000.5Z')],
  'the 31st of February': ['der.time', (_, t) => time(t, 0x17, '240231000000Z')],
  'the hour 24': ['der.time', (_, t) => time(t, 0x17, '240101240000Z')],
  'a date as text': ['der.tag', (_, t) => time(t, 0x13, '240101000000Z')],
  'a third date': ['der.trailing-bytes', (_, t) => at(t, VALIDITY).children?.push(at(t, VALIDITY, 0))],
  'validity behind the subject': [
    'der.tag',
    (_, t) => t.children?.splice(VALIDITY, 2, at(t, SUBJECT), at(t, VALIDITY)),
  ],
  'a key with 8 unused bits': ['der.bit-string', (_, t) => change(at(t, KEY, 1), { content: bytes(8, 0) })],
  'a key with unused bits': ['der.bit-string', (_, t) => change(at(t, KEY, 1), { content: bytes(1, 2) })],
  'a key without octets': ['der.bit-string', (_, t) => change(at(t, KEY, 1), { content: bytes() })],
  'the same extension twice': ['extension.duplicate', (_, t) => list(t).push(at(t, EXTENSIONS, 0, USAGE))],
  'critical as 01': ['der.boolean', (_, t) => change(at(t, EXTENSIONS, 0, BASIC, 1), { content: bytes(1) })],
  'critical in two octets': [
    'der.boolean',
    (_, t) => change(at(t, EXTENSIONS, 0, BASIC, 1), { content: bytes(0xff, 0xff) }),
  ],
  'a fourth member of an extension': [
    'der.trailing-bytes',
    (_, t) => at(t, EXTENSIONS, 0, BASIC).children?.push(primitive(5)),
  ],
  'an extension value in pieces': [
    'der.tag',
    (_, t) => change(at(t, EXTENSIONS, 0, BASIC, 2), { raw: bytes(0x24, 4, 4, 2, 0x30, 0) }),
  ],
  'octets behind an extension value': ['der.trailing-bytes', (_, t) => value(t, BASIC, 0x30, 0, 0)],
  'a negative path length': ['der.value', (_, t) => value(t, BASIC, 0x30, 6, 1, 1, 0xff, 2, 1, 0xff)],
  'key usage with padding set': ['der.bit-string', (_, t) => value(t, USAGE, 3, 2, 5, 0xa1)],
  'key usage without a bit': ['extension.empty', (_, t) => value(t, USAGE, 3, 1, 0)],
  'an alternative name of a kind that does not exist': [
    'der.tag',
    (_, t) => value(t, ALTERNATIVE, 0x30, 3, 0x89, 1, 0x61),
  ],
  'no alternative name at all': ['extension.empty', (_, t) => value(t, ALTERNATIVE, 0x30, 0)],
  'an alternative name that is not ASCII': ['der.string', (_, t) => value(t, ALTERNATIVE, 0x30, 3, 0x82, 1, 0xfc)],
  'an IP address of five octets': ['extension.value', (_, t) => value(t, ALTERNATIVE, 0x30, 7, 0x87, 5, 1, 2, 3, 4, 5)],
  'a member behind the extensions': ['der.trailing-bytes', (_, t) => t.children?.push(primitive(5))],
  'a signature with unused bits': ['der.bit-string', (c) => change(at(c, 2), { content: bytes(1, 2) })],
  'a signature of another type': ['der.tag', (c) => change(at(c, 2), { tag: 4 })],
  'a member behind the signature': ['der.trailing-bytes', (c) => c.children?.push(primitive(5))],
  'a certificate of 1 MiB': ['der.too-large', () => new Uint8Array(1 << 20)],
};

test('the certificate that is going to be damaged is good', () => {
  const parsed = parseCertificate(good);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  assert.deepEqual(parsed.value.findings, []);
  assert.deepEqual(Buffer.from(encodeTlv(decodeTlv(good))), Buffer.from(good));
});

for (const [what, [code, mutate]] of Object.entries(mutations)) {
  test(`${what} is refused as ${code}, with the place`, () => {
    const tree = decodeTlv(good);
    const octets = mutate(tree, at(tree, 0));
    const bent = octets instanceof Uint8Array ? octets : encodeTlv(tree);
    assert.notDeepEqual(Buffer.from(bent), Buffer.from(good));
    const parsed = parseCertificate(bent);
    assert.ok(!parsed.ok, 'accepted');
    assert.equal(parsed.error.code, code, parsed.error.message);
    assert.ok(parsed.error.offset >= 0 && parsed.error.offset <= bent.length);
    assert.ok(parsed.error.message.length > 10);
  });
}

test('the offset points at the damage', () => {
  const tree = decodeTlv(good);
  at(tree, 0, SERIAL).content = bytes(0, 1);
  const parsed = parseCertificate(encodeTlv(tree));
  assert.ok(!parsed.ok);
  // SEQUENCE and SEQUENCE with four octets of header each, then [0] with five octets.
  assert.equal(parsed.error.offset, 4 + 4 + 5);
});

test('whatever is accepted after random damage is encoded again to the same octets', () => {
  const flip = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(flip, { minLength: 1, maxLength: 3 }), (flips) => {
      const bent = Uint8Array.from(good);
      for (const [place, octet] of flips) bent[place] = octet;
      const parsed = parseCertificate(bent);
      if (parsed.ok) assert.deepEqual(Buffer.from(encodeTlv(decodeTlv(bent))), Buffer.from(bent));
      else assert.ok(parsed.error.offset >= 0 && parsed.error.offset <= bent.length);
    }),
    { numRuns: 3000 },
  );
});

test('any prefix of a certificate is refused and any bytes at all are survived', () => {
  for (let length = 0; length < good.length; length++) assert.ok(!parseCertificate(good.subarray(0, length)).ok);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      assert.ok(!parseCertificate(bytes).ok);
    }),
  );
});

function makeGood(): Uint8Array {
  scratch.write(
    'good.cnf',
    `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nC=GB\nO=Example\nCN=gate.example.com\n+serialNumber=7\n
[ext]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:gate.example.com,IP:192.0.2.1\nsubjectKeyIdentifier=hash\n`,
  );
  scratch.openssl(
    'req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out good.der -outform DER -days 365 -multivalue-rdn -config good.cnf -set_serial 0x1234',
  );
  return new Uint8Array(scratch.read('good.der'));
}

function change(node: Tlv, to: Partial<Tlv>): void {
  Object.assign(node, to);
}

function bytes(...octets: number[]): Uint8Array {
  return Uint8Array.from(octets);
}

function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)));
}

function inner(node: Tlv): Uint8Array {
  return Buffer.concat((node.children ?? []).map(encodeTlv));
}

function longLength(node: Tlv): void {
  const content = node.content ?? bytes();
  node.raw = join([node.tag, 0x81, content.length], content);
}

function time(tbs: Tlv, tag: number, text: string): void {
  const node = at(tbs, VALIDITY, 0);
  node.tag = tag;
  node.content = Buffer.from(text, 'latin1');
}

function list(tbs: Tlv): Tlv[] {
  return at(tbs, EXTENSIONS, 0).children ?? [];
}

function value(tbs: Tlv, extension: number, ...octets: number[]): void {
  at(tbs, EXTENSIONS, 0, extension, -1).content = bytes(...octets);
}

function uniqueIdInVersion1(tbs: Tlv): void {
  tbs.children?.pop();
  tbs.children?.shift();
  tbs.children?.push(primitive(0x81, 0, 1));
}
