import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { makeCa, makeLeaf } from '../../test/support/made-certificates.ts';
import { makeCrlDer } from '../../test/support/made-crls.ts';
import { startPublished } from '../../test/support/published.ts';
import { buildOcspRequest } from '../pki/ocsp/build-ocsp-request.ts';
import { parseOcspResponse } from '../pki/ocsp/ocsp.ts';

const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), 'tollgate-pki-http-'));
const ca = makeCa('Publishing CA');
const leaf = makeLeaf('host.example.com', ca);
const never = makeLeaf('never.example.com', ca);
const stranger = makeLeaf('other.example.com', makeCa('Other CA'));
const responder = makeLeaf('Responder', ca, {
  extensions: { extendedKeyUsage: ['ocspSigning'], subjectAltName: undefined, ocspNoCheck: true },
});
const now = Date.now();
const hour = 3_600_000;
const crl = {
  path: '/crl/one.crl',
  der: makeCrlDer(ca, { thisUpdate: now - hour, nextUpdate: now + hour }),
  thisUpdate: now - hour,
  nextUpdate: now + hour,
  renewAt: now + hour / 2,
};
const authority = {
  path: '/ca/one.cer',
  certificate: ca.der,
  responder: { certificate: responder.der, key: responder.key },
  statuses: [{ serial: leaf.certificate.serial, state: 'good', revokedAt: 0, reasonCode: 0 } as const],
};
const published = await startPublished({ authorities: [authority], crls: [crl] });
const base = `http://127.0.0.1:${published.port}`;
writeFileSync(join(scratch, 'ca.pem'), ca.pem);
writeFileSync(join(scratch, 'leaf.pem'), leaf.pem);
writeFileSync(join(scratch, 'never.pem'), never.pem);
after(async () => {
  await published.stop();
  rmSync(scratch, { recursive: true });
});

async function openssl(words: string): Promise<string> {
  const { stdout, stderr } = await run('openssl', words.split(' '), { cwd: scratch });
  return stderr + stdout;
}

async function post(der: Uint8Array, type = 'application/ocsp-request') {
  const response = await fetch(`${base}/ocsp`, { method: 'POST', body: der, headers: { 'content-type': type } });
  const parsed = parseOcspResponse(new Uint8Array(await response.arrayBuffer()));
  return { response, answer: parsed.ok ? parsed.value : undefined };
}

const question = (certificate = leaf.certificate, nonce?: Uint8Array) =>
  buildOcspRequest({ certificate, issuer: ca.certificate, ...(nonce && { nonce }) });

test('OpenSSL takes the answers about good, unknown and revoked ones, with and without a nonce, by SHA-1 and SHA-256', async () => {
  const ask = (what: string, flags = '') =>
    openssl(`ocsp -issuer ca.pem ${flags}-cert ${what}.pem -url ${base}/ocsp -CAfile ca.pem`);
  assert.match(await ask('leaf'), /verify OK[\s\S]*leaf.pem: good/);
  assert.match(await ask('leaf', '-no_nonce '), /verify OK[\s\S]*leaf.pem: good/);
  assert.match(await ask('leaf', '-sha256 '), /verify OK[\s\S]*leaf.pem: good/);
  assert.match(await ask('never'), /never.pem: unknown/);
  published.append(0, [{ serial: leaf.certificate.serial, state: 'revoked', revokedAt: now - hour, reasonCode: 1 }]);
  const revoked = async () => {
    for (let i = 0; i < 600; i++) {
      const text = await ask('leaf', '-no_nonce ');
      if (/revoked/.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return '';
  };
  assert.match(await revoked(), /leaf.pem: revoked[\s\S]*Reason: keyCompromise/);
});

test('a nonce of 1 to 128 octets comes back, others are malformed', async () => {
  for (const length of [1, 32, 128]) {
    const nonce = randomBytes(length);
    const { answer, response } = await post(question(never.certificate, nonce));
    assert.deepEqual(answer?.basic?.nonce && Buffer.from(answer.basic.nonce), nonce);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  }
  // the extension of a nonce of 128 octets, one octet longer: SEQUENCE, OID, OCTET STRING in OCTET STRING
  const many = Buffer.from(question(never.certificate, randomBytes(128))).toString('hex');
  const empty = Buffer.from(question(never.certificate, Uint8Array.of(9))).toString('hex');
  assert.ok(many.includes('06092b0601050507300102') && empty.endsWith('0403040109'));
  const none = empty.replace(/04030401 ?09$/, '04020400');
  const shorter = none.replace(
    /^30(..)30(..)/,
    (_, outer: string, inner: string) => `30${less(outer)}30${less(inner)}`,
  );
  assert.notEqual((await post(Buffer.from(shorter, 'hex'))).answer?.status, 'successful');
  assert.equal((await post(Uint8Array.of(0x30, 0))).answer?.status, 'malformedRequest');
  assert.equal((await post(Buffer.from('nothing of the kind'))).answer?.status, 'malformedRequest');
  assert.equal((await post(new Uint8Array())).answer?.status, 'malformedRequest');
});

function less(hex: string): string {
  return (Number.parseInt(hex, 16) - 1).toString(16).padStart(2, '0');
}

test('a question about a certificate of another CA is not for this responder', async () => {
  const other = makeCa('Third CA');
  const request = buildOcspRequest({ certificate: stranger.certificate, issuer: other.certificate });
  assert.equal((await post(request)).answer?.status, 'unauthorized');
});

test('GET with base64 answers like POST, may be kept by caches and asked conditionally', async () => {
  const path = `/ocsp/${encodeURIComponent(Buffer.from(question()).toString('base64'))}`;
  const first = await fetch(base + path);
  assert.equal(first.headers.get('content-type'), 'application/ocsp-response');
  assert.match(first.headers.get('cache-control') ?? '', /^max-age=2\d{4}, public, no-transform, must-revalidate$/);
  const body = Buffer.from(await first.arrayBuffer());
  assert.deepEqual(Buffer.from(await (await fetch(base + path)).arrayBuffer()), body);
  const etag = first.headers.get('etag') ?? '';
  assert.equal((await fetch(base + path, { headers: { 'if-none-match': etag } })).status, 304);
  const head = await fetch(base + path, { method: 'HEAD' });
  assert.equal(Number(head.headers.get('content-length')), body.length);
  const unknown = Buffer.from(buildOcspRequest({ certificate: never.certificate, issuer: ca.certificate }));
  const soon = await fetch(`${base}/ocsp/${unknown.toString('base64')}`);
  assert.match(soon.headers.get('cache-control') ?? '', /^max-age=([1-5]?\d|60),/, 'it may be issued at any moment');
  const typeless = await post(question(leaf.certificate, Buffer.alloc(8, 7)), 'text/plain');
  assert.equal(typeless.response.status, 415);
  const odd = await fetch(`${base}/ocsp/%%%`);
  assert.deepEqual([...new Uint8Array(await odd.arrayBuffer())], [0x30, 3, 0x0a, 1, 1]);
});

test('CRLs and CA certificates are served with their types, validators and lifetimes', async () => {
  const got = await fetch(`${base}/crl/one.crl`);
  assert.equal(got.headers.get('content-type'), 'application/pkix-crl');
  assert.equal(got.headers.get('last-modified'), new Date(now - hour).toUTCString());
  const age = Number(/max-age=(\d+)/.exec(got.headers.get('cache-control') ?? '')?.[1]);
  assert.ok(age > 1_700 && age <= 1_800, `${age}`);
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), Buffer.from(crl.der));
  const etag = got.headers.get('etag') ?? '';
  assert.equal((await fetch(`${base}/crl/one.crl`, { headers: { 'if-none-match': `"x", W/${etag}` } })).status, 304);
  const since = { 'if-modified-since': new Date(now - hour).toUTCString() };
  assert.equal((await fetch(`${base}/crl/one.crl`, { headers: since })).status, 304);
  const earlier = { 'if-modified-since': new Date(now - 2 * hour).toUTCString() };
  assert.equal((await fetch(`${base}/crl/one.crl`, { headers: earlier })).status, 200);
  const head = await fetch(`${base}/crl/one.crl`, { method: 'HEAD' });
  assert.equal(Number(head.headers.get('content-length')), crl.der.length);
  const certificate = await fetch(`${base}/ca/one.cer`);
  assert.equal(certificate.headers.get('content-type'), 'application/pkix-cert');
  assert.deepEqual(Buffer.from(await certificate.arrayBuffer()), Buffer.from(ca.der));
});

