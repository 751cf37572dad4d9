import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createOpensslCa } from '../../test/support/openssl.ts';
import { createGatewayClient } from './gateway-client.ts';
import { serverNameFault } from './server-name.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-names-'));
const ca = await createOpensslCa(join(folder, 'demoCA'), { name: 'Test CA', key: 'ec' });
after(() => rmSync(folder, { recursive: true }));

const issue = (san: string | undefined, cn = 'gateway.example.com') =>
  ca.issue([cn], {
    key: 'ec',
    extensions: ['basicConstraints = CA:FALSE', ...(san === undefined ? [] : [`subjectAltName = ${san}`])],
  });

async function fault(host: string, san: string | undefined): Promise<string | undefined> {
  const { certificate } = await issue(san);
  return serverNameFault(host, new X509Certificate(certificate).raw)?.message;
}

test('a name matches as a whole, in any case, in the alternative names only', async () => {
  const names = 'DNS:gateway.example.com, DNS:*.example.com, IP:192.0.2.1';
  assert.equal(await fault('gateway.example.com', names), undefined);
  assert.equal(await fault('GATEWAY.example.com.', names), undefined);
  assert.equal(await fault('192.0.2.1', names), undefined);
  assert.match((await fault('other.example.com', names)) ?? '', /is not for other.example.com; it names gateway/);
  assert.match((await fault('192.0.2.2', names)) ?? '', /is not for 192.0.2.2/);
  assert.match((await fault('gateway.example.com', undefined)) ?? '', /it names no name/);
  assert.match((await fault('gateway.example.com', 'URI:https://gateway.example.com')) ?? '', /it names no name/);
  assert.match((await fault('192.0.2.1', 'DNS:192.0.2.1')) ?? '', /is not for 192.0.2.1/);
});

test('the command line talks to a gateway whose certificate has its name and comes from the given CA, to no other', async () => {
  const token = join(folder, 'token');
  writeFileSync(token, `tg_${'x'.repeat(43)}\n`, { mode: 0o600 });
  const ask = async (san: string, caFile: string | undefined) => {
    const { certificate, key } = await issue(san);
    const seen: string[] = [];
    const server = createServer({ cert: certificate, key }, (request, response) => {
      seen.push(String(request.headers.authorization));
      response.end('{"users":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const client = createGatewayClient({ data: folder, url, tokenFile: token, caFile });
      return [Buffer.from(await client.send('GET', '/users')).toString(), ...seen];
    } catch (error) {
      return [(error as Error).message, ...seen];
    } finally {
      server.close();
    }
  };
  assert.deepEqual(await ask('IP:127.0.0.1', ca.certificateFile), ['{"users":[]}', `Bearer tg_${'x'.repeat(43)}`]);
  const [wrongName, ...nothingSent] = await ask('IP:127.0.0.2', ca.certificateFile);
  assert.match(wrongName ?? '', /is not for 127.0.0.1/);
  assert.deepEqual(nothingSent, []);
  const [wrongCa, ...nothing] = await ask('IP:127.0.0.1', undefined);
  assert.match(wrongCa ?? '', /cannot be reached|unable to|self-signed|certificate/);
  assert.deepEqual(nothing, []);
});
