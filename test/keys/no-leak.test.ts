/**
 * No private key ever leaves: a real gateway is driven end to end through API and command line, then everything that
 * came out of it, and every file outside keys/, is searched for every key it holds.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { waitFor } from '../../scripts/demo/wait-for.ts';
import { unlockKey } from '../../src/features/private-ca/authority/passphrase-key.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openVault } from '../../src/storage/vault.ts';
import { type Answer, ApiClient, administrator } from '../support/api.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { needs } from '../support/needs.ts';
import { createOpensslCa, createOpensslPkcs12, type OpensslCa } from '../support/openssl.ts';
import { findLeaks, type Output } from './leak-search.ts';

const skip = needs('openssl');
const base = mkdtempSync(join(tmpdir(), 'tollgate-leak-'));
const outputs: Output[] = [];
const keys = new Map<string, Uint8Array>();
const passphrase = 'correct horse battery staple';
let gateway: TestGateway;
let client: RecordingClient;
let ca: OpensslCa;

before(async () => {
  if (skip !== false) return;
  gateway = await startGateway({ logLevel: 'debug' });
  client = new RecordingClient(gateway.url);
  ca = await createOpensslCa(join(base, 'ca'), { name: 'Leak test CA' });
  await client.must('POST', '/setup', { token: gateway.setupToken, ...administrator });
  if (client.cookie === '') await client.must('POST', '/session', administrator);
});
after(async () => {
  await gateway?.stop({ remove: true });
  rmSync(base, { recursive: true });
});

/** Keeps every answer it gets, headers too. */
class RecordingClient extends ApiClient {
  override async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const answer = await super.call<T>(method, path, body);
    keep(`answer to ${method} ${path}`, `${JSON.stringify(answer.headers)}\n${answer.text}`);
    return answer;
  }
}

test('Requests, uploads, refusals, resets and roll-backs run through the API', { skip }, async () => {
  await client.must('PATCH', '/settings', { version: await settingsVersion(), fqdn: 'gateway.example.com' });
  await client.must('POST', '/trusted-cas', { file: base64(ca.certificate), name: 'ca.pem' });
  for (const [slot, key] of [
    ['server', 'ec-p256'],
    ['client', 'rsa-2048'],
  ] as const) {
    await client.must('POST', `/identities/${slot}/csr`, { key });
    await collectKeys();
    const csr = await client.get<string>(`/identities/${slot}/csr/pem`);
    await upload(slot, [await ca.sign(csr.text)]);
  }
  await client.must('POST', '/identities', { domain: 'sip.example.com' });
  const own = await ca.issue(['sip.example.com']);
  keepKey('an upload', own.key);
  await upload('domain:sip.example.com', [own.certificate, own.key]);
  const packed = await ca.issue(['sip.example.com'], { key: 'rsa' });
  keepKey('a PKCS#12 upload', packed.key);
  const pkcs12 = await createOpensslPkcs12(ca.folder, { ...packed, password: 'pass phrase' });
  await upload('domain:sip.example.com', [pkcs12], 'pass phrase');
  await client.must('POST', '/identities/server/roll-back', {});
  await client.must('POST', '/identities/server/reset', {});
  await client.must('POST', '/identities/server/csr', { key: 'ed25519' });
  await collectKeys();
  await client.must('DELETE', '/identities/server/csr');
  await client.must('POST', '/identities/server/csr', { reuseKey: true });
});

test('Refused uploads, which quote what they were given, quote no key', { skip }, async () => {
  const one = await ca.issue(['sip.example.com']);
  const two = await ca.issue(['sip.example.com']);
  for (const { key } of [one, two]) keepKey('a refused upload', key);
  const broken = one.key.replace('PRIVATE KEY-----\n', 'PRIVATE KEY-----\n!');
  const slots = ['server', 'client', 'domain:sip.example.com'].map(encodeURIComponent);
  for (const slot of slots) {
    for (const files of [[one.certificate, two.key], [one.key], [one.certificate, broken], [broken]]) {
      const body = { files: files.map((text) => ({ name: 'x.pem', content: base64(text) })) };
      const answer = await client.post(`/identities/${slot}/uploads`, body);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
    }
  }
  for (const file of [one.key, broken]) {
    const answer = await client.post('/trusted-cas', { file: base64(file), name: one.key });
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
  }
  const files = [one.key, broken, two.certificate].map((text) => ({ name: 'x.pem', content: base64(text) }));
  for (const tool of ['decode', 'match', 'chain']) await client.post(`/tools/${tool}`, { files });
});

