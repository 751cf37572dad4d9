/** A client that closes its own direction after its request has asked no less: it gets the answer (RFC 9112 9.6). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type SmallGateway, startSmallGateway } from '../../test/support/small-gateway.ts';
import { RawAnswer, route } from '../lib/route.ts';

const common = { tag: 'test', summary: 'A test', access: 'public' } as const;
const large = 'x'.repeat(4 << 20);
let gateway: SmallGateway;
let changes = 0;

before(async () => {
  const routes = [
    route({
      ...common,
      method: 'GET',
      id: 'slow',
      path: '/slow',
      handler: async () => {
        await sleep(50);
        return new RawAnswer('text/plain', large, 'slow.txt');
      },
    }),
    route({
      ...common,
      method: 'POST',
      id: 'change',
      path: '/change',
      handler: () => {
        changes += 1;
      },
    }),
  ];
  gateway = await startSmallGateway({ routes });
});
after(() => gateway.close());

/** Everything that comes back to bytes whose end is said at once. */
async function answerTo(bytes: string): Promise<string> {
  const socket = await gateway.open();
  socket.end(bytes);
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
  return text;
}

const request = 'GET /api/v1/slow HTTP/1.1\r\nHost: gateway.test\r\n\r\n';

test('an answer that takes a while comes whole to a client that has closed its half', async () => {
  const answer = await answerTo(request);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(answer.endsWith(large));
});

test('two requests and an end get two answers, and the connection ends with the last', async () => {
  const answer = await answerTo(request + request);
  assert.equal(answer.split('HTTP/1.1 200 OK').length, 3);
  assert.ok(answer.endsWith(large));
});

test('a request that ends in the middle is refused and nothing of it is done', async () => {
  const head = 'POST /api/v1/change HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer x\r\n';
  for (const cut of [head, `${head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{}`]) {
    assert.match(await answerTo(cut), /^HTTP\/1\.1 400 /);
  }
  assert.equal(changes, 0);
});

test('a connection that ends without a request is closed without a word', async () => {
  assert.equal(await answerTo(''), '');
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
