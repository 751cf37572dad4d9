import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { makeZip } from '../../../../test/support/made-zips.ts';
import { gunzip } from './gzip.ts';
import { readCrlFile } from './read-crl-file.ts';
import { UnpackRefusal } from './unpack-error.ts';
import { readZip } from './zip.ts';

const text = (words: string): Uint8Array => Buffer.from(words);
const good = { name: 'a.crl', content: text('0 first member') };
const second = { name: 'b.crl', content: text('0 second member') };
const zeros = Buffer.alloc(200 << 20);

function refusal(work: () => unknown): string {
  const began = process.cpuUsage();
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof UnpackRefusal, String(error));
    const { user, system } = process.cpuUsage(began);
    assert.ok(user + system < 2_000_000, `${user + system} µs of processor time`);
    return error.code;
  }
  return 'accepted';
}

test('good archives are read: deflated, stored, with descriptors, folders and a comment', () => {
  const read = readZip(
    makeZip(
      [
        { ...good, descriptor: true },
        { name: 'folder/', content: new Uint8Array(), stored: true, mode: 0o40755 },
        { ...second, name: 'folder/b.crl', stored: true },
      ],
      { comment: text('made by hand') },
    ),
  );
  assert.deepEqual(
    read.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]),
    [
      ['a.crl', '0 first member'],
      ['folder/b.crl', '0 second member'],
    ],
  );
});

test('an archive of a common tool is read', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-zip-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.crl'), good.content);
  const script =
    'import zipfile,sys\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED)\nz.write(sys.argv[2],"a.crl")\nz.close()';
  execFileSync('python3', ['-c', script, join(folder, 'x.zip'), join(folder, 'a.crl')]);
  assert.deepEqual(Buffer.from(readZip(readFileSync(join(folder, 'x.zip')))[0]?.bytes ?? []), good.content);
});

const malformed = 'revocation.archive-malformed';
const forbidden = 'revocation.archive-forbidden';
const tooLarge = 'revocation.archive-too-large';
const big = { name: 'big', content: zeros, packed: deflateRawSync(zeros) };
const many = Array.from({ length: 101 }, (_, i) => ({ name: `${i}`, content: text('0') }));

const bombs: readonly (readonly [what: string, archive: () => Uint8Array, code: string])[] = [
  ['a bomb that says how large it is', () => makeZip([big]), tooLarge],
  ['a bomb that says it is small', () => makeZip([{ ...big, size: 1_000 }]), tooLarge],
  ['a small member that says it is large', () => makeZip([{ ...good, size: 60_000_000 }]), tooLarge],
  ['sizes that lie a little', () => makeZip([{ ...good, size: good.content.length + 1 }]), malformed],
  ['a wrong checksum', () => makeZip([{ ...good, crc: 1 }]), malformed],
  ['directory and header of other sizes', () => makeZip([{ ...good, localSize: 3 }]), malformed],
  ['directory and header of other names', () => makeZip([{ ...good, localName: 'z.crl' }]), malformed],
  ['an overlap: two names for one member', () => makeZip([good, { ...second, offset: 0 }]), forbidden],
  ['an overlap by one octet', () => makeZip([good, { ...second, offset: 30 }]), forbidden],
  ['something before the first member', () => makeZip([good], { before: Buffer.from('504b0304', 'hex') }), forbidden],
  ['something before the directory', () => makeZip([good], { between: text('hidden') }), malformed],
  ['something after the end', () => makeZip([good], { after: text('x') }), malformed],
  ['a path upwards', () => makeZip([{ ...good, name: '../../etc/x' }]), forbidden],
  ['a path upwards in the middle', () => makeZip([{ ...good, name: 'a/../../x' }]), forbidden],
  ['an absolute path', () => makeZip([{ ...good, name: '/etc/x' }]), forbidden],
  ['a drive', () => makeZip([{ ...good, name: 'C:x' }]), forbidden],
  ['backslashes', () => makeZip([{ ...good, name: '..\\x' }]), forbidden],
  ['a name with NUL', () => makeZip([{ ...good, name: 'a\0.crl' }]), forbidden],
  ['a symbolic link', () => makeZip([{ ...good, mode: 0o120777 }]), forbidden],
  ['a device', () => makeZip([{ ...good, mode: 0o60644 }]), forbidden],
  ['an encrypted member', () => makeZip([{ ...good, flags: 1 }]), forbidden],
  ['a compression that is not deflate', () => makeZip([{ ...good, method: 14 }]), forbidden],
  ['the same name twice', () => makeZip([good, { ...second, name: 'A.crl' }]), forbidden],
  ['ZIP64', () => makeZip([good], { zip64: true }), forbidden],
  ['65,535 entries', () => makeZip([good], { count: 65_535 }), forbidden],
  ['65,536 entries, counted as none', () => makeZip([good], { count: 65_536 }), malformed],
  ['101 members', () => makeZip(many), forbidden],
  ['a directory that is cut off', () => makeZip([good, second], { count: 3 }), malformed],
  ['the first half of an archive', () => makeZip([good, second]).subarray(0, 60), malformed],
  ['another archive inside', () => makeZip([{ name: 'a', content: makeZip([good]) }]), forbidden],
  ['GZIP inside', () => makeZip([{ name: 'a', content: gzipSync('x') }]), forbidden],
  ['forty-two layers are stopped at the first', () => makeZip([{ name: 'a', content: makeZip([big]) }]), forbidden],
  ['a GZIP bomb', () => gzipSync(zeros), tooLarge],
  ['a GZIP bomb in members', () => Buffer.concat(Array(60).fill(gzipSync(Buffer.alloc(1 << 20)))), tooLarge],
  ['GZIP in GZIP', () => gzipSync(gzipSync('0')), forbidden],
  ['ZIP in GZIP', () => gzipSync(makeZip([good])), forbidden],
  ['something after the GZIP data', () => Buffer.concat([gzipSync('0'), text('trailing')]), malformed],
  [
    'a GZIP header without end',
    () => Buffer.concat([Buffer.from('1f8b0808000000000003', 'hex'), text('name')]),
    malformed,
  ],
  ['GZIP cut off', () => gzipSync('0 some text').subarray(0, -3), malformed],
];

for (const [what, archive, code] of bombs) {
  test(`refused: ${what}`, () => {
    const file = archive();
    const before = process.memoryUsage().rss;
    assert.equal(
      refusal(() => readCrlFile(file)),
      code,
    );
    assert.ok(process.memoryUsage().rss - before < 150 << 20);
  });
}

test('members of a GZIP file follow each other and count together', () => {
  assert.equal(Buffer.from(gunzip(Buffer.concat([gzipSync('0 a'), gzipSync(' b')]))).toString(), '0 a b');
});

test('nothing in an archive makes the reader throw anything but a refusal', () => {
  const sound = makeZip([good, second]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const file = Buffer.from(sound);
      for (const [at, value] of changes) file[at] = value;
      try {
        for (const { bytes } of readZip(file)) assert.ok(bytes.length <= 100);
      } catch (error) {
        assert.ok(error instanceof UnpackRefusal, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a file that is none says what it looks like', () => {
  assert.throws(() => readCrlFile(text('<html>')), /web page/);
  assert.throws(
    () => readCrlFile(text('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n')),
    /CERTIFICATE/,
  );
  assert.throws(() => readCrlFile(new Uint8Array()), UnpackRefusal);
});
