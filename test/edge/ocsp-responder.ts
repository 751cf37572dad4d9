/** An OCSP responder of tests: `openssl ocsp` over the index of a CA as it is at that moment, behind HTTP. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { OpensslCa } from '../support/openssl.ts';

/** On a loopback address of its own until the test is over; its answers are good for a day. */
export async function startResponder(t: TestContext, ca: OpensslCa): Promise<{ url: string; asked(): number }> {
  let asked = 0;
  const answer = async (request: IncomingMessage): Promise<Buffer> => {
    asked += 1;
    const name = join(ca.folder, `ocsp-${asked}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await writeFile(`${name}.req`, Buffer.concat(chunks));
    const signer = ['-rsigner', ca.certificateFile, '-rkey', join(ca.folder, 'private/cakey.pem')];
    const index = ['-index', join(ca.folder, 'index.txt'), '-CA', ca.certificateFile];
    const files = ['-reqin', `${name}.req`, '-respout', `${name}.res`];
    await promisify(execFile)('openssl', ['ocsp', ...index, ...signer, ...files, '-ndays', '1']);
    return readFile(`${name}.res`);
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (der) => response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(der),
      // the index is exchanged at this moment, or the test is over
      () => response.destroy(),
    );
  });
  const part = () => 1 + Math.floor(Math.random() * 250);
  const host = `127.83.${part()}.${part()}`;
  server.listen(8080, host);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://${host}:8080/`, asked: () => asked };
}