test('A private CA is made under a passphrase, issues, publishes and is packed', { skip }, async () => {
  const subject = (value: string) => [{ type: 'CN', value }];
  const make = (kind: string, body: object) =>
    client.must<{ id: string }>('POST', `/private-ca/${kind}`, { ...body, passphrase });
  const root = await make('roots', { subject: subject('Leak Root'), algorithm: 'ec-p256' });
  await make('intermediates', { subject: subject('Leak Issuing CA'), parent: root.id, constraints: null });
  const csr = base64((await client.get<string>('/identities/server/csr/pem')).text);
  await make('certificates', { csr, template: 'web-server', authority: root.id });
  await client.must('POST', '/private-ca/certificates', { csr, template: 'web-server' });
  const wrong = await client.post(`/private-ca/publishing/${root.id}`, { passphrase: `not ${passphrase}` });
  assert.equal(wrong.status, 422, wrong.text);
  await make(`publishing/${root.id}`, {});
  await make(`authorities/${root.id}/export`, {});
  // responders are certified once the change is published
  const published = async () => /"current":true/.test((await client.get('/private-ca/publishing')).text);
  assert.ok(await waitFor(published, 120_000), 'what is issued is published');
});

test('Everything that can be read through the API is read', { skip }, async () => {
  const { body } = await client.get<{ paths: Record<string, object> }>('/openapi.json');
  const reads = Object.entries(body.paths).flatMap(([path, operations]) => ('get' in operations ? [path] : []));
  assert.ok(reads.length > 15, reads.join());
  const { text } = await client.get('/trusted-cas');
  const fingerprint = /"fingerprint":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
  for (const read of reads) {
    const path = read.replace(/^\/api\/v1/, '').replace('{fingerprint}', fingerprint);
    for (const slot of path.includes('{slot}') ? ['server', 'client', 'domain:sip.example.com'] : ['']) {
      await client.get(path.replace('{slot}', encodeURIComponent(slot)).replace('{id}', 'none'));
    }
  }
});

test('The command line shows every list and every identity', { skip }, async () => {
  const lines = [
    ['identity', 'list'],
    ['identity', 'show', 'server'],
    ['identity', 'show', 'client'],
    ['identity', 'show', 'domain:sip.example.com'],
    ['trusted-ca', 'list'],
    ['settings', 'show'],
    ['status'],
    ['alarms'],
    ['audit'],
    ['token', 'list'],
    ['user', 'list'],
  ];
  const codes = await Promise.all(lines.flatMap((line) => [cli(...line), cli('--json', ...line)]));
  assert.ok(codes.filter((code) => code === 0).length >= 12, `exit codes ${codes}`);
});

test('No key is found in answers, logs, the command line, the database or any file outside keys/', {
  skip,
}, async () => {
  await collectKeys();
  assert.ok(keys.size >= 8, [...keys.keys()].join());
  keep('the log', gateway.output());
  keepProcesses();
  keepDatabase();
  keepFiles();
  assert.ok(outputs.length > 80, `${outputs.length} outputs`);
  assert.deepEqual(findLeaks(outputs, keys), []);
  for (const owner of ['private-ca:', 'private-ca-responder:', 'a root'])
    assert.ok(
      [...keys.keys()].some((name) => name.startsWith(owner)),
      owner,
    );
  assert.deepEqual(
    outputs.filter(({ bytes }) => bytes.includes(passphrase)).map(({ name }) => name),
    [],
  );
});

test('The search finds a key in every form it looks for', { skip }, () => {
  const [owner, der] = [...keys][0]!;
  const plain = Buffer.from(der);
  const pem = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  const planted = [
    plain.toString('hex'),
    plain.toString('base64'),
    `xy${plain.toString('latin1')}`,
    JSON.stringify({ pem }),
  ];
  // the armour alone gives a key away that is not ours, in compiled text too
  for (const text of [String(pem), JSON.stringify({ pem })])
    assert.ok(findLeaks([{ name: 'planted', bytes: Buffer.from(text), program: true }], new Map()).length > 0);
  for (const text of planted) {
    const output = { name: 'planted', bytes: Buffer.from(text, 'latin1') };
    assert.ok(findLeaks([output], new Map([[owner, der]])).length > 0, text.slice(0, 20));
    assert.ok(findLeaks([{ ...output, program: true }], new Map([[owner, der]])).length > 0, text.slice(0, 20));
  }
});

test('While the gateway runs, every folder has mode 0700 and every file and socket is closed to others', {
  skip,
}, () => {
  const wrong = lookAtAll((_path, stats) => {
    const mode = stats.mode & 0o777;
    const good = stats.isDirectory() ? mode === 0o700 : stats.isFile() ? mode === 0o600 : (mode & 0o077) === 0;
    return good ? undefined : mode.toString(8);
  });
  assert.deepEqual([...wrong], []);
  assert.equal(lstatSync(gateway.folder).mode & 0o777, 0o700);
});

