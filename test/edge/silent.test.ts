/** Connections that say nothing end by themselves, and handshakes with client certificates leave nothing behind. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { makeTestCa } from './identities.ts';
import { eventually, startTestGateway } from './running-gateway.ts';

test('two hundred silent connections on every port are gone after the time for a handshake', async () => {
  const ca = makeTestCa();
  const gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    settings: { handshakeMs: 2_000, handshakes: 1_000 },
    flags: ['--sip-mutual-port', '0', '--relays', 'bytes=0'],
  });
  try {
    const further = gateway.note().furtherPorts ?? [];
    assert.equal(further.length, 2);
    const ports = [gateway.sipPort, ...further.map(({ port }) => port)];
    const sockets = ports.flatMap((port) => Array.from({ length: 200 }, () => connect(port, '127.0.0.1')));
    for (const socket of sockets) socket.on('error', () => undefined);
    const open = async () => {
      const [status] = await gateway.statuses();
      return (status?.sip.open ?? 0) + Object.values(status?.further ?? {}).reduce((sum, one) => sum + one.open, 0);
    };
    await eventually('all of them accepted', async () => (await open()) === 600);
    await eventually('all of them gone', async () => (await open()) === 0, 5_000);
    for (const socket of sockets) socket.destroy();
  } finally {
    await gateway.stop();
  }
});
