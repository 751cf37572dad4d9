/** Stands between a client and a DNS server, and spoils what the server answers. */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { readDnsMessage } from '../../src/features/acme/challenge/dns/dns-message.ts';
import { freePort } from '../support/free-port.ts';

export interface Meddler {
  readonly port: number;
  mode: 'pass' | 'flip-mac' | 'flip-code' | 'strip' | 'empty';
  close(): Promise<void>;
}

/** Listens by UDP and TCP on one port; `upstream` is a port of loopback. */
export async function startMeddler(upstream: number): Promise<Meddler> {
  const meddler: Meddler = { port: 0, mode: 'pass', close: async () => undefined };
  const spoil = (bytes: Buffer): Buffer => {
    const out = Buffer.from(bytes);
    const { lastRecordAt, additional } = readDnsMessage(bytes);
    if (meddler.mode === 'flip-mac') out[out.length - 20]! ^= 1;
    if (meddler.mode === 'flip-code') out[3]! ^= 2;
    if (meddler.mode === 'strip') {
      out.writeUInt16BE(additional.length - 1, 10);
      return out.subarray(0, lastRecordAt);
    }
    if (meddler.mode === 'empty') {
      const { length } = readDnsMessage(bytes).question[0]!.name;
      for (const at of [6, 8, 10]) out.writeUInt16BE(0, at);
      return out.subarray(0, 12 + length + 2 + 4);
    }
    return out;
  };
  const udp = createSocket('udp4');
  udp.on('message', (question, from) => {
    const out = createSocket('udp4');
    out.once('message', (answer) => {
      udp.send(spoil(answer), from.port, from.address);
      out.close();
    });
    out.send(question, upstream, '127.0.0.1');
  });
  const port = freePort();
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  const tcp = createServer((client) => {
    const server = connect(upstream, '127.0.0.1');
    client.on('error', () => server.destroy()).pipe(server);
    server.on('error', () => client.destroy());
    server.once('data', (chunk) => {
      const answer = spoil(chunk.subarray(2));
      client.end(Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]));
      server.destroy();
    });
  });
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve));
  return Object.assign(meddler, {
    port,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  });
}
