/** Processes that end, are killed, are adopted or replaced. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { BoundSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import type { EdgeStatus } from '../../src/edge/control/protocol.ts';
import { spawnEdge } from '../../src/edge/launch.ts';
import { snapshotPath } from '../../src/edge/snapshot.ts';
import { freePort } from '../support/free-port.ts';
import { makeTestCa } from './identities.ts';
import { eventually, startTestGateway, type TestGateway } from './running-gateway.ts';
import { connectSip } from './sip-client.ts';

const ca = makeTestCa();
const server = ca.identity('server', ['gw.example.com'], 1);
let gateway: TestGateway;

before(async () => {
  gateway = await startTestGateway({ identities: [server], edges: 2 });
});
after(() => gateway.stop());

async function ask(path: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: gateway.httpsPort, ca: ca.pem, servername: 'gw.example.com' });
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += String(chunk);
  });
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: gw.example.com\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  return answer;
}

const edgePids = () => [...(gateway.note().edges ?? [])].sort();

async function killSupervisor(): Promise<void> {
  gateway.supervisor().kill('SIGKILL');
  await once(gateway.supervisor(), 'exit');
}

test('sockets and files of the running gateway belong to its user alone', () => {
  for (const folder of ['run', 'snapshot', 'keys']) {
    for (const name of readdirSync(join(gateway.folder, folder))) {
      assert.equal(statSync(join(gateway.folder, folder, name)).mode & 0o777, 0o600, name);
    }
  }
});

test('a second gateway on the same folder is refused and disturbs nothing', () => {
  const args = [
    join(import.meta.dirname, '../../src/supervisor.ts'),
    '--data',
    gateway.folder,
    '--https-port',
    '0',
    '--sip-port',
    '0',
  ];
  const second = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { encoding: 'utf8' });
  assert.equal(second.status, 1, second.stderr);
  assert.match(second.stderr, /Another gateway runs on this data folder/);
  assert.equal(edgePids().length, 2);
});

test('while administration is away HTTPS answers 503 with Retry-After, and SIP notices nothing', async () => {
  const sip = await connectSip(gateway.sipPort, ca.pem);
  const { administration = 0 } = gateway.note();
  process.kill(administration, 'SIGSTOP');
  const hanging = ask('/');
  // so that nobody starts another one before the answer is there
  gateway.supervisor().kill('SIGSTOP');
  process.kill(administration, 'SIGKILL');
  const answer = await hanging;
  gateway.supervisor().kill('SIGCONT');
  // the request that it had taken, or one that found nobody, is answered either way
  assert.match(answer, /^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: \d+\r\n/);
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  await eventually('administration again', async () => (await ask('/')).startsWith('HTTP/1.1 200'));
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  sip.socket.destroy();
});

test('an API client gets the 503 as a problem document', async () => {
  const { administration = 0 } = gateway.note();
  gateway.supervisor().kill('SIGSTOP');
  process.kill(administration, 'SIGKILL');
  const answer = await ask('/api/v1/settings');
  gateway.supervisor().kill('SIGCONT');
  assert.match(answer, /Content-Type: application\/problem\+json/);
  assert.match(answer, /"code":"edge.administration-away"/);
  await eventually('administration again', async () => (await ask('/')).startsWith('HTTP/1.1 200'));
});

test('an edge that dies is replaced; connections that wait meanwhile are served', async () => {
  const [first = 0, second = 0] = edgePids();
  process.kill(first, 'SIGKILL');
  process.kill(second, 'SIGKILL');
  // nobody accepts now, but the supervisor holds the sockets
  const waiting = await connectSip(gateway.sipPort, ca.pem);
  assert.equal(await waiting.options(), 'SIP/2.0 200 OK');
  waiting.socket.destroy();
  await eventually('two new edges', () => edgePids().length === 2 && !edgePids().includes(first));
});

test('edges survive their supervisor and the next one adopts them', async () => {
  const before = edgePids();
  const sip = await connectSip(gateway.sipPort, ca.pem);
  await killSupervisor();
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  const fresh = await connectSip(gateway.sipPort, ca.pem);
  await eventually('administration has followed', async () => (await ask('/')).startsWith('HTTP/1.1 503'));
  await gateway.serveAgain();
  assert.deepEqual(edgePids(), before);
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  assert.match(await ask('/'), /^HTTP\/1\.1 200/);
  for (const client of [sip, fresh]) client.socket.destroy();
});

test('an adopted edge that dies is replaced through the other one, on the same ports', async () => {
  const [first = 0, second = 0] = edgePids();
  process.kill(first, 'SIGKILL');
  await eventually('a sibling', () => edgePids().length === 2 && !edgePids().includes(first));
  assert.ok(edgePids().includes(second));
  const sip = await connectSip(gateway.sipPort, ca.pem);
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  sip.socket.destroy();
});

test('when every adopted edge dies the ports are bound anew', async () => {
  const old = edgePids();
  for (const pid of old) process.kill(pid, 'SIGKILL');
  await eventually('new edges', async () => {
    const serving = (await gateway.statuses()).filter((status) => status.state === 'serving');
    return serving.length === 2 && serving.every((status) => !old.includes(status.pid));
  });
  assert.match(await ask('/'), /^HTTP\/1\.1 200/);
});

test('fewer edges than were adopted: the surplus drains, its connections go on', async () => {
  const clients = await Promise.all(Array.from({ length: 12 }, () => connectSip(gateway.sipPort, ca.pem)));
  await killSupervisor();
  const flags = ['--address', '127.0.0.1', '--https-port', '0', '--sip-port', '0', '--edges', '1'];
  await gateway.serveAgain(flags, 1);
  assert.equal(edgePids().length, 1);
  for (const client of clients) assert.equal(await client.options(), 'SIP/2.0 200 OK');
  for (const client of clients) client.socket.destroy();
  await eventually('the surplus to end', async () => (await gateway.statuses()).length === 1);
});

test('other ports than the adopted edges have: they are replaced, open connections go on', async () => {
  const old = edgePids();
  const sip = await connectSip(gateway.sipPort, ca.pem);
  await killSupervisor();
  const port = freePort();
  const flags = ['--address', '127.0.0.1', '--https-port', '0', '--sip-port', String(port), '--edges', '1'];
  await gateway.serveAgain(flags, 1);
  assert.notDeepEqual(edgePids(), old);
  const fresh = await connectSip(port, ca.pem);
  assert.equal(await fresh.options(), 'SIP/2.0 200 OK');
  assert.equal(await sip.options(), 'SIP/2.0 200 OK');
  for (const client of [sip, fresh]) client.socket.destroy();
});

test('an edge of another version hands its sockets to a successor and drains', async () => {
  await killSupervisor();
  for (const { pid } of await gateway.statuses()) process.kill(pid, 'SIGKILL');
  await eventually('no edge', async () => (await gateway.statuses()).length === 0);
  const sockets = [new BoundSocket({ host: '127.0.0.1' }), new BoundSocket({ host: '127.0.0.1' })] as const;
  const [httpsPort, sipPort] = sockets.map((socket) => (socket.address() as { port: number }).port) as [number, number];
  const launch = { folder: gateway.folder, address: '127.0.0.1', httpsPort, sipPort, logLevel: 'error' } as const;
  const entry = join(import.meta.dirname, '../../src/edge/edge.ts');
  const old = spawnEdge(entry, { ...launch, version: '0.0.0' }, [sockets[0].fd(), sockets[1].fd()]);
  await eventually('the old edge', async () => (await gateway.statuses())[0]?.state === 'serving');
  for (const socket of sockets) socket.close();
  const kept = await connectSip(sipPort, ca.pem);

  await gateway.serveAgain(['--address', '127.0.0.1', '--https-port', '0', '--sip-port', '0', '--edges', '1'], 1);
  assert.equal(gateway.note().sipPort, sipPort);
  assert.ok(!edgePids().includes(old.pid ?? 0));
  assert.equal(await kept.options(), 'SIP/2.0 200 OK');
  const fresh = await connectSip(sipPort, ca.pem);
  assert.equal(await fresh.options(), 'SIP/2.0 200 OK');
  for (const client of [kept, fresh]) client.socket.destroy();
  await eventually('the old edge to end', async () => (await gateway.statuses()).length === 1);
});

test('an edge whose snapshot cannot be opened accepts nothing, says why and serves once it can', async () => {
  const lonely = await startTestGateway({ identities: [server] });
  try {
    writeFileSync(snapshotPath(lonely.folder), 'TGSNAP1\ngarbage that is long enough to be looked at by the vault');
    for (const pid of lonely.note().edges ?? []) process.kill(pid, 'SIGKILL');
    let waiting: EdgeStatus | undefined;
    await eventually('a waiting edge that has looked at the snapshot', async () => {
      [waiting] = await lonely.statuses();
      return waiting?.state === 'waiting' && waiting.problem !== undefined;
    });
    assert.match(waiting?.problem ?? '', /sealed|cut short/);
    await lonely.publish([server], 3);
    assert.equal((await lonely.statuses())[0]?.state, 'serving');
    assert.equal((await connectSip(lonely.sipPort, ca.pem)).serial, 1);
  } finally {
    await lonely.stop();
  }
});

test('a port in use is named, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = other.address();
  assert.ok(typeof taken === 'object' && taken !== null);
  const args = ['--data', join(gateway.folder, '..', `tollgate-port-${process.pid}`), '--address', '127.0.0.1'];
  const ports = ['--https-port', '0', '--sip-port', String(taken.port)];
  const run = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../src/supervisor.ts'), ...args, ...ports],
    { encoding: 'utf8' },
  );
  other.close();
  assert.equal(run.status, 1);
  assert.match(run.stderr, new RegExp(`Port ${taken.port} is in use\\.`));
  assert.match(run.stderr, /--sip-port/);
});

test('wrong usage ends with code 2', () => {
  const file = join(import.meta.dirname, '../../src/supervisor.ts');
  for (const words of [['--https-port', '70000'], ['--no-such-flag'], ['--log-level', 'loud']]) {
    const run = spawnSync(process.execPath, [file, ...words], { encoding: 'utf8' });
    assert.equal(run.status, 2, run.stderr);
  }
});

test('SIGTERM ends every process in order', async () => {
  const all = await startTestGateway({ identities: [server], edges: 2 });
  const { administration = 0, edges = [] } = all.note();
  await connectSip(all.sipPort, ca.pem);
  all.supervisor().kill('SIGTERM');
  const [code] = (await once(all.supervisor(), 'exit')) as [number];
  assert.equal(code, 0, all.output());
  for (const pid of [administration, ...edges]) await eventually(`the end of ${pid}`, () => hasEnded(pid));
  await all.stop();
});

/** Nobody may have asked yet for the exit code of a process whose parent has ended. */
function hasEnded(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
