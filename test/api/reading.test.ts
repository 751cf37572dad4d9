/** Every reading operation of a running gateway: it answers in the shape it promises and changes nothing. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { productRoutes } from '../support/gated-routes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const reading = productRoutes().filter((route) => route.method === 'GET');
let gateway: TestGateway;
let fingerprint: string;

before(async () => {
  gateway = await startGateway({ edges: 1 });
  const list = JSON.parse((await get('/trusted-cas')).text) as { rows: { fingerprint: string }[] };
  fingerprint = list.rows[0]?.fingerprint ?? '';
});
after(() => gateway.stop());

test('every answer has the shape that the description promises', async () => {
  for (const route of reading) {
    for (const path of addresses(route.path)) {
      const { status, text, type } = await get(path);
      const odd = status === 404 || (status === 400 && path !== route.path);
      assert.ok(status === 200 || odd, `${path}: ${status} ${text.slice(0, 500)}`);
      if (odd) assert.match(type, /problem/);
      else if (route.contentType !== undefined) assert.ok(type.startsWith(route.contentType), `${path}: ${type}`);
      else {
        const parsed = route.response?.safeParse(JSON.parse(text));
        assert.ok(parsed?.success, `${path}: ${parsed?.error?.message}\n${text.slice(0, 500)}`);
      }
    }
  }
});

test('reading changes nothing that is stored, whatever is asked', async () => {
  const hash = await settledHash();
  const ends = ['', '?limit=1', '?limit=x', '?q=%00', '?__proto__[x]=1', `?x=${'y'.repeat(5000)}`, '/%2e%2e%2f', '%00'];
  for (const route of reading) {
    for (const path of addresses(route.path)) {
      for (const end of ends) {
        const { status, text } = await get(path + end);
        assert.ok(status < 500, `${path}${end}: ${status} ${text.slice(0, 500)}`);
      }
    }
  }
  assert.equal(await settledHash(), hash);
});

/** The route with real and with odd things in place of its parameter. */
function addresses(path: string): readonly string[] {
  if (!path.includes('{')) return [path];
  const values = [
    'server',
    'client',
    'domain%3Anone.example.com',
    fingerprint,
    '0'.repeat(64),
    '..%2f..',
    '%F0%9F%A6%80',
  ];
  return values.map((value) => path.replace(/\{\w+\}/g, value));
}

async function get(path: string) {
  const socketPath = join(gateway.folder, 'run', 'cli.sock');
  const sent = request({ socketPath, path: `/api/v1${path}`, headers: { host: 'localhost' } }).end();
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const type = String(response.headers['content-type'] ?? '');
  return { status: Number(response.statusCode), text: Buffer.concat(chunks).toString('utf8'), type };
}

/** Over every row of every table, once what runs by itself after start has come to rest. */
async function settledHash(): Promise<string> {
  let last = '';
  for (let same = 0; same < 2; ) {
    const next = databaseHash();
    same = next === last ? same + 1 : 0;
    last = next;
    await wait(300);
  }
  return last;
}

function databaseHash(): string {
  const database = new DatabaseSync(join(gateway.folder, 'tollgate.db'), { readOnly: true });
  const hash = createHash('sha256');
  for (const { name } of database.prepare(`select name from sqlite_master where type = 'table' order by name`).all()) {
    const rows = database.prepare(`select * from "${name}"`).all();
    hash.update(JSON.stringify([name, rows], (_key, value) => (value instanceof Uint8Array ? [...value] : value)));
  }
  database.close();
  return hash.digest('hex');
}
