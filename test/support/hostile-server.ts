/** An HTTP server on loopback that does to its clients what a test says, and counts what they asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface HostileServer {
  readonly port: number;
  /** `http://localhost:PORT` as an address. */
  readonly url: string;
  /** By path; 404 for all others. */
  readonly answers: Map<string, Answer | Uint8Array>;
  /** Method and path of every request, oldest first. */
  readonly requests: string[];
  /** Connections ever opened. */
  connections: number;
  /** Headers of the last request. */
  headers: IncomingMessage['headers'];
  close(): Promise<void>;
}

export async function startHostileServer(): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    hostile.requests.push(`${request.method} ${path}`);
    hostile.headers = request.headers;
    const answer = hostile.answers.get(path) ?? hostile.answers.get('*');
    if (answer === undefined) response.writeHead(404).end('not here');
    else if (typeof answer === 'function') answer(request, response);
    else response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(answer);
  });
  server.on('connection', (socket) => {
    hostile.connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hostile: HostileServer = {
    port,
    url: `http://127.0.0.1:${port}`,
    answers: new Map(),
    requests: [],
    connections: 0,
    headers: {},
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return hostile;
}
