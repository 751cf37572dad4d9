import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeZip } from '../../../../test/support/made-zips.ts';
import { needs } from '../../../../test/support/needs.ts';
import {
  issueTo,
  openPrivateCa,
  problem,
  rootPassphrase,
  startPrivateCa,
} from '../../../../test/support/private-ca.ts';
import { auditRows, createTestClock, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { Secret } from '../../../lib/secret.ts';
import { tarEnd, tarMember } from './tar.ts';

const skip = needs('openssl');
const base = mkdtempSync(join(tmpdir(), 'tollgate-demo-ca-'));
const password = 'secret';
const configuration = `[ca]
default_ca = d
[d]
dir = .
database = $dir/index.txt
new_certs_dir = $dir/newcerts
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = sha256
default_days = 365
default_crl_days = 30
policy = policy_anything
copy_extensions = copy
[policy_anything]
commonName = supplied
`;

after(() => rmSync(base, { recursive: true }));

/** The folder that the deployment guides have people make: a password on the key, three certificates, one revoked. */
before(() => {
  if (skip) return;
  const demo = join(base, 'demoCA');
  for (const name of ['certs', 'newcerts', 'private', 'crl']) mkdirSync(join(demo, name), { recursive: true });
  writeFileSync(join(demo, 'index.txt'), '');
  writeFileSync(join(demo, 'serial'), '10\n');
  writeFileSync(join(demo, 'crlnumber'), '07\n');
  writeFileSync(join(demo, 'local.cnf'), configuration);
  const run = (line: string) => openssl(demo, line);
  run(`genrsa -aes256 -passout pass:${password} -out private/cakey.pem 2048`);
  const subject = '/C=GB/O=Example/CN=Guide CA/emailAddress=ca@example.com';
  run(
    `req -new -x509 -days 3650 -key private/cakey.pem -passin pass:${password} -subj "${subject}" -addext keyUsage=critical,keyCertSign,cRLSign -out cacert.pem`,
  );
  for (const name of ['a', 'b', 'c']) {
    run(
      `req -new -newkey rsa:2048 -nodes -keyout ${name}.key -subj "/CN=${name}.example.com" -addext subjectAltName=DNS:${name}.example.com -out ${name}.csr`,
    );
    run(`ca -batch -config local.cnf -passin pass:${password} -md sha256 -in ${name}.csr -out certs/${name}.pem`);
  }
  run(`ca -config local.cnf -passin pass:${password} -revoke certs/b.pem -crl_reason superseded`);
  run(`ca -config local.cnf -passin pass:${password} -revoke newcerts/12.pem -crl_hold holdInstructionReject`);
});

test('the folder of a CA made by the guides is taken over: key, numbers, certificates, revocations', {
  skip,
}, async (t) => {
  const { ca, storage } = await openPrivateCa(t, { clock: createTestClock(Date.now()) });
  const report = await ca.importDemoCa(testAdministrator, pack('tar czf - demoCA'), new Secret(password));
  const { authority, valid, revoked, expired, withoutCertificate } = report;
  assert.deepEqual([valid, revoked, expired, withoutCertificate], [1, 2, 0, 0]);
  assert.deepEqual([authority.label, authority.role, authority.key], ['Guide CA', 'root', 'passphrase']);
  assert.equal(authority.crlNumberFloor, 6n);
  assert.match(report.notes.join(), /at least 15 characters/);
  const { certificates } = await ca.issued({ limit: 10 });
  assert.deepEqual(
    certificates.map(({ serial, subject, names, state, reason }) => [serial, subject, names, state, reason]).sort(),
    [
      ['10', 'CN=a.example.com', ['dns:a.example.com'], 'good', null],
      ['11', 'CN=b.example.com', ['dns:b.example.com'], 'revoked', 4],
      ['12', 'CN=c.example.com', ['dns:c.example.com'], 'on-hold', 6],
    ],
  );
  assert.equal((await auditRows(storage))[0]?.action, 'private-ca.import');
  await assert.rejects(issueTo(ca, ['d.example.com']), problem('private-ca.passphrase-needed'));
  const { issuer } = (await issueTo(ca, ['d.example.com'], { passphrase: new Secret(password) })).parsed;
  assert.deepEqual(issuer.der, authority.certificate?.subject.der);
  const below = await ca.createIntermediate(testAdministrator, {
    algorithm: 'ec-p256',
    days: 365,
    parent: authority.id,
    passphrase: new Secret(password),
    partitions: 0,
    subject: [{ type: 'CN', value: 'Issuing CA' }],
    constraints: null,
  });
  assert.equal((await issueTo(ca, ['d.example.com'])).authority, below.id);
});

test('the same folder comes as tar, as ZIP, from inside and with other files around it', { skip }, async (t) => {
  for (const archive of [
    pack('tar cf - ./demoCA'),
    pack('tar czf - -C demoCA .'),
    makeZip(files().map(([name, content]) => ({ name: `some/where/demoCA/${name}`, content }))),
  ]) {
    const { ca } = await openPrivateCa(t, { clock: createTestClock(Date.now()) });
    const { valid, revoked } = await ca.importDemoCa(testAdministrator, archive, new Secret(password));
    assert.deepEqual([valid, revoked], [1, 2]);
    await assert.rejects(
      ca.importDemoCa(testAdministrator, archive, new Secret(password)),
      problem('private-ca.wrong-state'),
    );
  }
});

test('a folder without its key, with an emptied index or with certificates missing is taken as far as it goes', {
  skip,
}, async (t) => {
  const clock = createTestClock(Date.now());
  const take = async (change: (name: string, content: Buffer) => Buffer | undefined) => {
    const { ca } = await openPrivateCa(t, { clock });
    const members = files().flatMap(([name, content]) => {
      const changed = change(name, content);
      return changed === undefined ? [] : [tarMember(`demoCA/${name}`, changed, 0o600, 0)];
    });
    return {
      ca,
      ...(await ca.importDemoCa(testAdministrator, Buffer.concat([...members, tarEnd]), new Secret(password))),
    };
  };
  const keyless = await take((name, content) => (name === 'private/cakey.pem' ? undefined : content));
  assert.equal(keyless.authority.key, 'none');
  await assert.rejects(issueTo(keyless.ca, ['d.example.com']), problem('private-ca.wrong-state'));
  const emptied = await take((name, content) => (name === 'index.txt' ? Buffer.alloc(0) : content));
  assert.equal(emptied.valid, 3);
  assert.match(emptied.notes.join(), /3 certificates in newcerts are not in index.txt/);
  const missing = await take((name, content) => (name.startsWith('newcerts/') ? undefined : content));
  assert.deepEqual([missing.revoked, missing.withoutCertificate], [2, 3]);
  assert.equal((await missing.ca.certificate({ serial: '11' })).der, undefined);
  assert.equal((await missing.ca.certificate({ serial: '11' })).subject, '/CN=b.example.com');
  const foreign = await take((name, content) =>
    name === 'newcerts/10.pem' ? Buffer.from(certificateOfAnother()) : content,
  );
  assert.match(foreign.notes.join(), /10.pem was not issued by this authority/);
});

test('what is no such folder is refused with the reason, and nothing is kept', { skip }, async (t) => {
  const { ca } = await openPrivateCa(t, { clock: createTestClock(Date.now()) });
  const taking = (archive: Uint8Array, words = password) =>
    ca.importDemoCa(testAdministrator, archive, new Secret(words));
  const replaced = (name: string, content: Buffer) =>
    Buffer.concat([
      ...files().map(([file, bytes]) => tarMember(file, file === name ? content : bytes, 0o600, 0)),
      tarEnd,
    ]);
  const other = Buffer.from(execFileSync('openssl', ['genrsa', '2048'], { stdio: 'pipe' }));
  for (const [archive, code, reason] of [
    [Buffer.from('hello'), 'private-ca.archive', /neither ZIP nor tar/],
    [Buffer.concat([tarMember('a.txt', Buffer.from('a'), 0o600, 0), tarEnd]), 'private-ca.archive', /no index.txt/],
    [pack('tar czf - demoCA').subarray(0, 500), 'private-ca.archive', /damaged|cut/],
    [replaced('cacert.pem', Buffer.from('hello')), 'private-ca.archive', /holds no certificate/],
    [
      replaced('cacert.pem', readFileSync(join(base, 'demoCA/certs/a.pem'))),
      'private-ca.invalid',
      /not that of an authority/,
    ],
    [replaced('private/cakey.pem', Buffer.from('hello')), 'private-ca.invalid', /no private key/],
    [replaced('private/cakey.pem', other), 'private-ca.invalid', /not the one of cacert.pem/],
  ] as const) {
    await assert.rejects(taking(archive), problem(code, reason));
  }
  await assert.rejects(taking(pack('tar czf - demoCA'), 'wrong'), problem('private-ca.wrong-passphrase'));
  assert.deepEqual(await ca.authorities(), []);
});

test('openssl ca goes on with an exported folder: CRL with the next number, revocation, issue', { skip }, async (t) => {
  const options = { clock: createTestClock(Date.now()), nextCrlNumber: async () => 300n };
  const { ca, issue, intermediate, folder } = await startPrivateCa(t, options);
  const [one, two] = [await issue(['a.example.com']), await issue(['b.example.com'])];
  await ca.revoke(testAdministrator, { serial: one.serial }, 'key-compromise');
  const { archive, fileName, withKey } = await ca.exportDemoCa(testAdministrator, intermediate.id, rootPassphrase);
  assert.deepEqual([fileName, withKey], ['demoCA-example-issuing-ca.tar.gz', true]);
  writeFileSync(join(folder, fileName), archive);
  execFileSync('tar', ['xzf', fileName], { cwd: folder });
  const demo = join(folder, 'demoCA');
  const secret = `-passin pass:"${rootPassphrase.reveal()}"`;
  const crl = () => {
    openssl(demo, `ca -config openssl_local.cnf -gencrl ${secret} -out crl/ca.crl`);
    return openssl(demo, 'crl -in crl/ca.crl -CAfile cacert.pem -noout -text -nameopt RFC2253');
  };
  const first = crl();
  assert.match(first, /X509v3 CRL Number: \n\s+300\n/);
  assert.ok(first.includes(one.serial.toUpperCase()) && first.includes('Key Compromise'));
  assert.ok(!first.includes(two.serial.toUpperCase()));
  openssl(
    demo,
    `ca -config openssl_local.cnf -revoke newcerts/${two.serial.toUpperCase()}.pem ${secret} -crl_reason superseded`,
  );
  const second = crl();
  assert.match(second, /X509v3 CRL Number: \n\s+301\n/);
  assert.ok(second.includes(two.serial.toUpperCase()));
  openssl(
    demo,
    'req -new -newkey rsa:2048 -nodes -keyout c.key -out c.csr -utf8 -subj "/O=Müller \\\\ Co/CN=c.example.com" -addext subjectAltName=DNS:c.example.com',
  );
  openssl(demo, `ca -batch -utf8 -config openssl_local.cnf ${secret} -in c.csr -out certs/c.pem`);
  assert.match(openssl(demo, 'x509 -in certs/c.pem -noout -text'), /CA:FALSE[\s\S]*DNS:c.example.com/);
  // and back again, into another gateway
  const other = await openPrivateCa(t, options);
  const packed = execFileSync('tar', ['czf', '-', '-C', folder, 'demoCA'], { maxBuffer: 1 << 24 });
  const back = await other.ca.importDemoCa(testAdministrator, packed, rootPassphrase);
  assert.deepEqual([back.valid, back.revoked, back.authority.above.length], [1, 2, 1]);
  assert.deepEqual([back.authority.crlNumberFloor, back.notes], [301n, []]);
  const again = await other.ca.exportDemoCa(testAdministrator, back.authority.id, undefined);
  writeFileSync(join(other.folder, 'again.tar.gz'), again.archive);
  const ours = execFileSync('tar', ['xzOf', 'again.tar.gz', 'demoCA/index.txt'], { cwd: other.folder }).toString();
  const theirs = readFileSync(join(demo, 'index.txt'), 'utf8');
  assert.deepEqual(ours.split('\n').sort(), theirs.split('\n').sort());
});

test('an export without passphrase holds no key', { skip }, async (t) => {
  const { ca, root, intermediate, folder } = await startPrivateCa(t);
  await assert.rejects(
    ca.exportDemoCa(testAdministrator, root.id, new Secret('wrong')),
    problem('private-ca.wrong-passphrase'),
  );
  await assert.rejects(
    ca.exportDemoCa(testAdministrator, intermediate.id, new Secret('short')),
    problem('private-ca.invalid'),
  );
  const { archive } = await ca.exportDemoCa(testAdministrator, root.id, undefined);
  writeFileSync(join(folder, 'x.tar.gz'), archive);
  const list = execFileSync('tar', ['tzf', 'x.tar.gz'], { cwd: folder }).toString();
  assert.match(list, /demoCA\/newcerts\/[0-9A-F]+\.pem/);
  assert.doesNotMatch(list, /cakey/);
});

test('an export that cannot read what was issued fails, and nothing else', async (t) => {
  const { ca, storage, issue, root, intermediate } = await startPrivateCa(t);
  await issue(['a.example.com']);
  await storage.db
    .updateTable('private_ca_bodies')
    .set({ der: Uint8Array.of(0x30, 0) })
    .execute();
  for (const { id } of [root, intermediate])
    await assert.rejects(ca.exportDemoCa(testAdministrator, id, undefined), /cannot be read/);
});

function openssl(cwd: string, line: string): string {
  return execFileSync('sh', ['-c', `openssl ${line}`], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

function pack(line: string): Buffer {
  return execFileSync('sh', ['-c', line], { cwd: base, maxBuffer: 1 << 24 });
}

/** Every plain file of the folder. */
function files(): (readonly [string, Buffer])[] {
  const demo = join(base, 'demoCA');
  return readdirSync(demo, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .map((path) => [path.slice(demo.length + 1), readFileSync(path)] as const);
}

function certificateOfAnother(): string {
  return openssl(base, 'req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other -days 10');
}
