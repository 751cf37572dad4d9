import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { startGateway } from '../../../../test/support/gateway.ts';
import { makeCa, makeLeaf } from '../../../../test/support/made-certificates.ts';
import { Problem } from '../../../lib/problem.ts';
import { createVerification } from '../create-verification.ts';
import { trustOf } from '../verification.ts';
import { fetchChain } from './fetch-chain.ts';
import type { RemoteQuestion } from './remote-check.ts';
import { readTarget, targetText } from './remote-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-remote-'));
const root = makeCa('Remote Root');
const issuing = makeCa('Remote Issuing CA', { issuer: root });
const leaf = makeLeaf('localhost', issuing);
const started: ChildProcess[] = [];

writeFileSync(join(folder, 'leaf.pem'), leaf.pem);
writeFileSync(join(folder, 'chain.pem'), issuing.pem);
writeFileSync(join(folder, 'key.pem'), leaf.key.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'root.pem'), root.pem);
after(() => {
  for (const child of started) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** `openssl s_server` on a free port; resolves with the port when it accepts. */
async function startServer(args: readonly string[] = []): Promise<number> {
  const files = ['-cert', 'leaf.pem', '-key', 'key.pem', '-cert_chain', 'chain.pem'];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...files, ...args], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  started.push(child);
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    const port = /^ACCEPT 127\.0\.0\.1:(\d+)$/m.exec(said)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`openssl s_server ended: ${said}`);
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const anywhere = createVerification({
  clock,
  trusted: async () => [root.certificate],
  addresses: () => undefined,
});

function check(question: Partial<RemoteQuestion> & { target: string }) {
  return anywhere.checkRemote({ sip: false, ...question });
}

test('the chain of openssl s_server is fetched and judged', async () => {
  const port = await startServer();
  const answer = await check({ target: `localhost:${port}` });
  assert.equal(answer.decision.code, 'accepted', answer.decision.words);
  assert.deepEqual([answer.presented, answer.address, answer.protocol], [2, '127.0.0.1', 'TLSv1.3']);
  assert.equal(answer.decision.path.length, 3);
  const byAddress = await check({ target: `127.0.0.1:${port}` });
  assert.equal(byAddress.decision.code, 'path.name-mismatch');
  const stranger = await check({ target: `localhost:${port}`, trust: trustOf([makeCa('Other').certificate]) });
  assert.equal(stranger.decision.code, 'path.no-issuer');
});

test('a server that demands a client certificate is judged all the same', async () => {
  for (const version of ['-tls1_2', '-tls1_3']) {
    const port = await startServer(['-Verify', '1', '-verify_return_error', '-CAfile', 'root.pem', version]);
    const answer = await check({ target: `localhost:${port}`, sip: true });
    assert.equal(answer.decision.code, 'accepted');
    const told = `${answer.remarks.join()} ${answer.sip?.reason ?? ''}`;
    assert.match(told, /may demand a client certificate/, version);
  }
});

test('our certificate is shown to a server that asks for one, and what it thinks of it is known', async () => {
  const ours = makeLeaf('gate.example.com', issuing, { extensions: { extendedKeyUsage: ['clientAuth'] } });
  const strange = makeLeaf('gate.example.com', makeCa('Another CA'));
  const shown = (one: typeof ours, chain: string) => ({
    certificatePem: one.pem + chain,
    keyPkcs8: one.key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  });
  for (const version of ['-tls1_2', '-tls1_3']) {
    const args = ['-Verify', '2', '-verify_return_error', '-CAfile', 'root.pem', '-rev', version];
    const target = `localhost:${await startServer(args)}`;
    const good = await check({ target, sip: true, show: shown(ours, issuing.pem) });
    // -rev answers every line backwards: the handshake has ended
    assert.deepEqual(
      [good.alert, good.sip, good.remarks],
      [undefined, { answered: false, reason: 'what answered does not speak SIP' }, []],
      version,
    );
    const bad = await check({ target, sip: true, show: shown(strange, '') });
    const told = `${bad.remarks.join()} ${bad.sip?.reason ?? ''}`;
    assert.match(told, /may refuse the certificate that was shown/, version);
    assert.equal(bad.decision.code, 'accepted');
  }
});

test('a server that speaks no SIP is told apart', async () => {
  const server = createTlsServer({
    cert: `${leaf.pem}${issuing.pem}`,
    key: leaf.key.export({ type: 'pkcs8', format: 'pem' }),
  });
  server.on('secureConnection', (socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n').on('error', () => undefined),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { sip, decision } = await check({ target: `localhost:${port}`, sip: true, names: ['localhost'] });
  server.close();
  assert.deepEqual([decision.code, decision.purpose], ['accepted', 'sip-server']);
  assert.deepEqual(sip, { answered: false, reason: 'what answered does not speak SIP' });
});

test('a running gateway answers OPTIONS, and its temporary certificate leads to its temporary CA', async () => {
  const gateway = await startGateway({ edges: 1 });
  try {
    const target = `localhost:${gateway.sipPort}`;
    const first = await check({ target, sip: true });
    assert.deepEqual(first.sip, { answered: true, status: 200, reason: 'OK' });
    assert.equal(first.decision.accepted, false);
    const names = first.decision.names.presented;
    const { chain } = await fetchChain({ host: 'localhost', port: gateway.sipPort, isAddress: false }, { sip: false });
    assert.ok(chain.length >= 1);
    assert.equal(first.decision.code, names.includes('localhost') ? 'path.no-issuer' : 'path.name-mismatch');
  } finally {
    await gateway.stop();
  }
});

async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof Problem) return error.details.code;
    throw error;
  }
}