test('whatever is not published gets the same words', async () => {
  const bodies = new Set<string>();
  const expect = async (path: string, method: string, status: number) => {
    const response = await fetch(base + path, { method });
    assert.equal(response.status, status, `${method} ${path}`);
    bodies.add(await response.text());
  };
  for (const path of ['/', '/crl', '/crl/', '/crl/two.crl', '/crl/one.crl/', '/crl/one.crl?x', '/ca/one.pem', '/..'])
    await expect(path, 'GET', 404);
  for (const path of [
    '/pki/sealed-key',
    '/crl/..%2f..%2fpublished.snapshot',
    '/crl//one.crl',
    '/CRL/one.crl',
    '/ocspx',
  ])
    await expect(path, 'GET', 404);
  await expect('/crl/one.crl', 'POST', 405);
  await expect('/crl/one.crl', 'DELETE', 405);
  await expect('/ocsp', 'GET', 405);
  await expect('/ocsp', 'PUT', 405);
  await expect('/ocsp/x', 'POST', 404);
  assert.deepEqual([...bodies], ['Nothing is published here.\n']);
});

test('several requests on one connection are answered in order', async () => {
  const socket = connect(published.port, '127.0.0.1');
  const get = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
  socket.write(
    get('/ca/one.cer') + get('/nothing') + get('/crl/one.crl') + get('/ca/one.cer', 'Connection: close\r\n'),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('latin1');
  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['200', '404', '200', '200'],
  );
});

test('a new snapshot is served without a restart, and a damaged one leaves the old one in place', async () => {
  const der = makeCrlDer(ca, { number: 2, thisUpdate: now, nextUpdate: now + hour });
  await published.publish({ authorities: [authority], crls: [{ ...crl, der, thisUpdate: now }] });
  assert.deepEqual(Buffer.from(await (await fetch(`${base}/crl/one.crl`)).arrayBuffer()), Buffer.from(der));
  assert.equal((await fetch(`${base}/ca/one.cer`)).status, 200);
});

test('the process may read what is published and the program, and nothing else', () => {
  const words = readFileSync(`/proc/${published.pid}/cmdline`, 'utf8').split('\0');
  assert.ok(words.includes('--permission'));
  assert.ok(words.includes(`--allow-fs-read=${published.folder}/pki/`));
  assert.equal(words.filter((word) => word.startsWith('--allow')).length, 2);
  assert.equal(readFileSync(`/proc/${published.pid}/environ`, 'utf8').includes('HOME='), false);
  const open = readdirSync(`/proc/${published.pid}/fd`).filter((fd) => existsSync(`/proc/${published.pid}/fd/${fd}`));
  assert.ok(open.length < 40);
});
