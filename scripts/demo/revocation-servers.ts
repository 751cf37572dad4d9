/** Where the demonstration's CAs tell what is revoked: a CRL over HTTP, `openssl ocsp`, and a responder that misbehaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { OpensslCa } from '../../test/support/openssl.ts';

export interface CrlServer {
  /** What is served from now on, whatever the path. */
  serve(crl: string): void;
  close(): void;
}

/** Port 80 of `address`. */
export async function startCrlServer(address: string): Promise<CrlServer> {
  let body = '';
  const server = createServer((_request, response) => {
    response.writeHead(body === '' ? 404 : 200, { 'content-type': 'application/pkix-crl' });
    response.end(body);
  });
  await listening(server, address);
  return { serve: (crl) => (body = crl), close: () => server.close() };
}

/** `openssl ocsp` on a port of every address; answers are good for a minute. It reads the index once, at its start. */
export async function startOcspResponder(ca: OpensslCa, port: number): Promise<() => Promise<void>> {
  const signer = ['-rsigner', ca.certificateFile, '-rkey', join(ca.folder, 'private/cakey.pem')];
  const index = ['-index', join(ca.folder, 'index.txt'), '-CA', ca.certificateFile];
  const child = spawn('openssl', ['ocsp', '-port', String(port), ...index, ...signer, '-nmin', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => /waiting for/i.test(String(chunk)) && resolve());
    setTimeout(resolve, 1_000);
  });
  return () => end(child);
}

export const misbehaviours = ['slow', 'huge', 'garbage'] as const;

export interface BadResponder {
  /** Whether this URL was asked. */
  asked(url: string): boolean;
  stop(): void;
}

/** Port 80 of `address`: the first label of the host asked for says how it answers. */
export async function startBadResponder(address: string): Promise<BadResponder> {
  const urls = new Set<string>();
  const server = createServer((request, response) => {
    request.resume();
    urls.add(`http://${request.headers.host}${request.url}`);
    const how = request.headers.host?.split('.')[0];
    if (how === 'slow') return;
    response.writeHead(200, { 'content-type': 'application/ocsp-response' });
    if (how === 'garbage') response.end('this is not an OCSP response');
    else pour(response);
  });
  await listening(server, address);
  return {
    asked: (url) => urls.has(url),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Writes until nobody reads any more. */
function pour(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, 0x30);
  const more = () => {
    while (response.writable && response.write(block));
  };
  response.on('drain', more);
  response.on('error', () => response.destroy());
  more();
}

async function listening(server: Server, address: string): Promise<void> {
  server.listen(80, address);
  await once(server, 'listening');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
