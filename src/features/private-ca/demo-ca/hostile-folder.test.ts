/** Folders of `openssl ca` as somebody who means harm would pack them; and what stands in the one we write. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeLeaf } from '../../../../test/support/made-certificates.ts';
import { makeZip } from '../../../../test/support/made-zips.ts';
import { needs } from '../../../../test/support/needs.ts';
import { openPrivateCa, problem, rootPassphrase, startPrivateCa } from '../../../../test/support/private-ca.ts';
import { createTestClock, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { Secret } from '../../../lib/secret.ts';
import { integer, octetString, oid, sequence } from '../../../pki/der/writer.ts';
import { encodePem } from '../../../pki/pem.ts';
import { tarEnd, tarMember } from './tar.ts';

const password = new Secret('plum orbit canvas 47 lantern');

function selfSigned(privateKey: KeyObject): { readonly certificate: string; readonly key: string } {
  const { pem } = makeLeaf('Hostile CA', undefined, {
    key: privateKey,
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
  });
  return { certificate: pem, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

const { certificate, key } = selfSigned(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
const base: Readonly<Record<string, string>> = { 'index.txt': '', 'cacert.pem': certificate, 'private/cakey.pem': key };

function tarOf(files: Readonly<Record<string, string | Uint8Array>>, prefix = 'demoCA/'): Buffer {
  const members = Object.entries(files).map(([name, content]) =>
    tarMember(`${prefix}${name}`, Buffer.from(content), 0o600, 0),
  );
  return Buffer.concat([...members, tarEnd]);
}

async function opened(t: TestContext) {
  const { ca } = await openPrivateCa(t, { clock: createTestClock(Date.now()) });
  const take = (archive: Uint8Array) => ca.importDemoCa(testAdministrator, archive, password);
  return { ca, take };
}

test('a plain folder of this kind is taken', async (t) => {
  const { take } = await opened(t);
  assert.equal((await take(tarOf(base))).authority.label, 'Hostile CA');
});

test('the certificate of the root is not among those it issued', async (t) => {
  const { take } = await opened(t);
  const { valid, notes } = await take(tarOf({ ...base, 'newcerts/00.pem': certificate }));
  assert.equal(valid, 0);
  assert.doesNotMatch(notes.join(), /taken as valid/);
});

test('a broken key of a CA, and a bare one for which no good passphrase is given, are refused; a weak one is noted', async (t) => {
  const { ca, take } = await opened(t);
  const rsa = (modulusLength: number) => {
    const made = selfSigned(generateKeyPairSync('rsa', { modulusLength }).privateKey);
    return take(tarOf({ ...base, 'cacert.pem': made.certificate, 'private/cakey.pem': made.key }));
  };
  await assert.rejects(rsa(768), problem('private-ca.invalid', /768 bits/));
  await assert.rejects(
    ca.importDemoCa(testAdministrator, tarOf(base), new Secret('short')),
    problem('private-ca.invalid', /at least 15 characters/),
  );
  assert.deepEqual(await ca.authorities(), []);
  assert.match((await rsa(1024)).notes.join(), /1024 bits/);
});

test('names that lead elsewhere lead nowhere: no file is written by a name of an archive', async (t) => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('hostile'));
  for (const prefix of ['../../../../tmp/hostile/', '/tmp/hostile/', './../hostile/', '\\tmp\\hostile/']) {
    const { take } = await opened(t);
    assert.equal((await take(tarOf(base, prefix))).authority.label, 'Hostile CA', prefix);
    const zip = makeZip(
      Object.entries(base).map(([name, content]) => ({ name: `${prefix}${name}`, content: Buffer.from(content) })),
    );
    const { take: takeZip } = await opened(t);
    await assert.rejects(takeZip(zip), problem('private-ca.archive'), prefix);
  }
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith('hostile')),
    before,
  );
});

test('symbolic links are passed over in tar and refused in ZIP', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-links-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'newcerts'));
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'real.pem'), certificate);
  symlinkSync('/etc/passwd', join(folder, 'newcerts/01.pem'));
  symlinkSync(join(folder, 'real.pem'), join(folder, 'cacert.pem'));
  const { take } = await opened(t);
  const linked = execFileSync('tar', ['cf', '-', '-C', folder, '.']);
  await assert.rejects(take(linked), problem('private-ca.archive', /no cacert\.pem/));
  writeFileSync(join(folder, 'cacert2.pem'), certificate);
  const packed = execFileSync('tar', [
    'czf',
    '-',
    '-C',
    folder,
    '--transform',
    's/cacert2/cacert/',
    '--exclude',
    './cacert.pem',
    '.',
  ]);
  const { valid, notes } = await take(packed);
  assert.deepEqual([valid, notes.length], [0, 1]);
  const zip = makeZip([
    { name: 'index.txt', content: Buffer.from('') },
    { name: 'cacert.pem', content: Buffer.from('/etc/passwd'), stored: true, mode: 0o120777 },
  ]);
  await assert.rejects(take(zip), problem('private-ca.archive'));
});

test('archives that grow, that hold too many files or too many lines are refused in moments', async (t) => {
  const { ca, take } = await opened(t);
  const line = 'V\t301231235959Z\t\t01\tunknown\t/CN=a\n';
  const many = Array.from({ length: 20_001 }, (_, i) => tarMember(`newcerts/${i}`, Buffer.alloc(0), 0o600, 0));
  for (const [archive, reason] of [
    [gzipSync(Buffer.alloc(200 << 20)), /unpacks to more than/],
    [tarOf({ ...base, 'index.txt': line.repeat(100_001) }), /index\.txt has more than 100000 lines/],
    [Buffer.concat([...many, tarEnd]), /more than 20000 files/],
  ] as const) {
    const before = process.cpuUsage();
    await assert.rejects(take(archive), problem('private-ca.archive', reason));
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 5_000_000, `${user + system} µs of processor time`);
  }
  assert.deepEqual(await ca.authorities(), []);
  const { notes, valid } = await take(tarOf({ ...base, 'index.txt': line.repeat(50_000) }));
  assert.equal(valid, 1);
  assert.ok(notes.length < 30, String(notes.length));
});

test('lines and numbers that are none are named, and nothing is made of them', async (t) => {
  const { take } = await opened(t);
  const index = [
    'V\t300231000000Z\t\t01\tunknown\t/CN=no such day',
    'V\t301331000000Z\t\t02\tunknown\t/CN=no such month',
    'R\t301231235959Z\t\t03\tunknown\t/CN=revoked without a date',
    `V\t301231235959Z\t\t${'F'.repeat(42)}\tunknown\t/CN=long number`,
    'V\t301231235959Z\t\t../../x\tunknown\t/CN=no number',
    'X\t301231235959Z\t\t04\tunknown\t/CN=unknown letter',
    'V\t301231235959Z\t\t05\tunknown\t/CN=\u001b[2J\u202efine',
  ].join('\n');
  const { valid, notes, authority } = await take(tarOf({ ...base, 'index.txt': index, crlnumber: 'F'.repeat(40) }));
  assert.equal(valid, 1);
  assert.equal(authority.crlNumberFloor, 0n);
  for (const number of [1, 2, 3, 4, 5, 6])
    assert.ok(notes.some((note) => note.startsWith(`Line ${number} of index.txt`)));
  assert.ok(notes.some((note) => note.includes('crlnumber')));
});

test('a key whose opening would take minutes is refused at once', async (t) => {
  const { take } = await opened(t);
  const [pbkdf2, scrypt] = ['1.2.840.113549.1.5.12', '1.3.6.1.4.1.11591.4.11'];
  const cost = (kdf: string, ...numbers: readonly Uint8Array[]) =>
    sequence(
      sequence(
        oid('1.2.840.113549.1.5.13'),
        sequence(
          sequence(oid(kdf), sequence(octetString(Buffer.alloc(16)), ...numbers)),
          sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(Buffer.alloc(16))),
        ),
      ),
      octetString(Buffer.alloc(160)),
    );
  const before = process.cpuUsage();
  for (const der of [
    ...[5_000_001, 1_000_000_000, 2 ** 40].map((iterations) => cost(pbkdf2, integer(iterations))),
    // within the memory that OpenSSL allows
    ...[[2 ** 17, 1, 2 ** 17] as const, [2, 1, 2 ** 40] as const].map((numbers) =>
      cost(scrypt, ...numbers.map(integer)),
    ),
  ]) {
    const locked = encodePem('ENCRYPTED PRIVATE KEY', der);
    await assert.rejects(
      take(tarOf({ ...base, 'private/cakey.pem': locked })),
      problem('private-ca.invalid', /cannot be opened/),
    );
  }
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 2_000_000, `${user + system} µs of processor time`);
});

test('keys under whatever OpenSSL opens are taken; of old ciphers it is said, and how to be rid of them', {
  skip: needs('openssl'),
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-ciphers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const input = (options: string) =>
    execFileSync('sh', ['-c', `openssl ${options} -passout pass:"${password.reveal()}"`], {
      input: key,
      stdio: 'pipe',
    });
  for (const options of [
    'ec -aes128',
    'ec -des3',
    'pkcs8 -topk8 -scrypt',
    'pkcs8 -topk8 -v2 aes256 -v2prf hmacWithSHA512 -iter 100000',
    'pkcs8 -topk8 -v2 des3',
    'pkcs8 -topk8 -v1 PBE-SHA1-3DES',
  ]) {
    const { take } = await opened(t);
    const { authority } = await take(tarOf({ ...base, 'private/cakey.pem': input(options) }));
    assert.equal(authority.key, 'passphrase', options);
  }
  const { take, ca } = await opened(t);
  for (const options of ['ec -des', 'pkcs8 -topk8 -v1 PBE-MD5-DES', 'pkcs8 -topk8 -v2 rc2']) {
    const old = input(`${options} -provider legacy -provider default`);
    await assert.rejects(
      take(tarOf({ ...base, 'private/cakey.pem': old })),
      problem('private-ca.invalid', /encrypted with a cipher that is given up/),
      options,
    );
  }
  assert.deepEqual(await ca.authorities(), []);
});

test('what is exported is for its owner only: files 0600, folders 0700', async (t) => {
  const { ca, root, issue, folder } = await startPrivateCa(t, { clock: createTestClock(Date.now()) });
  await issue(['a.example.com']);
  const { archive } = await ca.exportDemoCa(testAdministrator, root.id, rootPassphrase);
  writeFileSync(join(folder, 'x.tar.gz'), archive);
  const lines = execFileSync('tar', ['tvzf', 'x.tar.gz'], { cwd: folder }).toString().trim().split('\n');
  assert.ok(lines.some((line) => line.endsWith(' demoCA/private/cakey.pem')));
  for (const line of lines) assert.match(line, line.endsWith('/') ? /^drwx------ / : /^-rw------- /);
  execFileSync('tar', ['xzf', 'x.tar.gz'], { cwd: folder });
  const text = execFileSync('cat', ['demoCA/private/cakey.pem'], { cwd: folder }).toString();
  assert.match(text, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
});
