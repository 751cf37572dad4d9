/** A private CA that is killed while it issues: what was given out is on record, and no serial number comes twice. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareFolder } from './crash-gateway.ts';
import { checkFolder } from './invariants.ts';

const rounds = process.env['TOLLGATE_SOAK'] === '1' ? 30 : 4;

test('killed at any moment, every certificate that was given out has its record and its audit row', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'tollgate-issue-kills-'));
  t.after(() => rmSync(base, { recursive: true }));
  const folder = join(base, 'data');
  await prepareFolder(folder);
  const promised = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const serial of await killAfter(folder, 20 + Math.floor(Math.random() * 200))) {
      assert.ok(!promised.has(serial), `${serial} comes twice`);
      promised.add(serial);
    }
    await checkFolder(folder, async ({ storage }) => {
      const rows = await storage.db.selectFrom('private_ca_certificates').select('serial').execute();
      const audit = await storage.db
        .selectFrom('audit')
        .select('object')
        .where('action', '=', 'private-ca.issue')
        .execute();
      const [recorded, audited] = [rows, audit].map(
        (list) => new Set(list.map((row) => ('serial' in row ? row.serial : row.object))),
      );
      for (const serial of promised)
        assert.ok(recorded?.has(serial) && audited?.has(serial), `${serial} has no record`);
    });
  }
  assert.ok(promised.size >= rounds * 20);
});

/** The serial numbers that were printed before the process was killed, which is soon after `count` of them. */
async function killAfter(folder: string, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'issue-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.length > count * 33) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  // the last line may be cut
  return text.split('\n').slice(0, -1);
}