test('in the gateway no special address is called, under whatever name', async () => {
  const guarded = createVerification({ clock, trusted: async () => [root.certificate] });
  let called = 0;
  const trap = createServer((socket) => {
    called++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(trap, 'listening');
  const { port } = trap.address() as { port: number };
  for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0', 'localhost']) {
    const code = await problemOf(guarded.checkRemote({ target: `${host}:${port}`, sip: false }));
    assert.equal(code, 'verification.address-refused', host);
  }
  assert.equal(
    await problemOf(guarded.checkRemote({ target: '169.254.169.254:80', sip: false })),
    'verification.address-refused',
  );
  trap.close();
  assert.equal(called, 0);
});

test('what cannot be reached or speaks no TLS has a problem of its own', async () => {
  const plain = createServer((socket) => socket.resume().end('SIP/2.0 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const { port } = plain.address() as { port: number };
  assert.equal(await problemOf(check({ target: `localhost:${port}` })), 'verification.no-tls');
  await new Promise((closed) => plain.close(closed));
  assert.equal(await problemOf(check({ target: `localhost:${port}` })), 'verification.unreachable');
  assert.equal(await problemOf(check({ target: 'no-such-host.invalid' })), 'verification.unreachable');
  assert.equal(await problemOf(check({ target: 'bad host' })), 'verification.input');
});

test('a server that accepts and says nothing ends at the deadline', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const asked = fetchChain({ host: '127.0.0.1', port, isAddress: true }, { sip: false, timeout: 200 });
  assert.equal(await problemOf(asked), 'verification.unreachable');
  silent.close();
});

for (const [text, expected] of [
  ['sip.example.com', 'sip.example.com:5061'],
  ['SIP.example.com.:443', 'sip.example.com:443'],
  ['192.0.2.7:5062', '192.0.2.7:5062'],
  ['[2001:db8::1]:5062', '[2001:db8::1]:5062'],
  ['2001:db8::1', '[2001:db8::1]:5061'],
  ['127.1', '127.0.0.1:5061'],
  ['host:0', undefined],
  ['host:70000', undefined],
  ['', undefined],
  [':443', undefined],
  ['a b', undefined],
  ['https://example.com', undefined],
] as const) {
  test(`the target “${text}” is ${expected ?? 'refused'}`, () => {
    const target = readTarget(text, 5061);
    assert.equal(target.ok ? targetText(target.value) : undefined, expected);
  });
}
