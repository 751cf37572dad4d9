/** One DNS message to one server and its answer: by UDP, by TCP when the answer does not fit (RFC 1035 4.2, RFC 7766). */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { printable } from '../../../../lib/printable.ts';
import { type ReadMessage, readDnsMessage } from './dns-message.ts';
import { DnsFault } from './dns-name.ts';

export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

export interface DnsAnswer {
  readonly bytes: Uint8Array;
  readonly message: ReadMessage;
}

/** Throws a DnsFault with the reason. `bytes`: a whole message, whose identifier the answer must have. */
export async function askServer(server: DnsServer, bytes: Uint8Array, signal: AbortSignal): Promise<DnsAnswer> {
  // RFC 1035 4.2.1: what is larger does not fit into a datagram that every server takes
  if (bytes.length > 512) return askByTcp(server, bytes, signal);
  for (let tries = 1; tries <= datagrams; tries++) {
    const answer = await askByUdp(server, bytes, signal);
    if (answer !== undefined && !answer.message.truncated) return answer;
    if (answer !== undefined) break;
  }
  return askByTcp(server, bytes, signal);
}

/** Datagrams get lost. */
const datagrams = 2;
const datagramWait = 1_500;
const streamWait = 5_000;

/** Undefined when nothing comes that answers this message. */
function askByUdp(server: DnsServer, bytes: Uint8Array, signal: AbortSignal): Promise<DnsAnswer | undefined> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const finish = (answer?: DnsAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', give);
      socket.close();
      resolve(answer);
    };
    const give = (): void => finish();
    const timer = setTimeout(give, datagramWait);
    signal.addEventListener('abort', give, { once: true });
    socket.once('error', give);
    socket.on('message', (answer) => {
      const read = readAnswer(answer, bytes);
      if (read instanceof DnsFault) return;
      finish(read);
    });
    // a connected socket hears that server only
    socket.connect(server.port, server.address, () => socket.send(bytes));
  });
}

function askByTcp({ address, port }: DnsServer, bytes: Uint8Array, signal: AbortSignal): Promise<DnsAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    let received = Buffer.alloc(0);
    const fail = (why: string): void => {
      socket.destroy();
      reject(new DnsFault(why));
    };
    socket.setTimeout(streamWait, () => fail('no answer'));
    socket.once('error', ({ message }) => fail(printable(message)));
    socket.once('close', () => fail('no answer'));
    socket.once('connect', () =>
      socket.write(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])),
    );
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const read = readAnswer(received.subarray(2, 2 + received.readUInt16BE(0)), bytes);
      if (read instanceof DnsFault) return fail(read.message);
      resolve(read);
      socket.destroy();
    });
  });
}

/** The answer, when it is one to this question (RFC 5452 9.1). */
function readAnswer(bytes: Uint8Array, asked: Uint8Array): DnsAnswer | DnsFault {
  try {
    const message = readDnsMessage(bytes);
    const own = readDnsMessage(asked);
    const [question] = message.question;
    const [wanted] = own.question;
    const sameQuestion =
      question === undefined ? message.code !== 0 : question.name === wanted?.name && question.type === wanted.type;
    if (!message.response || message.id !== own.id || !sameQuestion)
      return new DnsFault('the answer belongs to another question');
    return { bytes, message };
  } catch (error) {
    if (error instanceof DnsFault) return error;
    throw error;
  }
}
