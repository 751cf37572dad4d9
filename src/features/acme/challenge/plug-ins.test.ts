import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { Secret } from '../../../lib/secret.ts';
import { createHttpsTransport } from '../client/wire/https-transport.ts';
import { createExecPlugIn } from './exec-plug-in.ts';
import { dns01Value } from './key-authorization.ts';
import { createWebhook } from './webhook.ts';

const name = { type: 'dns', value: '*.example.com' } as const;
const token = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
const proof = `${token}.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ`;

function program(t: TestContext, script: string): { readonly path: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-plug-in-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'hook with blanks; and $(signs)');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return { path, folder };
}

test('a program gets its fixed arguments and ours, a clean environment, and no shell between', async (t) => {
  process.env['TOLLGATE_TEST_SECRET'] = 'not for plug-ins';
  t.after(() => delete process.env['TOLLGATE_TEST_SECRET']);
  const { path, folder } = program(t, 'printf "%s\\n" "$@" > "$1/args"; env > "$1/env"; pwd > "$1/pwd"');
  const solver = createExecPlugIn({ challenge: 'dns-01', command: [path, folder, '$(touch evil)', 'a b'] });
  await solver.present(name, token, proof);
  const value = dns01Value(proof);
  assert.deepEqual(readFileSync(join(folder, 'args'), 'utf8').trim().split('\n'), [
    folder,
    '$(touch evil)',
    'a b',
    'present',
    '_acme-challenge.example.com',
    value,
  ]);
  const environment = readFileSync(join(folder, 'env'), 'utf8');
  for (const line of [
    'TOLLGATE_ACTION=present',
    'TOLLGATE_CHALLENGE=dns-01',
    'TOLLGATE_IDENTIFIER=*.example.com',
    'TOLLGATE_WHERE=_acme-challenge.example.com',
    `TOLLGATE_VALUE=${value}`,
  ])
    assert.ok(environment.split('\n').includes(line), line);
  assert.doesNotMatch(environment, /not for plug-ins|HOME=/);
  assert.equal(readFileSync(join(folder, 'pwd'), 'utf8').trim(), '/');
  await solver.remove(name, token, proof);
  assert.equal(readFileSync(join(folder, 'args'), 'utf8').split('\n')[3], 'remove');
});

test('a program that fails is told with what it said, one that hangs is ended with all it started', async (t) => {
  const failing = program(t, 'echo "no such zone \u001b[31m"; exit 3');
  const solver = createExecPlugIn({ challenge: 'dns-01', command: [failing.path] });
  await assert.rejects(solver.present(name, token, proof), /exit code 3: no such zone \\x1b\[31m/);
  const hanging = program(t, `(sleep 1; touch "$1/outlived") & sleep 30`);
  const slow = createExecPlugIn({ challenge: 'dns-01', command: [hanging.path, hanging.folder], within: 200 });
  await assert.rejects(slow.present(name, token, proof), /ended after 0\.2 s/);
  await sleep(1_300);
  assert.ok(!existsSync(join(hanging.folder, 'outlived')));
  const noisy = program(t, 'yes | head -c 10000000; exit 1');
  await assert.rejects(
    createExecPlugIn({ challenge: 'dns-01', command: [noisy.path] }).present(name, token, proof),
    /more characters/,
  );
});

test('a stopped order ends the program with all it started', async (t) => {
  const stopped = new Error('stopped');
  const { path, folder } = program(t, `(sleep 2; touch "$1/outlived") & touch "$1/begun"; sleep 30`);
  const order = new AbortController();
  const calling = createExecPlugIn({ challenge: 'dns-01', command: [path, folder] });
  const present = calling.present(name, token, proof, order.signal);
  while (!existsSync(join(folder, 'begun'))) await sleep(5);
  order.abort(stopped);
  await assert.rejects(present, /because the order was stopped/);
  await assert.rejects(calling.present(name, token, proof, order.signal), stopped, 'not even started');
  await sleep(2_300);
  assert.ok(!existsSync(join(folder, 'outlived')));
});

test('a program that does not exist, or whose path is not absolute, is not started', async () => {
  for (const path of ['/nowhere/hook', 'hook', './hook', ''])
    await assert.rejects(
      createExecPlugIn({ challenge: 'dns-01', command: [path] }).present(name, token, proof),
      /ENOENT|not absolute/,
    );
});

test('nothing that could mean something to a shell is ever told', async (t) => {
  const { path, folder } = program(t, 'touch "$1/called"');
  const solver = createExecPlugIn({ challenge: 'http-01', command: [path, folder] });
  const evil = ['$(id)', '`id`', 'a b', 'a;b', 'a\nb', "a'b", 'a|b', 'a&b', '"', '\\', '\u0000'];
  for (const text of evil) {
    await assert.rejects(async () => solver.present({ type: 'dns', value: text }, token, proof), RangeError);
    await assert.rejects(async () => solver.present(name, text, proof), RangeError);
    await assert.rejects(async () => solver.present(name, token, text), RangeError);
  }
  assert.ok(!existsSync(join(folder, 'called')));
});

test('a webhook is told by POST with its secret, and its refusal is an answer', async (t) => {
  const ca = makeCa('CA of the hook');
  const served = makeLeaf('hook', ca, { extensions: { subjectAltName: [{ kind: 'ip', value: '127.0.0.1' }] } });
  const told: { authorization: string | undefined; body: unknown; url: string | undefined }[] = [];
  let status = 204;
  const silent = 0;
  const order = new AbortController();
  const server = createServer(
    { cert: served.pem, key: served.key.export({ type: 'pkcs8', format: 'pem' }) },
    async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      if (status === silent) return order.abort(new Error('stopped'));
      told.push({ authorization: request.headers.authorization, body: JSON.parse(text), url: request.url });
      response
        .writeHead(status, status === 302 ? { location: 'https://169.254.169.254/' } : {})
        .end(status === 204 ? '' : 'zone\u001b is locked');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = createHttpsTransport({ ca: [ca.pem], allowed: ['127.0.0.1'] });
  t.after(() => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = new Secret('s3cret');
  const solver = createWebhook({ challenge: 'dns-01', url: `${origin}/dns?x=1`, secret, transport });
  await solver.present(name, token, proof);
  assert.deepEqual(told, [
    {
      authorization: 'Bearer s3cret',
      body: {
        action: 'present',
        challenge: 'dns-01',
        identifier: '*.example.com',
        where: '_acme-challenge.example.com',
        value: dns01Value(proof),
      },
      url: '/dns?x=1',
    },
  ]);
  status = 500;
  await assert.rejects(solver.remove(name, token, proof), /status 500: zone\\x1b is locked/);
  status = 302;
  await assert.rejects(solver.remove(name, token, proof), /302, which is not followed/);
  status = silent;
  await assert.rejects(solver.present(name, token, proof, order.signal), /stopped/, 'a stopped order does not wait');
  const plain = createWebhook({ challenge: 'dns-01', url: 'http://127.0.0.1/', secret, transport });
  await assert.rejects(plain.present(name, token, proof), /only https/);
});
