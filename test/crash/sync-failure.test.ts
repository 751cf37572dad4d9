/** A disk that does not confirm a write to a running gateway: refused, started again, everything there or not. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { setUp } from '../support/api.ts';
import { startGateway } from '../support/gateway.ts';
import { needs } from '../support/needs.ts';

test('after a failed fsync the administration process starts again by itself and takes changes', {
  skip: needs('strace'),
}, async (t) => {
  const gateway = await startGateway({ edges: 1 });
  t.after(() => gateway.stop({ remove: true }));
  const client = await setUp(gateway);
  const first = gateway.running().administration;
  const wal = join(gateway.folder, 'tollgate.db-wal');
  const faults = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=1+', '-P', wal];
  const strace = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-p', String(first), ...faults], { stdio: 'ignore' });
  t.after(() => strace.kill());
  const ended = once(strace, 'exit');
  const codes: string[] = [];
  for (let version = 0; codes.at(-1) !== 'storage.sync-failed' && codes.length < 5_000; ) {
    const answer = await client.call<{ code?: string; version?: number }>('PATCH', '/settings', {
      version,
      fqdn: `name${codes.length}.example.com`,
    });
    codes.push(answer.body.code ?? 'done');
    version = answer.body.version ?? version;
    await wait(20);
  }
  assert.equal(codes.at(-1), 'storage.sync-failed', codes.join());
  const refused = codes.length - 1;
  // the process that was traced is gone, and strace with it
  await ended;
  let settings: { version: number; fqdn: string } | undefined;
  for (let tries = 0; settings === undefined && tries < 1_200; tries++) {
    const answer = await client.call<{ version: number; fqdn: string }>('GET', '/settings').catch(() => undefined);
    if (answer?.status === 200) settings = answer.body;
    else await wait(50);
  }
  assert.notEqual(gateway.running().administration, first);
  assert.ok(settings !== undefined, 'the gateway answers again');
  const both = [refused - 1, refused].map((i) => (i < 0 ? '' : `name${i}.example.com`));
  assert.ok(both.includes(settings.fqdn), `the old state or the new one: ${settings.fqdn}`);
  const { version } = settings;
  const changed = await client.call('PATCH', '/settings', { version, fqdn: 'after.example.com' });
  assert.equal(changed.status, 200, changed.text);
});
