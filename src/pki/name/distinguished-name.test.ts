import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { element, oid, sequence, setOf } from '../der/writer.ts';
import {
  canonicalName,
  commonNames,
  type DistinguishedName,
  equalNames,
  parseName,
  toOneLine,
  toRfc4514,
} from './distinguished-name.ts';

const scratch = createScratch();
after(() => scratch.remove());

type Part = readonly [type: string, tag: number, text: string | Uint8Array];

function name(...rdns: readonly (readonly Part[])[]): DistinguishedName {
  const encode = ([type, tag, text]: Part) => sequence(oid(type), element(tag, Buffer.from(text)));
  const parsed = parseName(sequence(...rdns.map((parts) => setOf(...parts.map(encode)))));
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

const [UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP] = [12, 19, 20, 22, 28, 30] as const;
const [CN, O, C, EMAIL] = ['2.5.4.3', '2.5.4.10', '2.5.4.6', '1.2.840.113549.1.9.1'] as const;

test('a multi-valued RDN keeps its structure and injects nothing', () => {
  const tricky = name(
    [[C, PRINTABLE, 'GB']],
    [
      [O, UTF8, 'a, CN=bank.example'],
      [CN, UTF8, 'x/CN=y'],
    ],
  );
  assert.deepEqual(
    tricky.rdns.map((rdn) => rdn.map(({ type, value }) => [type, value])),
    [
      [['C', 'GB']],
      [
        ['CN', 'x/CN=y'],
        ['O', 'a, CN=bank.example'],
      ],
    ],
  );
  assert.deepEqual(commonNames(tricky), ['x/CN=y']);
  assert.equal(toRfc4514(tricky), 'CN=x/CN\\=y+O=a\\, CN\\=bank.example,C=GB'.replaceAll('\\=', '='));
  assert.equal(toOneLine(tricky), 'C = GB, CN = x/CN=y + O = "a, CN=bank.example"');
});

test('text is escaped as RFC 4514 asks', () => {
  const cases: [string, string][] = [
    ['a+b', 'a\\+b'],
    ['"q"', '\\"q\\"'],
    ['back\\slash', 'back\\\\slash'],
    [' lead', '\\ lead'],
    ['#hash', '\\#hash'],
    ['trail ', 'trail\\ '],
    ['<a;b>', '\\<a\\;b\\>'],
    ['line\r\nbreak', 'line\\0D\\0Abreak'],
    ['Zürich', 'Zürich'],
  ];
  for (const [value, expected] of cases) assert.equal(toRfc4514(name([[CN, UTF8, value]])), `CN=${expected}`);
});

test('types without a short name are written as OID and DER', () => {
  assert.equal(toRfc4514(name([['1.2.3.4.5', UTF8, 'hi']])), '1.2.3.4.5=#0c026869');
});

test('string types, case and white space do not tell names apart', () => {
  const base = name([[C, PRINTABLE, 'JP']], [[CN, UTF8, '東京 Tower']]);
  const bmp = Buffer.from('東京  TOWER ', 'utf16le').swap16();
  const universal = Uint8Array.from(
    [...' 東京 tower'].flatMap((c) => [0, 0, c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255]),
  );
  assert.ok(equalNames(base, name([[C, UTF8, 'jp']], [[CN, BMP, bmp]])));
  assert.ok(equalNames(base, name([[C, UTF8, 'jp']], [[CN, UNIVERSAL, universal]])));
  assert.ok(equalNames(name([[CN, UTF8, 'Straße']]), name([[CN, UTF8, 'STRASSE']])));
  assert.ok(equalNames(name([[CN, UTF8, 'é']]), name([[CN, UTF8, 'e\u0301']])));
});

test('other order of RDNs, other values and other types are other names', () => {
  const base = name([[C, PRINTABLE, 'GB']], [[CN, UTF8, 'x']]);
  assert.ok(!equalNames(base, name([[CN, UTF8, 'x']], [[C, PRINTABLE, 'GB']])));
  assert.ok(
    !equalNames(
      base,
      name([
        [C, PRINTABLE, 'GB'],
        [CN, UTF8, 'x'],
      ]),
    ),
  );
  assert.ok(!equalNames(base, name([[C, PRINTABLE, 'GB']], [[O, UTF8, 'x']])));
  assert.ok(!equalNames(base, name([[C, PRINTABLE, 'GB']])));
  assert.ok(!equalNames(name([[CN, UTF8, 'a b']]), name([[CN, UTF8, 'ab']])));
  assert.ok(!equalNames(name([[CN, T61, 'x']]), name([[CN, UTF8, 'x']])));
});

test('the key of a name is equal exactly when names are', () => {
  const a = name([
    [O, UTF8, 'Example'],
    [CN, UTF8, 'X'],
  ]);
  const b = name([
    [CN, PRINTABLE, 'x'],
    [O, PRINTABLE, 'EXAMPLE'],
  ]);
  assert.equal(canonicalName(a), canonicalName(b));
  // A separator in a value cannot imitate the boundary of an attribute.
  assert.notEqual(
    canonicalName(name([[CN, UTF8, `a\u0002${CN}=b`]])),
    canonicalName(name([[CN, UTF8, 'a']], [[CN, UTF8, 'b']])),
  );
});

test('both texts are those of openssl', () => {
  const subjects = [
    '/C=GB/ST=London/L=Westminster/O=Example, Ltd/OU=A "quoted" unit/CN=gate.example.com',
    '/DC=com/DC=example/O=a+b;c<d>/CN= lead and trail ',
    '/UID=u1/CN=#hash/emailAddress=a@example.com',
    '/O=back\\\\slash/serialNumber=77/CN=x',
    '/C=DE/O=Zürich 東京/CN=ü',
  ];
  scratch.openssl('genpkey -algorithm ed25519 -out key.pem');
  for (const subject of subjects) {
    scratch.openssl(['req', '-x509', '-key', 'key.pem', '-utf8', '-subj', subject, '-outform', 'DER', '-out', 'c.der']);
    const line = (option: string) =>
      scratch
        .openssl(['x509', '-inform', 'DER', '-in', 'c.der', '-noout', '-subject', '-nameopt', option])
        .toString('latin1')
        .trimEnd();
    const der = scratch.read('c.der');
    const parsed = parseName(subjectOf(der));
    assert.ok(parsed.ok);
    assert.equal(`subject=${toOneLine(parsed.value)}`, line('oneline'), subject);
    const rfc2253 = Buffer.from(line('rfc2253,-esc_msb,utf8'), 'latin1').toString('utf8');
    assert.equal(`subject=${toRfc4514(parsed.value)}`, rfc2253, subject);
  }
});

test('names that are damaged are refused', () => {
  const bad = [
    Uint8Array.of(0x31, 0),
    Uint8Array.of(0x30, 1, 0),
    Uint8Array.of(0x30, 2, 0x30, 0),
    sequence(setOf(sequence(oid(CN)))),
    sequence(setOf(sequence(oid(CN), element(IA5, Uint8Array.of(0xff))))),
  ];
  for (const der of bad) assert.ok(!parseName(der).ok);
  assert.ok(parseName(sequence(setOf(sequence(oid(EMAIL), element(IA5, Buffer.from('a@b')))))).ok);
});

/** The subject of a self-signed certificate is its issuer: the first SEQUENCE of SETs. */
function subjectOf(der: Uint8Array): Uint8Array {
  const start = der.findIndex(
    (octet, i) => octet === 0x30 && (der[i + 2] === 0x31 || (der[i + 1] === 0x81 && der[i + 3] === 0x31)),
  );
  const long = der[start + 1] === 0x81;
  return der.subarray(start, start + (long ? 3 + der[start + 2]! : 2 + der[start + 1]!));
}
