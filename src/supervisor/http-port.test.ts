/** Port 80 as the supervisor keeps it: open while something is to be served, by a process that may do nothing else. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../test/support/free-port.ts';
import { createLog } from '../lib/log.ts';
import { type HttpPort, keepHttpPort } from './http-port.ts';

const token = 'a'.repeat(43);
const closed = { answers: {}, redirect: null, always: false } as const;

test('The port is open while a token is to be served, and closed again; again and again', async (t) => {
  const { port, http } = await open(t);
  assert.equal(await listens(port), false, 'nothing is bound before it is needed');
  for (let i = 0; i < 4; i++) {
    await http.set({ ...closed, answers: { [token]: `answer ${i}` } });
    assert.equal(await fetched(port), `answer ${i}`);
    await http.set(closed);
    assert.equal(http.pid, undefined);
  }
  await gone(port);
});

test('A process that is killed is started again with the same tokens; the newest of two wishes counts', async (t) => {
  const { port, http } = await open(t);
  await http.set({ ...closed, answers: { [token]: 'kept' } });
  const before = http.pid ?? 0;
  process.kill(before, 'SIGKILL');
  for (let tries = 0; (http.pid === before || http.pid === undefined) && tries < 1_200; tries++) await pause();
  await http.set({ ...closed, answers: { [token]: 'kept' } });
  assert.equal(await fetched(port), 'kept');
  await Promise.all([http.set(closed), http.set({ ...closed, answers: { [token]: 'newest' } })]);
  assert.equal(await fetched(port), 'newest');
});

test('A port that another program has is refused with words', async (t) => {
  const { port, http } = await open(t);
  await http.set({ ...closed, always: true });
  const second = keepHttpPort(place(port), () => undefined, createLog('error', 'test'));
  await assert.rejects(second.set({ ...closed, always: true }), /another program listens there/);
  second.stop();
});

async function open(t: { after(run: () => void): void }): Promise<{ port: number; http: HttpPort }> {
  const port = freePort();
  // what it tells of its end is expected here
  const http = keepHttpPort(place(port), () => undefined, { ...createLog('error', 'test'), error: () => undefined });
  t.after(() => http.stop());
  return { port, http };
}

function place(port: number) {
  return { address: '127.0.0.1', port, entry: join(import.meta.dirname, '..', 'edge', 'http-01.ts') };
}

async function fetched(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/.well-known/acme-challenge/${token}`)).text();
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.on('connect', () => socket.end());
  });
}

async function gone(port: number): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (!(await listens(port))) return;
    await pause();
  }
  assert.fail('the port is still open');
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
}
