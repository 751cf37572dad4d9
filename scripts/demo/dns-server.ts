/** A DNS server (RFC 1035) that knows a handful of names and their IPv4 addresses, and that nothing else exists. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const typeA = 1;
const nameError = 3;

/** Answers on UDP port 53 of `address` until the function it resolves to is called. */
export async function startDnsServer(address: string, hosts: Readonly<Record<string, string>>): Promise<() => void> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address: from }) => {
    const answer = answerTo(query, hosts);
    if (answer !== undefined) socket.send(answer, port, from);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return () => socket.close();
}

function answerTo(query: Buffer, hosts: Readonly<Record<string, string>>): Buffer | undefined {
  const question = readQuestion(query);
  if (question === undefined) return undefined;
  const address = hosts[question.name];
  const found = address !== undefined && question.type === typeA;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  // an authoritative answer; recursion is offered because resolvers insist on it
  header.writeUInt16BE(0x8580 | (address === undefined ? nameError : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found ? 1 : 0, 6);
  const parts = [header, query.subarray(12, question.end)];
  if (found) {
    const record = Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 60, 0, 4]);
    parts.push(record, Buffer.from(address.split('.').map(Number)));
  }
  return Buffer.concat(parts);
}

/** RFC 1035 4.1.2: labels, each behind its length, then type and class. */
function readQuestion(
  query: Buffer,
): { readonly name: string; readonly type: number; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0 && length < 64; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (labels.length === 0 || at + 5 > query.length) return undefined;
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}
