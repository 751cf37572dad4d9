import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { createResolve } from './resolve-host.ts';

/** A DNS server that answers every question for IPv4 with these addresses, or as told (RFC 1035 4.1). */
async function dns(t: TestContext, answer: readonly string[] | 'fails' | 'silent'): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    if (answer === 'silent') return;
    const end = question.indexOf(0, 12) + 5;
    const type = question.readUInt16BE(end - 4);
    const header = Buffer.from(question.subarray(0, 12));
    const records = answer === 'fails' || type !== 1 ? [] : answer;
    header.writeUInt16BE(answer === 'fails' ? 0x8182 : 0x8180, 2);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt16BE(0, 8);
    header.writeUInt16BE(0, 10);
    const body = records.map((address) =>
      Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([header, question.subarray(12, end), ...body]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

function resolve(server: string, host: string): Promise<readonly string[] | string> {
  return new Promise((done) =>
    createResolve([server])(host, { all: true }, (error, found) =>
      done(error === null ? found.map(({ address }) => address) : (error.code ?? '')),
    ),
  );
}

test('a name has the addresses that DNS gives it, however many', async (t) => {
  assert.deepEqual(await resolve(await dns(t, ['192.0.2.1', '192.0.2.2']), 'a.example.com'), [
    '192.0.2.1',
    '192.0.2.2',
  ]);
  const many = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
  const found = await resolve(await dns(t, many), 'many.example.com');
  assert.ok(Array.isArray(found) && found.length > 0);
});

test('a server that fails, or never answers, is an error in time', async (t) => {
  assert.equal(await resolve(await dns(t, 'fails'), 'a.example.com'), 'ESERVFAIL');
  const failed = await resolve(await dns(t, 'silent'), 'a.example.com');
  assert.match(String(failed), /ETIMEOUT|ECANCELLED/);
});
