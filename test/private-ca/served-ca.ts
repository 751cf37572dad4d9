/** A private CA of real time whose publication is really served, and its files as other programs want them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BoundSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KeyAlgorithm } from '../../src/pki/key/generate.ts';
import { encodePem } from '../../src/pki/pem.ts';
import { spawnPublishing } from '../../src/pki-http/launch.ts';
import { readPublicationKey } from '../../src/storage/publication/publication-key.ts';
import { startPublishingCa } from '../support/publishing-ca.ts';
import { createTestClock } from '../support/temporary-storage.ts';

export interface ServedCaOptions {
  readonly algorithm: KeyAlgorithm;
  readonly partitions?: number;
}

/**
 * Makes the CA and a certificate of every template, `good` and `revoked` of the one for servers and clients; serves
 * everything. In the folder lie root.pem, inter.pem, chain.pem (both), good.pem, revoked.pem, server.pem, client.pem,
 * root.crl, inter.crl (DER), the same as root.crl.pem, inter.crl.pem, and crls.pem (both).
 */
export async function serveCa(context: Pick<TestContext, 'after'>, { algorithm, partitions = 0 }: ServedCaOptions) {
  const socket = new BoundSocket({ host: '127.0.0.1', port: 0 });
  const address = socket.address();
  const base = `http://127.0.0.1:${typeof address === 'string' ? 0 : address.port}`;
  const clock = createTestClock(Date.now());
  const ca = await startPublishingCa(context, { algorithm, partitions, base, clock });
  const good = await ca.issue('good.example.com', 'web-client-server');
  const revoked = await ca.issue('revoked.example.com', 'web-client-server');
  const server = await ca.issue('server.example.com', 'web-server');
  const client = await ca.issue('client.example.com', 'client');
  await ca.revoke(revoked.serial);
  // nobody takes a CRL or an answer from the future
  const key = await readPublicationKey(ca.storage.folder, ca.storage.vault);
  const child = spawnPublishing(
    join(import.meta.dirname, '..', '..', 'src', 'pki-http', 'pki-http.ts'),
    ca.storage.folder,
    socket.fd(),
  );
  context.after(() => {
    child.kill('SIGKILL');
    socket.close();
  });
  await new Promise<void>((resolve) => {
    child.on('message', ({ type }: { type: string }) => {
      if (type === 'serving') resolve();
      else
        child.send({
          type: 'start',
          folder: ca.storage.folder,
          key: Buffer.from(key ?? []).toString('hex'),
          logLevel: 'error',
        });
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-served-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  const pem = (der: Uint8Array) => encodePem('CERTIFICATE', der);
  const [root, inter] = [ca.root.certificate!.der, ca.intermediate.certificate!.der];
  write('root.pem', pem(root));
  write('inter.pem', pem(inter));
  write('chain.pem', pem(inter) + pem(root));
  write('good.pem', pem(good.certificate));
  write('revoked.pem', pem(revoked.certificate));
  write('server.pem', pem(server.certificate));
  write('client.pem', pem(client.certificate));
  for (const [name, id] of [
    ['root', ca.root.id],
    ['inter', ca.intermediate.id],
  ] as const) {
    const crl = new Uint8Array(await (await fetch(`${base}/crl/${id}.crl`)).arrayBuffer());
    write(`${name}.crl`, crl);
    write(`${name}.crl.pem`, encodePem('X509 CRL', crl));
  }
  write(
    'crls.pem',
    readFileSync(join(folder, 'root.crl.pem'), 'utf8') + readFileSync(join(folder, 'inter.crl.pem'), 'utf8'),
  );
  return {
    ...ca,
    base,
    folder,
    good,
    revoked,
    write,
    read: (name: string) => readFileSync(join(folder, name)),
    /** Runs a program in the folder; answers all that it printed, and its exit code. */
    run: (program: string, words: string | readonly string[]) => run(folder, program, words),
  };
}

function run(cwd: string, program: string, words: string | readonly string[]): Promise<{ text: string; code: number }> {
  const list = typeof words === 'string' ? words.split(' ') : [...words];
  return new Promise((resolve) => {
    const child = execFile(program, list, { cwd, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({
        text: `${stderr}${stdout}`,
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
      }),
    );
    child.stdin?.end();
  });
}
