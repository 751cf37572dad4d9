import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { createOpensslKey } from '../../../../test/support/openssl.ts';
import {
  issueTo,
  makeCsr,
  problem,
  readCertificate,
  rootPassphrase,
  sanOf,
  startPrivateCa,
} from '../../../../test/support/private-ca.ts';
import { auditRows, testAdministrator } from '../../../../test/support/temporary-storage.ts';
import { publicKeyInfoOf } from '../../../pki/certificate/build.ts';
import {
  boolean,
  element,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  utf8String,
} from '../../../pki/der/writer.ts';
import { keyAlgorithms } from '../../../pki/key/generate.ts';
import { signedStructure } from '../../../pki/key/sign.ts';
import { encodeName } from '../../../pki/name/build-name.ts';
import { builtInTemplates } from '../template/built-in-templates.ts';

const day = 86_400_000;

test('a request for CA:TRUE, code signing, a wildcard and a user principal name gets none of them', async (t) => {
  const { ca, issue } = await startPrivateCa(t);
  const { csr } = await makeCsr([], {
    subject: [{ type: 'CN', value: 'a.example.com' }],
    names: [
      { kind: 'dns', value: 'a.example.com' },
      { kind: 'dns', value: '*.com' },
      { kind: 'dns', value: '*.example.com' },
      { kind: 'upn', value: 'administrator@example.com' },
      { kind: 'email', value: 'ceo@example.com' },
    ],
    extendedKeyUsage: ['codeSigning', 'serverAuth'],
    keyUsage: ['keyCertSign', 'cRLSign', 'digitalSignature'],
    key: (await makeCsr(['x.example.com'])).key,
  });
  const { parsed, notes } = await issue([], { csr, template: 'web-server' });
  assert.deepEqual(sanOf(parsed), ['dns:a.example.com']);
  assert.deepEqual(parsed.basicConstraints, { ca: false });
  assert.deepEqual([...(parsed.keyUsage ?? [])], ['digitalSignature']);
  assert.deepEqual(parsed.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.ok(parsed.notAfter - parsed.notBefore < 366 * day);
  assert.deepEqual(
    notes.map(({ code }) => code),
    ['name-left-out', 'name-left-out', 'name-left-out', 'name-left-out', 'extension-ignored'],
  );
  await assert.rejects(
    issueTo(ca, [], { csr, template: 'web-server', strict: true }),
    problem('private-ca.request-refused', /wildcards/),
  );
});

test('extensions of a request never reach the certificate, whatever they are', async (t) => {
  const { issue } = await startPrivateCa(t);
  const { key } = await makeCsr(['a.example.com']);
  const other = (id: string, value: Uint8Array, critical = false) => ({ oid: id, value, critical });
  const asked = [
    other('2.5.29.19', sequence(boolean(true), integer(5)), true),
    other('2.5.29.32', sequence(sequence(oid('2.5.29.32.0')))),
    other('1.2.3.4.5', octetString(Uint8Array.of(1)), true),
    other('2.5.29.30', sequence(explicit(0, sequence(implicit(2, Buffer.from('com'))))), true),
    other(
      '2.5.29.17',
      sequence(implicit(2, Buffer.from('a.example.com')), explicit(0, oid('1.2.3'), explicit(0, utf8String('x')))),
    ),
  ];
  const csr = csrWith(key, asked);
  const { parsed } = await issue([], { csr });
  assert.deepEqual(parsed.extensions.map((extension) => extension.oid).sort(), [
    '1.3.6.1.5.5.7.1.1',
    '2.5.29.14',
    '2.5.29.15',
    '2.5.29.17',
    '2.5.29.19',
    '2.5.29.31',
    '2.5.29.35',
    '2.5.29.37',
  ]);
  assert.deepEqual(sanOf(parsed), ['dns:a.example.com']);
  assert.equal(parsed.basicConstraints?.ca, false);
});

test('every template with every kind of key, of request and of issuer, breaks no rule', async (t) => {
  const requests = await Promise.all(
    keyAlgorithms
      .filter((name) => !/rsa-[34]/.test(name))
      .map(async (algorithm) => makeCsr(['a.example.com'], { algorithm })),
  );
  // RFC 4055 5, RFC 5758 3.2, RFC 8410 3, RFC 9881 2: the digest is as strong as the key of the issuer
  for (const [algorithm, signedWith] of [
    ['rsa-2048', '1.2.840.113549.1.1.11'],
    ['ec-p384', '1.2.840.10045.4.3.3'],
    ['ec-p521', '1.2.840.10045.4.3.4'],
    ['ed25519', '1.3.101.112'],
    ['ml-dsa-44', '2.16.840.1.101.3.4.3.17'],
  ] as const) {
    const { issue, intermediate } = await startPrivateCa(t, { algorithm });
    for (const { csr } of requests) {
      for (const { name } of builtInTemplates) {
        const { parsed, notes } = await issue([], { csr, template: name });
        assert.deepEqual(notes, []);
        assert.equal(parsed.signatureAlgorithm.oid, signedWith);
        assert.equal(parsed.keyUsage?.has('keyEncipherment'), parsed.publicKey.algorithm === 'rsa');
        assert.deepEqual(parsed.authorityKeyIdentifier?.keyId, intermediate.certificate?.subjectKeyIdentifier);
      }
    }
  }
});

test('a certificate begins a minute before it is asked for and ends with its template, its issuer, or earlier', async (t) => {
  const { clock, issue, intermediate } = await startPrivateCa(t);
  clock.advance(day);
  const usual = (await issue(['a.example.com'])).parsed;
  assert.equal(usual.notBefore, clock.now() - 60_000);
  assert.equal(usual.notAfter, clock.now() + 365 * day);
  const sooner = (await issue(['a.example.com'], { notAfter: clock.now() + 6 * day })).parsed;
  assert.equal(sooner.notAfter, clock.now() + 6 * day);
  const longer = await issue(['a.example.com'], { notAfter: clock.now() + 36_500 * day });
  assert.equal(longer.notAfter, clock.now() + 365 * day);
  assert.match(longer.notes[0]?.message ?? '', /template allows 365 days/);
  const { notBefore } = intermediate.certificate!;
  clock.set(notBefore - day);
  assert.equal((await issue(['a.example.com'])).parsed.notBefore, notBefore, 'a clock set back begins nothing earlier');
  clock.set(intermediate.notAfter - 10 * day);
  const last = await issue(['a.example.com']);
  assert.equal(last.notAfter, intermediate.notAfter);
  assert.equal(last.notes[0]?.code, 'shortened');
  clock.set(intermediate.notAfter + 1_000);
  await assert.rejects(
    issue(['a.example.com'], { authority: intermediate.id }),
    problem('private-ca.request-refused', /expired/),
  );
});

test('the same subject is issued again, and each certificate has its record and one audit row', async (t) => {
  const { ca, storage, issue, intermediate } = await startPrivateCa(t);
  const before = (await auditRows(storage)).length;
  const all = await Promise.all(Array.from({ length: 200 }, () => issue(['a.example.com'])));
  assert.equal(new Set(all.map(({ serial }) => serial)).size, 200);
  assert.ok(all.every(({ parsed }) => parsed.serial.length >= 14));
  const rows = (await auditRows(storage)).slice(0, -before);
  assert.equal(rows.length, 200);
  assert.ok(rows.every(({ action, actor_name: who }) => action === 'private-ca.issue' && who === 'ada'));
  assert.deepEqual(rows.map(({ object }) => object).sort(), all.map(({ serial }) => serial).sort());
  const { certificates } = await ca.issued({ authority: intermediate.id, limit: 500 });
  assert.equal(certificates.length, 200);
  for (const { serial, certificate } of all.slice(0, 5)) {
    assert.deepEqual((await ca.certificate({ serial })).der, certificate);
  }
});

test('of those recorded together, one that may not be recorded fails alone', async (t) => {
  const { ca, storage } = await startPrivateCa(t);
  const auditor = { ...testAdministrator, role: 'auditor' } as const;
  const { csr } = await makeCsr(['a.example.com']);
  const request = { csr, template: 'client', source: 'upload' } as const;
  const actors = [testAdministrator, auditor, testAdministrator];
  const results = await Promise.allSettled(actors.map((actor) => ca.issue(actor, request)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal((await ca.issued({ template: 'client', limit: 10 })).certificates.length, 2);
  assert.equal((await auditRows(storage)).filter(({ action }) => action === 'private-ca.issue').length, 2);
});

test('names that the authority may not issue for are left out, and refused where a person typed them', async (t) => {
  const { ca, issue } = await startPrivateCa(t, {
    constraints: { dns: ['example.com'], ip: ['10.0.0.0/8'], email: [] },
  });
  const mixed = await issue(['a.example.com', 'b.example.org', 'notexample.com', 'example.com']);
  assert.deepEqual(sanOf(mixed.parsed), ['dns:a.example.com', 'dns:example.com']);
  await assert.rejects(issue(['b.example.org']), problem('private-ca.request-refused', /may not issue for it/));
  const { csr } = await makeCsr(['a.example.com']);
  const typed = (value: string, kind: 'dns' | 'ip' | 'srv' | 'xmpp' = 'dns') =>
    issueTo(ca, [], {
      csr,
      names: [
        { kind: 'dns', value: 'a.example.com' },
        { kind, value },
      ],
    });
  assert.deepEqual(sanOf((await typed('10.1.2.3', 'ip')).parsed).at(-1), 'ip:10.1.2.3');
  await typed('_sips.example.com', 'srv');
  await typed('chat@example.com', 'xmpp');
  const { csr: plain } = await makeCsr([]);
  const mail = (value: string) =>
    issueTo(ca, [], { csr: plain, template: 'client', names: [{ kind: 'email', value }] });
  assert.deepEqual(sanOf((await mail('a@b.example.com')).parsed), ['email:a@b.example.com']);
  await assert.rejects(mail('a@example.org'), problem('private-ca.request-refused', /may not issue for it/));
  for (const [value, kind] of [
    ['192.0.2.1', 'ip'],
    ['2001:db8::1', 'ip'],
    ['_sips.example.org', 'srv'],
    ['example.org', 'xmpp'],
    ['b.example.org', 'dns'],
    ['a_b.example.com', 'dns'],
  ] as const) {
    await assert.rejects(typed(value, kind), problem('private-ca.request-refused'), value);
  }
});

test('a host name as common name is an alternative name as well, or it goes', async (t) => {
  const { issue } = await startPrivateCa(t);
  const { key } = await makeCsr(['a.example.com']);
  const subject = (value: string) => [{ type: 'O', value: 'Example' } as const, { type: 'CN', value } as const];
  const alone = await issue([], { csr: (await makeCsr([], { key, subject: subject('A.example.com') })).csr });
  assert.deepEqual(sanOf(alone.parsed), ['dns:a.example.com']);
  assert.equal(alone.notes[0]?.code, 'common-name-added');
  const names = [{ kind: 'dns', value: 'a.example.com' }] as const;
  const other = await issue([], { csr: (await makeCsr([], { key, names, subject: subject('bank.example') })).csr });
  assert.equal(other.parsed.subject.rdns.flat().length, 1);
  assert.match(other.notes[0]?.message ?? '', /CN=bank.example is left out/);
  const person = await issue([], {
    csr: (await makeCsr([], { key, subject: subject('Ada Lovelace') })).csr,
    template: 'client',
  });
  assert.equal(person.parsed.subjectAltName, undefined);
  assert.deepEqual(person.notes, []);
});

test('a common name that some program might read as a host name goes as well: NUL, other full stops, one at the end', async (t) => {
  const { issue } = await startPrivateCa(t);
  const kept = async (value: string, type: 'CN' | 'O' = 'CN') => {
    const { csr } = await makeCsr(['a.example.com'], { subject: [{ type, value }] });
    return (await issue([], { csr })).parsed.subject.rdns.flat().map((attribute) => attribute.value);
  };
  for (const value of [
    'bank.test\0.example.com',
    'bank.test\n',
    'bank.test.',
    'bank\u3002test',
    'BANK\uff0eTEST',
    '127.0.0.1',
  ])
    assert.deepEqual(await kept(value), [], JSON.stringify(value));
  assert.deepEqual(await kept('two\u0085lines', 'O'), []);
  assert.deepEqual(await kept('Bank & Söhne, Frankfurt'), ['Bank & Söhne, Frankfurt']);
  assert.deepEqual(await kept('A.example.com.'), ['A.example.com.']);
});

test('a subject is copied octet for octet; types of text that nobody may write any more become UTF8String', async (t) => {
  const { issue } = await startPrivateCa(t);
  const { key } = await makeCsr(['a.example.com']);
  const text = (id: string, tag: number, value: string) => sequence(oid(id), element(tag, Buffer.from(value)));
  const subjectOf = async (...rdns: readonly Uint8Array[]) => {
    const { parsed } = await issue([], { csr: csrWith(key, [], sequence(...rdns)), template: 'client' });
    return Buffer.from(parsed.subject.der);
  };
  const [organization, unit, name] = ['2.5.4.10', '2.5.4.11', '2.5.4.3'];
  const kept = [
    setOf(text('2.5.4.6', 0x13, 'GB')),
    setOf(text(organization, 0x0c, 'plain')),
    setOf(text(unit, 0x13, 'printable'), text(name, 0x0c, 'Müller')),
  ];
  assert.deepEqual(await subjectOf(...kept), Buffer.from(sequence(...kept)));
  // RFC 5280 4.1.2.4: TeletexString
  assert.deepEqual(
    await subjectOf(setOf(text(organization, 0x14, 'Old & Co')), setOf(text(name, 0x0c, 'b'))),
    Buffer.from(
      encodeName([
        { type: 'O', value: 'Old & Co' },
        { type: 'CN', value: 'b' },
      ]),
    ),
  );
});

test('a mail address in the subject stays only where the authority may issue for it', async (t) => {
  const { issue } = await startPrivateCa(t);
  const subjectWith = async (mail: string) => {
    const subject = [
      { type: 'CN', value: 'a.example.com' },
      { type: 'emailAddress', value: mail },
    ] as const;
    const { csr } = await makeCsr(['a.example.com'], { subject });
    const { parsed, notes } = await issue([], { csr });
    return [parsed.subject.rdns.flat().map(({ value }) => value), notes.map(({ code }) => code)];
  };
  assert.deepEqual(await subjectWith('a@example.com'), [['a.example.com', 'a@example.com'], []]);
  assert.deepEqual(await subjectWith('a@example.org'), [['a.example.com'], ['subject-changed']]);
});

test('a request for more names or attributes than anybody takes in a certificate is refused', async (t) => {
  const { issue } = await startPrivateCa(t);
  const hosts = (count: number) => Array.from({ length: count }, (_, i) => `h${i}.example.com`);
  assert.equal(sanOf((await issue(hosts(1_000))).parsed).length, 1_000);
  await assert.rejects(issue(hosts(1_001)), problem('private-ca.request-refused', /1001 alternative names/));
  const subject = Array.from({ length: 31 }, (_, i) => ({ type: 'OU', value: `unit ${i}` }) as const);
  const { csr } = await makeCsr(['a.example.com'], { subject });
  await assert.rejects(issue([], { csr }), problem('private-ca.request-refused', /31 attributes/));
});

test('attributes that not every system knows are flagged', async (t) => {
  const { issue } = await startPrivateCa(t);
  const subject = [
    { type: 'CN', value: 'a.example.com' },
    { type: '2.5.4.12', value: 'Engineer' },
  ] as const;
  const { csr } = await makeCsr(['a.example.com'], { subject });
  const { notes, parsed } = await issue([], { csr });
  assert.match(notes[0]?.message ?? '', /2\.5\.4\.12/);
  assert.equal(parsed.subject.rdns.length, 2);
});

test('an end in 2050 or later has to be confirmed', async (t) => {
  const { clock, ca, intermediate } = await startPrivateCa(t, { days: 36_500 });
  assert.ok(intermediate.notAfter < Date.UTC(2050, 0, 1));
  clock.set(Date.UTC(2049, 5, 1));
  const late = { days: 3_650, algorithm: 'ec-p256', subject: [{ type: 'CN', value: 'Late' }], trust: false } as const;
  const passphrase = rootPassphrase;
  await assert.rejects(ca.createRoot(testAdministrator, { ...late, passphrase }), problem('private-ca.confirmation'));
  const root = await ca.createRoot(testAdministrator, { ...late, passphrase, confirmed2050: true });
  const { csr } = await makeCsr(['a.example.com']);
  const request = { csr, template: 'web-server', authority: root.id, passphrase, source: 'upload' } as const;
  await assert.rejects(ca.issue(testAdministrator, request), problem('private-ca.confirmation'));
  const issued = await ca.issue(testAdministrator, { ...request, confirmed2050: true });
  const { notAfter, findings } = readCertificate(issued.certificate);
  assert.ok(notAfter > Date.UTC(2050, 0, 1));
  assert.deepEqual(findings, []);
});

test('requests that cannot be read, prove nothing or bring a broken key are refused', async (t) => {
  const { issue } = await startPrivateCa(t);
  const { csr } = await makeCsr(['a.example.com']);
  const forged = csr.slice();
  forged[forged.length - 1]! ^= 1;
  const key = createPrivateKey(await createOpensslKey('rsa-1024'));
  const weak = await makeCsr(['a.example.com'], { key });
  for (const [bytes, reason] of [
    [Uint8Array.of(0x30, 1), /cannot be read/],
    [forged, /signature of the request/],
    [weak.csr, /1024 bits/],
  ] as const) {
    await assert.rejects(issue([], { csr: bytes }), problem('private-ca.request-refused', reason));
  }
});

test('certificates name CRL, responder and issuer as the settings say, and a CRL for their part', async (t) => {
  const { ca, issue, intermediate } = await startPrivateCa(t, { partitions: 4 });
  const urls = async () => {
    const { parsed } = await issue(['a.example.com']);
    const points = parsed.crlDistributionPoints?.flatMap(({ name }) => name?.fullName ?? []) ?? [];
    const access = parsed.authorityInfoAccess?.map(({ location }) => location) ?? [];
    return [...points, ...access].map((name) => (name.kind === 'uri' ? name.value : ''));
  };
  const [crl = '', ...others] = await urls();
  assert.match(crl, new RegExp(`^http://pki.example.com/crl/${intermediate.id}/[1-4].crl$`));
  assert.deepEqual(others, ['http://pki.example.com/ocsp', `http://pki.example.com/ca/${intermediate.id}.cer`]);
  const { notes } = await issue(['a.example.com']);
  assert.deepEqual(notes, []);
  const patch = { publicUrl: 'http://ca.example.net:8080/', ocspUrl: false, issuerUrl: false };
  await ca.changeSettings(testAdministrator, patch, 0);
  assert.match((await urls()).join(), /^http:\/\/ca.example.net:8080\/crl\/[^,]*$/);
  await assert.rejects(ca.changeSettings(testAdministrator, patch, 0), problem('private-ca.stale'));
  await ca.changeSettings(testAdministrator, { crlUrl: false }, 1);
  const silent = await issue(['a.example.com']);
  assert.deepEqual(
    silent.notes.map(({ code }) => code),
    ['no-revocation-url'],
  );
  for (const publicUrl of ['https://ca.example.net', 'ca.example.net', 'http://u:p@ca.example.net', 'http://a/?b']) {
    await assert.rejects(ca.changeSettings(testAdministrator, { publicUrl }, 2), problem('private-ca.invalid'));
  }
});

/** A request with any extensions at all. */
function csrWith(
  key: KeyObject,
  extensions: readonly { oid: string; value: Uint8Array; critical: boolean }[],
  subject = encodeName([{ type: 'CN', value: 'a.example.com' }]),
): Uint8Array {
  const list = extensions.map(({ oid: id, value, critical }) =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value)),
  );
  const attribute =
    list.length === 0 ? new Uint8Array(0) : sequence(oid('1.2.840.113549.1.9.14'), setOf(sequence(...list)));
  const info = sequence(integer(0), subject, publicKeyInfoOf(key), element(0xa0, attribute));
  return signedStructure(info, key, 'sha256');
}
