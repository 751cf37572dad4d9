/** Ports that change while edges of a former supervisor serve: they start their own successors on what they hold. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa } from './peer-certificates.ts';
import { eventually, startTestGateway } from './running-gateway.ts';
import { connectSip } from './sip-client.ts';

test('after the supervisor was killed the next one changes the ports of the edges that it found, and nothing is dropped', async (t) => {
  const ca = makeTestCa();
  const peerCa = makePeerCa();
  const { cert, key } = peerCa.leaf();
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const relay = {
    name: 'bytes',
    upstream: { host: '127.0.0.1', port: (echo.address() as { port: number }).port },
    requireClientCertificate: true,
    trustSet: '',
  };
  const gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    peers: { trust: [peerCa.base64], relays: [relay, { ...relay, name: 'more' }] },
  });
  t.after(async () => {
    await gateway.stop();
    echo.close();
  });
  const ports = freePorts(2);
  const ask = async (relays: string, count: number) => {
    writeFileSync(join(gateway.folder, 'snapshot', 'listeners.json'), JSON.stringify({ relays }));
    gateway.supervisor().kill('SIGHUP');
    await eventually(`${count} further ports on one edge`, () => {
      const { furtherPorts, edges } = gateway.note();
      return furtherPorts?.length === count && edges?.length === 1;
    });
  };
  const echoed = async (port: number) => {
    const { socket } = await connectSip(port, ca.pem, { cert, key });
    socket.write('hello');
    const answer = String((await once(socket, 'data'))[0]);
    return { socket, answer };
  };
  const first = await connectSip(gateway.sipPort, ca.pem, { cert, key });
  assert.equal(await first.options(), 'SIP/2.0 200 OK');

  await ask(`bytes=${ports[0]}`, 1);
  const second = await echoed(ports[0]!);
  assert.equal(second.answer, 'hello');
  const { edges } = gateway.note();
  assert.equal((await gateway.statuses()).length, 2, 'the former edge drains');

  gateway.supervisor().kill('SIGKILL');
  await once(gateway.supervisor(), 'exit');
  await gateway.serveAgain();
  assert.deepEqual(gateway.note().edges, edges, 'the one that listens is adopted, not the one that drains');
  await ask(`bytes=${ports[0]},more=${ports[1]}`, 2);
  const third = await echoed(ports[1]!);
  assert.equal(third.answer, 'hello');
  assert.equal((await echoed(ports[0]!)).answer, 'hello');
  assert.notDeepEqual(gateway.note().edges, edges);

  second.socket.write('again');
  assert.equal(String((await once(second.socket, 'data'))[0]), 'again');
  assert.equal(await first.options(), 'SIP/2.0 200 OK');
  for (const socket of [first.socket, second.socket, third.socket]) socket.destroy();
  await eventually('the former edges have ended', async () => {
    const states = (await gateway.statuses()).map(({ state }) => state);
    return states.length === 1 && states[0] === 'serving';
  });
});
