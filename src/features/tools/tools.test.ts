import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { needs } from '../../../test/support/needs.ts';
import { createOpensslCa, createOpensslCsr, createOpensslPkcs12, openssl } from '../../../test/support/openssl.ts';
import { Problem } from '../../lib/problem.ts';
import type { Route } from '../../lib/route.ts';
import { recogniseUpload } from '../../pki/container/recognise.ts';
import { toolsRoutes } from './routes.ts';
import { createTools, type InputFile, openUpload } from './tools.ts';

const skip = needs('openssl');
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'tollgate-tools-'));
after(() => rm(folder, { recursive: true, force: true }));

const root = await createOpensslCa(join(folder, 'root'), { name: 'Test Root' });
const lower = await root.issueCa(join(folder, 'lower'), { name: 'Test Lower' });
const { certificate, key } = await lower.issue(['a.example.com']);
const other = await lower.issue(['b.example.com'], { key: 'rsa' });
const csr = await createOpensslCsr(folder, key, { subject: '/CN=a.example.com' });
const crl = await lower.crl();

const trusted = recogniseUpload(Buffer.from(root.certificate), { what: 'certificate' });
assert.ok(trusted.ok);
const tools = createTools({ clock: { now: () => Date.now() }, trusted: async () => trusted.value.certificates });

const file = (name: string, content: string | Uint8Array): InputFile => ({
  name,
  content: Buffer.from(content as string),
});
const privateMarks = /PRIVATE KEY|Private-Key|priv:/;

async function problemOf(work: Promise<unknown>): Promise<Problem['details']> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Problem, String(thrown));
  return thrown.details;
}