async function upload(slot: string, files: readonly (string | Uint8Array)[], password?: string): Promise<void> {
  const path = `/identities/${encodeURIComponent(slot)}/uploads`;
  const body = { files: files.map((file, i) => ({ name: `file-${i}`, content: base64(file) })), password };
  const { previewId } = await client.must<{ previewId: string }>('POST', path, body);
  await collectKeys();
  await client.must('POST', `${path}/${previewId}/confirmation`, {});
  await collectKeys();
}

async function settingsVersion(): Promise<number> {
  const { body } = await client.get<{ version?: number; settings?: { version: number } }>('/settings');
  return body.version ?? body.settings?.version ?? 0;
}

/** Opens every sealed key, as only somebody with keys/master.key can. */
async function collectKeys(): Promise<void> {
  const vault = await openVault(gateway.folder);
  const database = new DatabaseSync(join(gateway.folder, 'tollgate.db'), { readOnly: true });
  const rows = ['identity_versions', 'certificate_requests'].flatMap((table) =>
    database.prepare(`select id, slot, sealed_key from ${table} where length(sealed_key) > 0`).all(),
  );
  const authorities = database.prepare('select id, key_kind, key from private_ca_authorities').all();
  const responders = database.prepare('select authority, sealed_key from private_ca_responders').all();
  database.close();
  const open = (id: string, sealed: unknown) => {
    if (!(sealed instanceof Uint8Array)) throw new Error(`${id} is not sealed`);
    keys.set(id, vault.open({ id, version: 1 }, sealed));
  };
  for (const { authority, sealed_key: sealed } of responders) open(`private-ca-responder:${authority}`, sealed);
  for (const { id, key_kind: kind, key } of authorities) {
    if (kind === 'sealed') open(`private-ca:${id}`, key);
    else if (key instanceof Uint8Array) {
      const opened = await unlockKey(key, new Secret(passphrase));
      if (opened !== undefined) keys.set('a root', opened.export({ type: 'pkcs8', format: 'der' }));
    }
  }
  for (const { id, slot, sealed_key: sealed } of rows) {
    if (!(sealed instanceof Uint8Array)) throw new Error(`${id} is not sealed`);
    keys.set(`${slot} ${id}`, vault.open({ id: String(id), version: 1 }, sealed));
  }
}

function keepKey(owner: string, pem: string): void {
  keys.set(`${owner} ${keys.size}`, createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }));
}

function keep(name: string, bytes: string | Buffer, program = false): void {
  outputs.push({ name, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes, program });
}

/** Command lines and environments, which other programs of the same user can see. */
function keepProcesses(): void {
  const family = spawnSync('ps', ['-o', 'pid=', '--ppid', String(gateway.process.pid)], { encoding: 'utf8' });
  for (const pid of [String(gateway.process.pid), ...family.stdout.split(/\s+/).filter(Boolean)]) {
    for (const file of ['cmdline', 'environ']) {
      try {
        keep(`${file} of process ${pid}`, readFileSync(`/proc/${pid}/${file}`));
      } catch {
        // Another system, or a process that has ended.
      }
    }
  }
}

function keepDatabase(): void {
  const database = new DatabaseSync(join(gateway.folder, 'tollgate.db'), { readOnly: true });
  for (const { name } of database.prepare("select name from sqlite_master where type = 'table'").all()) {
    for (const row of database.prepare(`select * from "${name}"`).all()) {
      for (const [column, value] of Object.entries(row)) {
        keep(`${name}.${column}`, value instanceof Uint8Array ? Buffer.from(value) : String(value));
      }
    }
  }
  database.close();
}

/** Every file but those in keys/. */
function keepFiles(): void {
  const files = lookAtAll((path, stats) =>
    stats.isFile() && !path.startsWith(join(gateway.folder, 'keys')) ? readFileSync(path) : undefined,
  );
  for (const [path, bytes] of files) keep(path, bytes, path.startsWith(join(gateway.folder, 'cache')));
}

/** What `look` finds in the data folder. While a file was renamed into place under its hands, everything once more. */
function lookAtAll<T>(look: (path: string, stats: Stats) => T | undefined): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (let moved = true; moved; ) {
    moved = false;
    for (const name of readdirSync(gateway.folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(gateway.folder, name);
      try {
        const one = look(path, lstatSync(path));
        if (one !== undefined) found.set(path, one);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
        moved = true;
      }
    }
  }
  return found;
}

function cli(...words: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'tollgate.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, '--data', gateway.folder, ...words], (error, stdout, stderr) => {
      keep(`tollgate ${words.join(' ')}`, stdout + stderr);
      resolve(typeof error?.code === 'number' ? error.code : 0);
    });
  });
}

function base64(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
