/**
 * `npm run -s bench -- sip-relay [--connections 20] [--seconds 5]`: SIP requests through the SIP TLS port of one edge to a
 * server behind it and the answers back, each connection with eight requests under way. One JSON line: requests per
 * second, and per second of CPU of the edge.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import { parseArgs } from 'node:util';
import { makeTestCa } from '../test/edge/identities.ts';
import { makePeerCa } from '../test/edge/peer-certificates.ts';
import { startTestGateway } from '../test/edge/running-gateway.ts';
import { cpuSeconds } from './support/edge-client.ts';

const string = { type: 'string' as const };
const { values } = parseArgs({ options: { connections: string, seconds: string } });
const connections = Number(values.connections ?? 20);
const seconds = Number(values.seconds ?? 5);
const underWay = 8;

const body = 'v=0\r\n'.padEnd(300, 'x');
const request = Buffer.from(
  'INVITE sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TLS client.example.com:5061;branch=z9hG4bK776asdhds\r\n' +
    'Max-Forwards: 70\r\nTo: Bob <sip:b@example.com>\r\nFrom: Alice <sip:a@example.com>;tag=1928301774\r\n' +
    'Call-ID: a84b4c76e66710@client.example.com\r\nCSeq: 314159 INVITE\r\nContact: <sip:a@client.example.com>\r\n' +
    `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const answer = Buffer.from(
  'SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS client.example.com:5061;branch=z9hG4bK776asdhds\r\n' +
    'To: Bob <sip:b@example.com>;tag=a6c85cf\r\nFrom: Alice <sip:a@example.com>;tag=1928301774\r\n' +
    'Call-ID: a84b4c76e66710@client.example.com\r\nCSeq: 314159 INVITE\r\nContent-Length: 0\r\n\r\n',
);

const ca = makeTestCa();
const peerCa = makePeerCa();
const { cert, key } = peerCa.leaf();
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  let bytes = 0;
  socket.on('data', (chunk) => {
    const before = Math.floor(bytes / request.length);
    bytes += chunk.length;
    const whole = Math.floor(bytes / request.length) - before;
    if (whole > 0) socket.write(Buffer.concat(Array<Buffer>(whole).fill(answer)));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const upstream = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
const gateway = await startTestGateway({
  identities: [ca.identity('server', [], 1)],
  peers: { trust: [peerCa.base64], upstream },
});
try {
  const secureContext = createSecureContext({ cert, key, ca: ca.pem });
  let answered = 0;
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const options = { host: '127.0.0.1', port: gateway.sipPort, secureContext, servername: 'gw.example.com' };
      const socket = connect(options);
      await once(socket, 'secureConnect');
      let bytes = 0;
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const before = Math.floor(bytes / answer.length);
        bytes += chunk.length;
        const whole = Math.floor(bytes / answer.length) - before;
        answered += whole;
        if (whole > 0) socket.write(Buffer.concat(Array<Buffer>(whole).fill(request)));
      });
      socket.write(Buffer.concat(Array<Buffer>(underWay).fill(request)));
      return socket;
    }),
  );
  const [pid = 0] = gateway.note().edges ?? [];
  await pause(1_000);
  const [begun, cpu, wall] = [answered, cpuSeconds(pid), performance.now()];
  await pause(seconds * 1_000);
  const done = answered - begun;
  const used = cpuSeconds(pid) - cpu;
  const took = (performance.now() - wall) / 1_000;
  for (const client of clients) client.destroy();
  console.log(JSON.stringify({ connections, ops_s: Math.round(done / took), ops_cpu: Math.round(done / used) }));
} finally {
  server.close();
  await gateway.stop();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
