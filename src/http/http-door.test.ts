/** What is answered before the application is there, and what waits for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createHttpDoor } from './http-door.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-door-'));
after(() => rmSync(folder, { recursive: true }));
const webFolder = join(folder, 'dist');
mkdirSync(join(webFolder, 'assets'), { recursive: true });
writeFileSync(join(webFolder, 'index.html'), '<style nonce="__NONCE__"></style>the page');
writeFileSync(join(webFolder, 'assets', 'main.js'), 'the script');

async function openDoor() {
  const door = createHttpDoor({ webFolder });
  const admin = join(folder, 'admin.sock');
  await door.intake.listen({ admin, cli: join(folder, 'cli.sock') });
  /** What comes back, as text, until the other side ends. */
  const ask = async (head: string, sni = '', path = 'admin'): Promise<string> => {
    const socket = connect(join(folder, `${path}.sock`));
    const peer = { v: 1, remoteAddress: '192.0.2.1', remotePort: 4000, localPort: 8443, sni };
    if (path === 'admin') socket.write(`${JSON.stringify({ ...peer, protocol: 'TLSv1.3', cipher: 'x', chain: [] })}\n`);
    socket.write(head.replaceAll('\n', '\r\n'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'close');
    return text;
  };
  return { door, ask };
}

test('the page and its files are answered before the application is there, with every header', async () => {
  const { door, ask } = await openDoor();
  const page = await ask('GET / HTTP/1.1\nHost: 127.0.0.1:8443\nConnection: close\n\n');
  assert.match(page, /^HTTP\/1\.1 200 OK\r\n/);
  const [, nonce] = /style-src 'self' 'nonce-([^']+)'/.exec(page) ?? [];
  assert.ok(page.endsWith(`<style nonce="${nonce}"></style>the page`), page);
  for (const header of ['x-content-type-options: nosniff', 'referrer-policy: no-referrer', 'cache-control: no-store'])
    assert.ok(page.includes(header), header);
  assert.match(page, /x-request-id: [0-9a-f]{16}/);
  const script = await ask('GET /assets/main.js HTTP/1.1\nHost: gw.test\nConnection: close\n\n', 'gw.test');
  assert.ok(script.endsWith('the script'), script);
  const head = await ask('HEAD / HTTP/1.1\nHost: localhost\nConnection: close\n\n');
  assert.match(head, /content-length: \d+\r\n(.+\r\n)*\r\n$/);
  await door.intake.close(0);
});

test('everything else waits, and the application alone answers it', async () => {
  const { door, ask } = await openDoor();
  const end = 'Connection: close\n\n';
  const waiting = [
    ask(`GET /api/v1/status HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET /acme/ca/directory HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET /?token=1 HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET /%2e%2e/x HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET /missing.js HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET https://localhost/ HTTP/1.1\nHost: localhost\n${end}`),
    ask(`GET / HTTP/1.1\nHost: localhost\nHost: localhost\n${end}`),
    ask(`GET / HTTP/1.1\nHost: other.test\n${end}`, 'gw.test'),
    ask(`GET / HTTP/1.1\nHost: gw.test\n${end}`),
    ask(`GET / HTTP/1.1\nHost: localhost\nContent-Length: 2\n${end}hi`),
    ask(`GET / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n${end}0\n\n`),
    ask(`POST / HTTP/1.1\nHost: localhost\nContent-Length: 2\n${end}hi`),
    ask(`GET / HTTP/1.1\nHost: localhost\n${end}`, '', 'cli'),
  ];
  let answered = 0;
  for (const one of waiting) void one.then(() => answered++);
  // a page asked for after them is answered before them
  await ask(`GET / HTTP/1.1\nHost: localhost\n${end}`);
  assert.equal(answered, 0);
  door.open((request, response) => response.writeHead(418).end(`for ${request.url}`));
  for (const answer of await Promise.all(waiting)) assert.match(answer, /^HTTP\/1\.1 418 /);
  const later = await ask(`GET / HTTP/1.1\nHost: localhost\n${end}`);
  assert.match(later, /^HTTP\/1\.1 418 /);
  await door.intake.close(0);
});
