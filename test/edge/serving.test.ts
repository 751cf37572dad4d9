/** What an edge serves: identities by SNI, HTTPS forwarded whole, SIP answered; swapped without dropping anything. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { publishSnapshot } from '../../src/edge/control/publish.ts';
import { defaultEdgeSettings } from '../../src/edge/snapshot.ts';
import { Problem } from '../../src/lib/problem.ts';
import { makeTestCa, serialOf } from './identities.ts';
import { eventually, startTestGateway, type TestGateway } from './running-gateway.ts';
import { connectSip, optionsRequest } from './sip-client.ts';
import { runSwapLoad } from './swap-load.ts';

const ca = makeTestCa();
const server = ca.identity('server', ['gw.example.com'], 1);
const domain = ca.identity('domain:secure.example', ['secure.example'], 2);
let gateway: TestGateway;

before(async () => {
  const https = { ...defaultEdgeSettings.https, exempt: ['127.0.0.1'] };
  gateway = await startTestGateway({ identities: [server, domain], settings: { https } });
});
after(() => gateway.stop());

async function open(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: gateway.httpsPort, rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

async function serialServed(servername: string | undefined, port: number): Promise<number> {
  const socket = await open({ port, ...(servername === undefined ? {} : { servername }) });
  const serial = serialOf(socket.getPeerX509Certificate()?.serialNumber ?? '');
  socket.destroy();
  return serial;
}

async function request(text: string, options: ConnectionOptions = {}): Promise<string> {
  const socket = await open({ servername: 'gw.example.com', ...options });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

test('SNI selects the identity without regard to case, an unknown name or none gets the server certificate', async () => {
  for (const port of [gateway.httpsPort, gateway.sipPort]) {
    assert.equal(await serialServed('secure.example', port), 2);
    assert.equal(await serialServed('SECURE.Example', port), 2);
    assert.equal(await serialServed('other.example', port), 1);
    assert.equal(await serialServed(undefined, port), 1);
  }
});

test('HTTPS speaks HTTP/1.1 only and refuses a client that wants nothing else', async () => {
  const both = await open({ ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(both.alpnProtocol, 'http/1.1');
  both.destroy();
  await assert.rejects(open({ ALPNProtocols: ['h2'] }), { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' });
});

test('TLS 1.2 and 1.3 work; older versions, CBC and static RSA do not', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await open({ minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  await assert.rejects(open({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }));
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256']) {
    await assert.rejects(open({ maxVersion: 'TLSv1.2', ciphers }), ciphers);
  }
});

test('SIP asks for a client certificate, HTTPS does not; only HTTPS hands out tickets that resume', async () => {
  const session = async (port: number) => {
    const first = await open({ port, maxVersion: 'TLSv1.2' });
    const ticket = first.getTLSTicket();
    const held = first.getSession();
    first.destroy();
    const again = await open({ port, maxVersion: 'TLSv1.2', ...(held === undefined ? {} : { session: held }) });
    const reused = again.isSessionReused();
    again.destroy();
    return { ticket: ticket !== undefined, reused };
  };
  assert.deepEqual(await session(gateway.httpsPort), { ticket: true, reused: true });
  assert.deepEqual(await session(gateway.sipPort), { ticket: false, reused: false });
});

test('administration hears who is calling from the edge, whatever the headers claim', async () => {
  const forged =
    'GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.9.9.9\r\nForwarded: for=10.9.9.9\r\nConnection: close\r\n\r\n';
  const answer = await request(forged, { servername: 'Secure.Example' });
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { preamble: string };
  const preamble = JSON.parse(body.preamble) as Record<string, unknown>;
  assert.equal(preamble['remoteAddress'], '127.0.0.1');
  assert.equal(preamble['sni'], 'secure.example');
  assert.equal(preamble['protocol'], 'TLSv1.3');
  assert.equal(preamble['localPort'], gateway.httpsPort);
  assert.deepEqual(preamble['chain'], []);
  assert.equal(preamble['decision'], null);
});

test('large bodies pass both ways, to a client that reads slowly too', async () => {
  const size = 8 * 1024 * 1024;
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`;
  assert.match(await request(head + 'y'.repeat(size)), new RegExp(`"length":${size}`));

  const socket = await open({ servername: 'gw.example.com' });
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });
  socket.write(`GET /?size=${size} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  assert.ok(received > size, String(received));
});

test('a client that closes its half still gets the answer', async () => {
  const socket = connect({
    host: '127.0.0.1',
    port: gateway.httpsPort,
    rejectUnauthorized: false,
    allowHalfOpen: true,
  } as ConnectionOptions);
  await once(socket, 'secureConnect');
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(String(first), /^HTTP\/1\.1 200/);
  socket.destroy();
});

test('SIP keep-alives are answered, pipelined requests in order, garbage closes', async () => {
  const client = await connectSip(gateway.sipPort, ca.pem);
  client.socket.write(`\r\n\r\n${optionsRequest(1)}${optionsRequest(2)}`);
  let answer = '';
  client.socket.on('data', (chunk: Buffer) => {
    answer += String(chunk);
  });
  await eventually('three answers', () => answer.includes('CSeq: 2'));
  assert.match(answer, /^\r\nSIP\/2\.0 200 OK[\s\S]*CSeq: 1 [\s\S]*SIP\/2\.0 200 OK[\s\S]*CSeq: 2 /);
  client.socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(client.socket, 'close');
});

test('thousands of made-up server names neither crash an edge nor make it grow', async () => {
  const memory = async () => (await gateway.statuses())[0]?.memory ?? 0;
  const names = (i: number) => [
    `${'x'.repeat(i % 60)}${i}.example`,
    `a\0${i}.example`,
    'y'.repeat(255),
    '..',
    '*.example',
  ];
  const shake = async (from: number, count: number) => {
    for (let i = from; i < from + count; i += 20) {
      const batch = Array.from({ length: 20 }, (_, k) => {
        const list = names(i + k);
        return open({ servername: list[(i + k) % list.length]!, checkServerIdentity: () => undefined }).then(
          // an orderly end, so that the handshake is complete at both ends
          (socket) => new Promise((resolve) => socket.end().resume().once('close', resolve)),
          () => undefined,
        );
      });
      await Promise.all(batch);
    }
  };
  await shake(0, 500);
  const start = await memory();
  await shake(500, Number(process.env['TOLLGATE_SNI_ROUNDS'] ?? 1_500));
  const grown = (await memory()) - start;
  assert.ok(grown < 24 * 1024 * 1024, `${grown} bytes more`);
  assert.equal(await serialServed('secure.example', gateway.httpsPort), 2);
});

test('a key that does not fit its certificate is refused with the reason, and the old identity stays', async () => {
  const other = makeTestCa('Other').identity('server', ['gw.example.com'], 9);
  const mixed = { ...server, keyPkcs8: other.keyPkcs8 };
  const kept = await connectSip(gateway.sipPort, ca.pem);
  await assert.rejects(gateway.publish([mixed], 50), (error) => {
    assert.ok(error instanceof Problem && error.details.code === 'edge.snapshot-refused');
    assert.match(error.message, /identity server.*KEY_VALUES_MISMATCH/i);
    return true;
  });
  assert.equal(await serialServed('gw.example.com', gateway.sipPort), 1);
  assert.equal(await kept.options(), 'SIP/2.0 200 OK');
  kept.socket.destroy();
  assert.match((await gateway.statuses())[0]?.problem ?? '', /MISMATCH/i);
  await gateway.publish([server, domain], 51);
  assert.equal((await gateway.statuses())[0]?.problem, undefined);
});

test('asking for a serial that is not on disk is refused', async () => {
  await assert.rejects(publishSnapshot(gateway.folder, 999), /the snapshot on disk is \d+, not 999/);
});

for (const edges of [1, 2]) {
  test(`swaps under load drop, fail and delay nothing with ${edges} edge${edges > 1 ? 's' : ''}, though processes are killed`, async () => {
    const figures = await runSwapLoad({ edges, open: 50, perSecond: 20, swaps: 50, kill: true });
    const { dropped, stale, failed, alive, adopted, swaps } = figures;
    assert.deepEqual(
      { dropped, stale, failed, alive, adopted, swaps },
      { dropped: 0, stale: 0, failed: [], alive: 50, adopted: true, swaps: 50 },
    );
  });
}
