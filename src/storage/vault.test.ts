import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { Problem } from '../lib/problem.ts';
import { openStorage } from './storage.ts';
import { openVault, VaultError } from './vault.ts';

const base = mkdtempSync(join(tmpdir(), 'tollgate-vault-'));
after(() => rmSync(base, { recursive: true }));
const context = { id: 'row-1', version: 1 };
const secret = Buffer.from('the octets of a private key');

test('What is sealed opens again in the same place, also after the vault was opened anew', async () => {
  const folder = join(base, 'same');
  const sealed = (await openVault(folder)).seal(context, secret);
  assert.ok(!Buffer.from(sealed).includes(secret));
  assert.deepEqual(Buffer.from((await openVault(folder)).open(context, sealed)), secret);
});

test('An empty secret and one of a megabyte can be sealed', async () => {
  const vault = await openVault(join(base, 'sizes'));
  for (const size of [0, 1, 1 << 20]) {
    const plain = Buffer.alloc(size, 7);
    assert.ok(plain.equals(vault.open(context, vault.seal(context, plain))));
  }
});

test('The same secret sealed twice gives different bytes', async () => {
  const vault = await openVault(join(base, 'twice'));
  assert.notDeepEqual(vault.seal(context, secret), vault.seal(context, secret));
});

test('Two rows whose sealed keys were exchanged do not open', async () => {
  const storage = await openStorage(join(base, 'exchange'));
  const rows = ['row-1', 'row-2'].map((id) => ({ id, sealed: storage.vault.seal({ id, version: 1 }, secret) }));
  for (const row of rows) await storage.db.insertInto('previews').values(preview(row.id, row.sealed)).execute();
  const content = await storage.db.selectFrom('previews').select(['id', 'content']).orderBy('id').execute();
  assert.throws(() => storage.vault.open({ id: 'row-1', version: 1 }, content[1]!.content), VaultError);
  assert.throws(() => storage.vault.open({ id: 'row-2', version: 1 }, content[0]!.content), VaultError);
  assert.deepEqual(Buffer.from(storage.vault.open({ id: 'row-1', version: 1 }, content[0]!.content)), secret);
  await storage.close();
});

test('A sealed secret does not open under another version or an id that only looks alike', async () => {
  const vault = await openVault(join(base, 'context'));
  const sealed = vault.seal({ id: 'a1', version: 1 }, secret);
  for (const other of [
    { id: 'a1', version: 2 },
    { id: 'a', version: 11 },
    { id: 'a11', version: 1 },
    { id: '', version: 1 },
  ]) {
    assert.throws(() => vault.open(other, sealed), VaultError);
  }
});

test('Every single flipped bit and every cut is refused', async () => {
  const vault = await openVault(join(base, 'bits'));
  const sealed = vault.seal(context, secret);
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const altered = Buffer.from(sealed);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => vault.open(context, altered), VaultError, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    assert.throws(() => vault.open(context, sealed.subarray(0, length)), VaultError, `length ${length}`);
  }
});

test('A copy of the database without its master key is refused and gets no new key', async () => {
  const original = join(base, 'original');
  const storage = await openStorage(original);
  await storage.close();
  const copy = join(base, 'copy');
  cpSync(original, copy, { recursive: true });
  rmSync(join(copy, 'keys', 'master.key'));
  await assert.rejects(openStorage(copy), problem('storage.master-key-missing'));
  assert.equal(statSync(join(copy, 'keys', 'master.key'), { throwIfNoEntry: false }), undefined);
});

test('A copy of the database beside the master key of another gateway opens nothing', async () => {
  const one = await openVault(join(base, 'gateway-1'));
  const two = await openVault(join(base, 'gateway-2'));
  assert.throws(() => two.open(context, one.seal(context, secret)), VaultError);
});

test('A master key that was cut or altered is refused and kept as it is', async () => {
  const folder = join(base, 'damaged');
  await openVault(folder);
  const path = join(folder, 'keys', 'master.key');
  const good = readFileSync(path);
  for (const bad of [Buffer.alloc(0), good.subarray(0, 40), Buffer.concat([good, Buffer.of(0)]), flip(good, 60)]) {
    writeFileSync(path, bad);
    await assert.rejects(openVault(folder), problem('storage.master-key-damaged'));
    assert.deepEqual(readFileSync(path), bad);
  }
  writeFileSync(path, good);
  await openVault(folder);
});

test('A master key that others can read is refused with its name and the command that mends it', async () => {
  const folder = join(base, 'wide');
  await openVault(folder);
  const path = join(folder, 'keys', 'master.key');
  const bytes = readFileSync(path);
  rmSync(path);
  const umask = process.umask(0o022);
  writeFileSync(path, bytes, { mode: 0o644 });
  process.umask(umask);
  await assert.rejects(openVault(folder), (error) => {
    assert.ok(error instanceof Problem);
    assert.match(error.message, /master\.key has mode 0644/);
    assert.match(error.details.hint ?? '', /chmod 600 '.*master\.key'/);
    return true;
  });
});

test('Vaults opened at the same moment on a new folder agree on one master key', async () => {
  const folder = join(base, 'race');
  const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault(folder)));
  const sealed = vaults[0]!.seal(context, secret);
  for (const vault of vaults) assert.deepEqual(Buffer.from(vault.open(context, sealed)), secret);
});

test('Printing a vault shows no key', async () => {
  const folder = join(base, 'print');
  const vault = await openVault(folder);
  const key = readFileSync(join(folder, 'keys', 'master.key')).subarray(38, 70);
  const printed = inspect(vault, { depth: 9, showHidden: true }) + JSON.stringify(vault);
  for (const form of ['hex', 'base64', 'latin1'] as const) assert.ok(!printed.includes(key.toString(form)));
});

function preview(id: string, content: Uint8Array) {
  return {
    id,
    kind: 'test',
    slot: 'server',
    digest: Buffer.alloc(32),
    slot_version: 1,
    content,
    created_at: 1,
    expires_at: 2,
  };
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

function problem(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.details.code === code;
}