test('decode shows what openssl shows, with facts and remarks', { skip }, async () => {
  const [decoded] = await tools.decode([file('a.pem', certificate)]);
  const [object] = decoded?.objects ?? [];
  assert.equal(object?.kind, 'certificate');
  const facts = new Map(object?.facts.map(({ label, value }) => [label, value]));
  assert.equal(facts.get('Subject'), 'CN=a.example.com');
  assert.equal(facts.get('Issuer'), 'CN=Test Lower');
  assert.equal(facts.get('Names'), 'a.example.com');
  assert.match(facts.get('SHA-256 fingerprint') ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

test('decode takes requests, CRLs, keys and several files at once', { skip }, async () => {
  const decoded = await tools.decode([
    file('1', csr),
    file('2', crl),
    file('3', key),
    file('4', certificate + root.certificate),
  ]);
  assert.deepEqual(
    decoded.map((one) => one.objects.map((object) => object.kind)),
    [['csr'], ['crl'], ['private-key'], ['certificate', 'certificate']],
  );
});

test('of a private key only the public half is shown', { skip }, async () => {
  for (const one of [key, other.key]) {
    const answer = JSON.stringify(await tools.decode([file('key', one)]));
    assert.match(answer, /Public-Key/);
    assert.doesNotMatch(answer, privateMarks);
    assert.ok(!answer.includes(one.split('\n')[2]!.slice(0, 40)));
  }
});

test('a challenge password is masked', { skip }, async () => {
  await writeFile(join(folder, 'k.pem'), key, { mode: 0o600 });
  const config =
    '[req]\ndistinguished_name=dn\nattributes=at\nprompt=no\n[dn]\nCN=x\n[at]\nchallengePassword=hidden one\n';
  await writeFile(join(folder, 'c.cnf'), config);
  const request = await openssl(['req', '-new', '-key', join(folder, 'k.pem'), '-config', join(folder, 'c.cnf')]);
  const answer = JSON.stringify(await tools.decode([file('csr', request)]));
  assert.doesNotMatch(answer, /hidden one/);
  assert.match(answer, /\*{8}/);
});

test('match says yes, and says why not with both fingerprints', { skip }, async () => {
  assert.equal((await tools.match([file('k', key), file('c', certificate)])).matches, true);
  assert.equal((await tools.match([file('k', key), file('r', csr)])).matches, true);
  const no = await tools.match([file('k.pem', key), file('c.pem', other.certificate)]);
  assert.equal(no.matches, false);
  assert.match(no.words, /one is EC 256 bit, the other RSA 2048 bit/);
  for (const side of no.sides) assert.ok(no.words.includes(side.keyFingerprint));
  assert.equal((await problemOf(tools.match([file('k', key)]))).code, 'tools.nothing-to-use');
});

test('chain orders, completes and explains', { skip }, async () => {
  const answer = await tools.chain([file('bag', lower.certificate + certificate)]);
  assert.equal(answer.complete, true);
  assert.deepEqual(
    answer.links.map((link) => link.role),
    ['leaf', 'intermediate', 'root'],
  );
  assert.equal(answer.pem.match(/BEGIN CERTIFICATE/g)?.length, 2);
  const open = await tools.chain([file('leaf', certificate)]);
  assert.equal(open.complete, false);
  assert.equal(open.missingIssuer?.name, 'CN=Test Lower');
});

test('convert goes between all forms and back', { skip }, async () => {
  const bundle = [file('a', certificate + lower.certificate)];
  const p7 = await tools.convert(bundle, { to: 'pkcs7', keys: false });
  const pem = await tools.convert([file('p7', p7.content)], { to: 'pem', keys: false });
  assert.equal(Buffer.from(pem.content).toString(), certificate.concat(lower.certificate));
  const der = await tools.convert([file('a', certificate)], { to: 'der', keys: false });
  assert.equal(der.content[0], 0x30);
  const back = await tools.convert([file('der', der.content)], { to: 'pem', keys: false });
  assert.equal(Buffer.from(back.content).toString(), certificate);
  assert.equal((await problemOf(tools.convert(bundle, { to: 'der', keys: false }))).code, 'tools.cannot-convert');
});

test('PKCS#12 is written with key and chain on the own machine and opened again in a process of its own', {
  skip,
}, async () => {
  const given = [file('a', certificate), file('k', key), file('c', lower.certificate)];
  const made = await tools.convert(given, { to: 'pkcs12', keys: true, password: 'säcret' });
  const [decoded] = await tools.decode([file('a.p12', made.content)], 'säcret');
  assert.deepEqual(
    decoded?.objects.map((object) => object.kind),
    ['certificate', 'certificate', 'private-key'],
  );
  const out = await tools.convert([file('a.p12', made.content)], { to: 'pem', keys: true }, 'säcret');
  assert.match(Buffer.from(out.content).toString(), /BEGIN PRIVATE KEY/);
  const without = await problemOf(tools.convert(given, { to: 'pkcs12', keys: true }));
  assert.match(without.detail ?? '', /needs a password/);
  const stranger = await problemOf(
    tools.convert([file('a', certificate), file('k', other.key)], { to: 'pkcs12', keys: true, password: 'x' }),
  );
  assert.match(stranger.detail ?? '', /belongs to none/);
});

test('PKCS#12 without or with a wrong password is refused with what to do', { skip }, async () => {
  const p12 = await createOpensslPkcs12(folder, { certificate, key, password: 'right' });
  for (const password of [undefined, 'wrong']) {
    const problem = await problemOf(tools.decode([file('a.p12', p12)], password));
    assert.equal(problem.code, 'tools.pkcs12');
    assert.match(problem.hint ?? '', /password/);
  }
  const bare = await openUpload(Buffer.from(Buffer.from(p12).toString('base64')), { what: 'any', password: 'right' });
  assert.ok(bare.ok);
});

test('PKCS#12 that takes too long is given up after two seconds', { skip }, async () => {
  const p12 = await createOpensslPkcs12(
    folder,
    { certificate, key, password: 'x' },
    { args: ['-iter', '1000000', '-macalg', 'sha512', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'] },
  );
  const answer = await openUpload(p12, { what: 'any', password: 'x' });
  if (!answer.ok) assert.match(answer.error.message, /took longer than two seconds/);
});

test('no route gives a private key back', { skip }, async () => {
  const p12 = await createOpensslPkcs12(folder, { certificate, key, password: 'x' });
  const files = [
    { name: 'bundle', content: Buffer.from(certificate + key).toString('base64') },
    { name: 'p12', content: Buffer.from(p12).toString('base64') },
  ];
  const secret = Buffer.from(key.split('\n').slice(1, -2).join(''), 'base64');
  for (const route of toolsRoutes(tools)) {
    for (const to of route.path.endsWith('convert') ? ['pem', 'pkcs7'] : [undefined]) {
      const body = { files, password: 'x', ...(to === undefined ? {} : { to }) };
      const answer = JSON.stringify(await call(route, body));
      const seen = answer.concat(
        to === undefined ? '' : Buffer.from(JSON.parse(answer).content, 'base64').toString('latin1'),
      );
      assert.doesNotMatch(seen, privateMarks, route.path);
      assert.ok(!seen.includes(secret.toString('base64').slice(20, 60)), route.path);
      assert.ok(!seen.includes(secret.subarray(30, 60).toString('latin1')), route.path);
    }
  }
});

test('answers fit the schemas of the routes', { skip }, async () => {
  const content = Buffer.from(certificate + lower.certificate + crl + csr + key).toString('base64');
  for (const route of toolsRoutes(tools)) {
    const to = route.path.endsWith('convert') ? { to: 'pkcs7' } : {};
    route.response?.parse(await call(route, { files: [{ name: 'all', content }], ...to }));
  }
});

test('a file name is a label: escaped and cut in messages', async () => {
  const problem = await problemOf(tools.decode([file(`../../${'x'.repeat(5000)}\u001b[2J`, 'hello')]));
  assert.ok((problem.detail ?? '').length < 500);
  assert.doesNotMatch(problem.detail ?? '', /\u001b/);
});

test('mutated and random files are decoded or refused in words, in time', { skip }, async () => {
  console.log(`seed ${seed}`);
  const samples = [certificate, key, other.key, csr, crl, root.certificate + certificate].map((pem) =>
    Buffer.from(pem),
  );
  samples.push(
    ...samples.slice(0, 5).map((pem) => Buffer.from(pem.toString().replace(/-----[^-]*-----/g, ''), 'base64')),
  );
  const edit = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }) });
  const mutated = fc.record({
    sample: fc.nat({ max: samples.length - 1 }),
    edits: fc.array(edit, { maxLength: 6 }),
    cut: fc.nat(),
  });
  const anything = fc.oneof(
    { weight: 6, arbitrary: mutated.map((m) => mutate(samples[m.sample]!, m.edits, m.cut)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }) },
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      const before = process.cpuUsage();
      const answer = await tools.decode([file('fuzz', bytes)]).catch((error: unknown) => error);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 1_000_000, `${user + system} µs of processor time`);
      if (!(answer instanceof Error)) return;
      assert.ok(answer instanceof Problem, answer.stack);
      assert.ok((answer.details.detail ?? '').length > 10 && (answer.details.hint ?? '') !== '');
      assert.equal(typeof answer.details.extra?.['offset'], 'number');
    }),
    { numRuns: 2000, seed },
  );
});

function mutate(sample: Buffer, edits: readonly { at: number; value: number }[], cut: number): Buffer {
  const copy = Buffer.from(sample);
  for (const { at, value } of edits) copy[at % copy.length] = value;
  return cut % 5 === 0 ? copy.subarray(0, cut % copy.length) : copy;
}

async function call(route: Route, body: unknown): Promise<unknown> {
  const actor = { kind: 'user', id: '1', name: 'test', role: 'auditor', address: '', requestId: '' } as const;
  return route.handler({ params: {}, query: {}, body: route.body?.parse(body), actor });
}
