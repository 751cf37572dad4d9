/** Publishing is killed at each of its steps: numbers never fall, and what is served is always a whole CRL. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toHex } from '../../src/lib/bytes.ts';
import { publishFailPoints } from '../../src/lib/fail-point.ts';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { verifySignedBy } from '../../src/pki/certificate/verify-signature.ts';
import { parseCrl } from '../../src/pki/crl/crl.ts';
import { readPublicationKey } from '../../src/storage/publication/publication-key.ts';
import { crlFolder, readPublished } from '../../src/storage/publication/published-snapshot.ts';
import { openVault } from '../../src/storage/vault.ts';

process.umask(0o077);
const base = mkdtempSync(join(tmpdir(), 'tollgate-publish-crash-'));
after(() => rmSync(base, { recursive: true }));
const prepared = join(base, 'prepared');

before(async () => assert.equal(await run(prepared, 'first'), null));

for (const point of publishFailPoints) {
  test(`After a kill at ${point} the served CRLs are whole, and the next have higher numbers`, async () => {
    const folder = join(base, point);
    cpSync(prepared, folder, { recursive: true });
    const first = await served(folder);
    assert.equal(await run(folder, 'again', `${point}:kill`), 'SIGKILL');
    const killed = await served(folder);
    assert.equal(await run(folder, 'again'), null);
    const after = await served(folder);
    assert.equal(after.size, 3);
    for (const [path, number] of first) {
      assert.ok(killed.get(path)! >= number, path);
      assert.ok(after.get(path)! >= killed.get(path)!, path);
    }
    const numbers = [...after.values()];
    assert.equal(new Set(numbers.slice(1)).size, numbers.length - 1, 'no number of an authority twice');
    assert.ok([...after].filter(([path, number]) => number > first.get(path)!).length >= 2, 'the revocation came out');
    const temporary = readdirSync(crlFolder(folder)).filter((name) => name.endsWith('.tmp'));
    assert.deepEqual(temporary, []);
  });
}

async function run(folder: string, what: string, fail = ''): Promise<string | null> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', join(import.meta.dirname, 'publish-crash-child.ts'), folder, what],
    { env: { ...process.env, TOLLGATE_FAIL: fail }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === null) assert.equal(`${code} ${said}`, '0 ');
  return signal;
}

/** Path and number of every CRL that the snapshot names; each is whole and signed by its authority. */
async function served(folder: string): Promise<Map<string, bigint>> {
  const key = await readPublicationKey(folder, await openVault(folder));
  assert.ok(key);
  const snapshot = await readPublished(folder, key);
  const keys = snapshot.authorities.map(({ certificate }) => {
    const parsed = parseCertificate(Buffer.from(certificate, 'base64'));
    assert.ok(parsed.ok);
    return parsed.value;
  });
  const numbers = new Map<string, bigint>();
  for (const { path, file, sha256 } of snapshot.crls) {
    const bytes = readFileSync(join(crlFolder(folder), file));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
    const crl = parseCrl(bytes);
    assert.ok(crl.ok && crl.value.crlNumber !== undefined);
    const parsed = crl.value;
    assert.ok(keys.some(({ publicKey }) => verifySignedBy(parsed, publicKey)));
    numbers.set(path, BigInt(`0x${toHex(crl.value.crlNumber)}`));
  }
  return numbers;
}
