/** Very many verified SIP connections at once, each with its own connection to the server behind the gateway. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { defaultEdgeSettings } from '../../src/edge/snapshot.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa } from './peer-certificates.ts';
import { eventually, startTestGateway } from './running-gateway.ts';

export interface ManyFigures {
  readonly wanted: number;
  /** Open at once, as the edge counts them. */
  readonly open: number;
  /** Connections of the edge to the server behind it. */
  readonly upstream: number;
  /** Requests that came back answered, of two on each connection: at once, and when all were open. */
  readonly answeredFirst: number;
  readonly answeredAll: number;
  readonly openingSeconds: number;
  readonly secondRoundSeconds: number;
  /** Resident megabytes of the edge before and with all of them. */
  readonly before: number;
  readonly with: number;
  /** Descriptors that the edge may have. */
  readonly descriptors: number;
  /** Open after the clients have gone. */
  readonly left: number;
}

export async function runManyConnections(wanted: number): Promise<ManyFigures> {
  const ca = makeTestCa();
  const peerCa = makePeerCa();
  const { cert, key } = peerCa.leaf();
  const secureContext = createSecureContext({ cert, key, ca: ca.pem });
  const behind = new Set<Socket>();
  const server = createServer((socket) => {
    behind.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => behind.delete(socket));
    socket.on('data', (chunk) => socket.write(answerTo(chunk.toString('latin1'))));
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  const upstream = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
  const limits = { perAddress: wanted + 100, perNetwork: wanted + 100, total: wanted + 100 };
  const gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    settings: { sip: { ...defaultEdgeSettings.sip, ...limits } },
    peers: { trust: [peerCa.base64], upstream },
  });
  const clients: TLSSocket[] = [];
  try {
    const [pid = 0] = gateway.note().edges ?? [];
    const before = residentMb(pid);
    const open = async (): Promise<boolean> => {
      const socket = connect({ host: '127.0.0.1', port: gateway.sipPort, secureContext, servername: 'gw.example.com' });
      socket.on('error', () => undefined);
      clients.push(socket);
      return ask(socket, 1);
    };
    const began = performance.now();
    const answeredFirst = await inTurns(wanted, 40, open);
    const opened = performance.now();
    const [status] = await gateway.statuses();
    const figures = {
      open: status?.sip.open ?? 0,
      upstream: behind.size,
      with: residentMb(pid),
      descriptors: Number(/Max open files\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? 0),
    };
    const again = performance.now();
    const answeredAll = await inTurns(wanted, 200, (i) => ask(clients[i]!, 2));
    const secondRoundSeconds = (performance.now() - again) / 1_000;
    for (const client of clients) client.destroy();
    let left = -1;
    const gone = async () => {
      left = (await gateway.statuses())[0]?.sip.open ?? -1;
      return left === 0;
    };
    await eventually('all gone', gone, 30_000).catch(() => undefined);
    return {
      wanted,
      answeredFirst,
      answeredAll,
      before,
      left,
      ...figures,
      openingSeconds: (opened - began) / 1_000,
      secondRoundSeconds,
    };
  } finally {
    for (const client of clients) client.destroy();
    for (const socket of behind) socket.destroy();
    server.close();
    await gateway.stop();
  }
}

/** How many of the tasks came out true; `width` at a time. */
async function inTurns(count: number, width: number, task: (i: number) => Promise<boolean>): Promise<number> {
  let next = 0;
  let good = 0;
  const worker = async () => {
    while (next < count) if (await task(next++)) good += 1;
  };
  await Promise.all(Array.from({ length: width }, worker));
  return good;
}

async function ask(socket: TLSSocket, sequence: number): Promise<boolean> {
  const send = () => socket.write(message(sequence));
  if (socket.connecting || !socket.authorized) socket.once('secureConnect', send);
  else send();
  const closed = once(socket, 'close').then(() => '');
  const answer = await Promise.race([once(socket, 'data').then(([data]) => String(data)), closed]).catch(() => '');
  return answer.startsWith('SIP/2.0 200');
}

function message(sequence: number): string {
  return (
    'MESSAGE sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/TLS client.example.com:5061;branch=z9hG4bK1\r\n' +
    'From: <sip:test@example.com>;tag=abc\r\nTo: <sip:a@example.com>\r\n' +
    `Call-ID: 1@client.example.com\r\nCSeq: ${sequence} MESSAGE\r\nMax-Forwards: 70\r\nContent-Length: 5\r\n\r\nhello`
  );
}

function answerTo(request: string): string {
  const kept = request.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
  return ['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n');
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 102.4) / 10;
}
