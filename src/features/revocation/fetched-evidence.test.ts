/** What is asked outside about one path: OCSP responders and distribution points that do as they please. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MadeCertificate, makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { crlTime, makeCrlDer } from '../../../test/support/made-crls.ts';
import { makeOcsp, makeOcspError } from '../../../test/support/made-ocsp.ts';
import { openRevocationBench, type RevocationBench } from '../../../test/support/revocation-bench.ts';
import { testAdministrator } from '../../../test/support/temporary-storage.ts';
import { parseOcspRequest } from '../../pki/ocsp/ocsp.ts';
import { decide, trustOf } from '../verification/verification.ts';
import type { RevocationEvidence, RevocationPurpose } from './revocation.ts';

const hour = 3_600_000;
const ca = makeCa('Asked CA');

interface Peer {
  readonly leaf: MadeCertificate;
  readonly ocspPath: string;
  readonly crlPath: string;
}

let count = 0;
/** A leaf that names the server of the bench, under paths of its own. */
function peer(bench: RevocationBench, which: { readonly ocsp?: boolean; readonly cdp?: boolean }): Peer {
  const id = ++count;
  const [ocspPath, crlPath] = [`/ocsp${id}`, `/crl${id}`];
  const extensions = {
    ...(which.ocsp && { authorityInfoAccess: { ocsp: [`${bench.server.url}${ocspPath}`] } }),
    ...(which.cdp && { crlDistributionPoints: [`${bench.server.url}${crlPath}`] }),
  };
  return { leaf: makeLeaf(`peer${id}.example.com`, ca, { extensions }), ocspPath, crlPath };
}

async function opened(t: TestContext): Promise<RevocationBench> {
  const bench = await openRevocationBench(t);
  await bench.trust(ca);
  await bench.set({ allowedPorts: [bench.server.port] });
  return bench;
}

type Status = 'good' | 'revoked' | 'unknown';

function responder(leaf: MadeCertificate, status: Status, more: object = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = parseOcspRequest(new Uint8Array(Buffer.concat(chunks)));
      const nonce = asked.ok ? asked.value.nonce : undefined;
      const single = {
        certificate: leaf.certificate,
        issuer: ca.certificate,
        status,
        hash: 'sha256',
        ...more,
      } as const;
      const body = makeOcsp({ singles: [single], signer: ca, ...(nonce && { nonce }) });
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(body);
    });
  };
}

function accepted(evidence: RevocationEvidence, leaf: MadeCertificate, time: number): boolean {
  return decide(
    {
      chain: [leaf.certificate],
      trust: trustOf([ca.certificate]),
      purpose: 'sip',
      evidence: { crls: evidence.crls, ocsp: evidence.ocsp },
      time,
      settings: { revocation: evidence.mode, whenUnknown: evidence.whenUnknown },
    },
    { monotonic: () => 0 },
  ).accepted;
}

const gather = (bench: RevocationBench, { leaf }: Peer, purpose: RevocationPurpose = 'sip-tls', fetchWithin = 60_000) =>
  bench.revocation.evidenceFor(purpose, [leaf.certificate, ca.certificate], { fetchWithin });

test('OCSP answers by purpose, switch and fallback', async (t) => {
  const bench = await opened(t);
  const answers: Readonly<Record<string, (leaf: MadeCertificate) => (q: IncomingMessage, r: ServerResponse) => void>> =
    {
      good: (leaf) => responder(leaf, 'good'),
      revoked: (leaf) => responder(leaf, 'revoked'),
      unknown: (leaf) => responder(leaf, 'unknown'),
      'try later': () => (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(makeOcspError(3)),
      garbage: () => (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end('garbage'),
      'another type': (leaf) => (request, response) => {
        response.setHeader('content-type', 'text/html');
        response.writeHead = () => response;
        responder(leaf, 'good')(request, response);
      },
      redirect: () => (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      huge: () => (_, response) => {
        response.writeHead(200, { 'content-type': 'application/ocsp-response' });
        const timer = setInterval(() => response.write(Buffer.alloc(20_000)), 5);
        response.on('close', () => clearInterval(timer));
      },
      slow: () => () => undefined,
    };
  for (const purpose of ['sip-tls', 'xmpp', 'cluster'] as const) {
    for (const fallback of ['not-revoked', 'revoked'] as const) {
      await bench.set({ purposes: { [purpose]: { mode: 'chain', fallback, useOcsp: true } } });
      await Promise.all(
        Object.entries(answers).map(async ([what, answer]) => {
          const one = peer(bench, { ocsp: true });
          bench.server.answers.set(one.ocspPath, answer(one.leaf));
          const evidence = await gather(bench, one, purpose, what === 'slow' ? 700 : 60_000);
          const wanted = what === 'good' || (what !== 'revoked' && fallback === 'not-revoked');
          const words = `${purpose} ${what} ${fallback}: ${evidence.notes[0]?.message}`;
          assert.equal(accepted(evidence, one.leaf, bench.time.now), wanted, words);
        }),
      );
    }
  }
});

test('purposes and switches that exclude fetching ask nobody', async (t) => {
  const bench = await opened(t);
  const asked = bench.server.requests.length;
  for (const purpose of ['https-client', 'policy-server', 'ldap', 'syslog', 'call-manager', 'management'] as const) {
    await bench.check(purpose);
    await gather(bench, peer(bench, { ocsp: true, cdp: true }), purpose);
  }
  await bench.set({ purposes: { 'sip-tls': { mode: 'chain', useOcsp: false, allowCdp: false } } });
  await gather(bench, peer(bench, { ocsp: true, cdp: true }));
  await bench.set({ purposes: { 'sip-tls': { useCrls: false, allowCdp: true } } });
  await gather(bench, peer(bench, { cdp: true }));
  await bench.set({ purposes: { 'sip-tls': { useCrls: true, useOcsp: true } } });
  const one = peer(bench, { ocsp: true, cdp: true });
  await bench.revocation.evidenceFor('sip-tls', [one.leaf.certificate, ca.certificate]);
  assert.equal(bench.server.requests.length, asked);
});

test('loaded CRLs go first, then OCSP, and a distribution point is asked only when neither settles it', async (t) => {
  const bench = await opened(t);
  await bench.check('sip-tls');
  const settled = peer(bench, { ocsp: true, cdp: true });
  bench.server.answers.set(settled.ocspPath, responder(settled.leaf, 'good'));
  await gather(bench, settled);
  assert.deepEqual(bench.server.requests, [`POST ${settled.ocspPath}`]);
  const open = peer(bench, { ocsp: true, cdp: true });
  bench.server.answers.set(open.ocspPath, responder(open.leaf, 'unknown'));
  const crl = makeCrlDer(ca, { number: 1, entries: [{ serial: open.leaf.certificate.serial }] });
  bench.server.answers.set(open.crlPath, crl);
  const evidence = await gather(bench, open, 'sip-tls');
  assert.equal(bench.server.requests.at(-1), `GET ${open.crlPath}`);
  assert.equal(accepted(evidence, open.leaf, bench.time.now), false);
  assert.equal((await bench.revocation.crls())[0]?.source, 'cdp');
  // the CRL of that CA is loaded now, and settles the next one at once
  const before = bench.server.requests.length;
  const third = peer(bench, { ocsp: true, cdp: true });
  assert.ok(accepted(await gather(bench, third), third.leaf, bench.time.now));
  assert.equal(bench.server.requests.length, before);
});

test('many that wait for one URL share one request, and a failure rests for a minute', async (t) => {
  const bench = await opened(t);
  await bench.check('sip-tls');
  const one = peer(bench, { ocsp: true });
  bench.server.answers.set(one.ocspPath, (request, response) => {
    setTimeout(() => responder(one.leaf, 'good')(request, response), 100);
  });
  const all = await Promise.all(Array.from({ length: 50 }, () => gather(bench, one, 'sip-tls')));
  assert.equal(bench.server.requests.length, 1);
  assert.ok(all.every((evidence) => evidence.ocsp.length === 1));
  await gather(bench, one);
  assert.equal(bench.server.requests.length, 1, 'the answer is kept');
  const broken = peer(bench, { ocsp: true });
  bench.server.answers.set(broken.ocspPath, (_, response) => response.writeHead(200).end());
  for (let i = 0; i < 5; i++) await gather(bench, broken);
  assert.equal(bench.server.requests.filter((line) => line.endsWith(broken.ocspPath)).length, 1);
  assert.equal((await gather(bench, broken)).notes[0]?.code, 'revocation.waiting');
  bench.time.now += 61_000;
  await gather(bench, broken);
  assert.equal(bench.server.requests.filter((line) => line.endsWith(broken.ocspPath)).length, 2);
});

test('known as revoked stays revoked when the responder dies, also over a restart, until a newer good answer', async (t) => {
  const bench = await opened(t);
  await bench.set({ purposes: { 'sip-tls': { mode: 'chain', fallback: 'not-revoked' } } });
  const one = peer(bench, { ocsp: true });
  bench.server.answers.set(one.ocspPath, responder(one.leaf, 'revoked'));
  assert.equal(accepted(await gather(bench, one), one.leaf, bench.time.now), false);
  bench.server.answers.set(one.ocspPath, (_, response) => response.writeHead(500).end());
  bench.time.now = crlTime + 2 * hour;
  assert.equal(accepted(await gather(bench, one), one.leaf, bench.time.now), false);
  const again = await bench.restart();
  const after = await gather(again, one);
  assert.equal(after.whenUnknown, 'revoked');
  assert.equal(accepted(after, one.leaf, again.time.now), false);
  again.time.now += 2 * hour;
  const times = { thisUpdate: again.time.now - hour, nextUpdate: again.time.now + hour };
  again.server.answers.set(one.ocspPath, responder(one.leaf, 'good', times));
  assert.equal(accepted(await gather(again, one), one.leaf, again.time.now), true);
});

test('an answer to staple is kept, asked anew at half of its time, and not given once it has run out', async (t) => {
  const bench = await opened(t);
  const { revocation, server, time } = bench;
  const own = peer(bench, { ocsp: true });
  const staple = () => revocation.staple(own.leaf.certificate, ca.certificate);
  assert.equal(await revocation.staple(peer(bench, {}).leaf.certificate, ca.certificate), undefined);
  server.answers.set(own.ocspPath, responder(own.leaf, 'good'));
  assert.equal((await staple())?.until, crlTime + hour);
  time.now = crlTime - 60_000;
  await staple();
  assert.equal(server.requests.length, 1);
  time.now = crlTime + 60_000;
  server.answers.set(own.ocspPath, (_, response) => response.writeHead(500).end());
  assert.ok(await staple());
  assert.ok(server.requests.length > 1);
  time.now = crlTime + hour + 1;
  assert.equal(await staple(), undefined);
});

test('a responder that knows SHA-1 only is asked again with SHA-1', async (t) => {
  const bench = await opened(t);
  await bench.check('sip-tls');
  const one = peer(bench, { ocsp: true });
  const sha1 = responder(one.leaf, 'good', { hash: 'sha1' });
  bench.server.answers.set(one.ocspPath, (request, response) => {
    const chunks: Buffer[] = [];
    if (bench.server.requests.length > 1) return sha1(request, response);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(makeOcspError(6)),
    );
  });
  assert.ok(accepted(await gather(bench, one), one.leaf, bench.time.now));
  assert.equal(bench.server.requests.length, 2);
});

test('a CRL from a certificate that is larger than it may be, encoded, redirected or signed by another is not used', async (t) => {
  const bench = await opened(t);
  await bench.set({ purposes: { 'sip-tls': { mode: 'chain', fallback: 'revoked' } } });
  const impostor = makeCa('Asked CA');
  const wrong: readonly ((r: IncomingMessage, response: ServerResponse) => void)[] = [
    (_, response) => response.writeHead(200, { 'content-length': String(6 << 20) }).end(),
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(makeCrlDer(ca)),
    (_, response) => response.writeHead(302, { location: '/crl-elsewhere' }).end(),
    (_, response) => response.writeHead(200).end(makeCrlDer({ ...impostor, certificate: ca.certificate })),
    (_, response) => response.writeHead(200).end('<html>'),
  ];
  bench.server.answers.set('/crl-elsewhere', makeCrlDer(ca));
  for (const answer of wrong) {
    const one = peer(bench, { cdp: true });
    bench.server.answers.set(one.crlPath, answer);
    const evidence = await gather(bench, one, 'sip-tls');
    assert.equal(evidence.crls.length, 0);
    assert.equal(accepted(evidence, one.leaf, bench.time.now), false);
    assert.ok((evidence.notes[0]?.message.length ?? 0) > 10);
  }
  assert.ok(!bench.server.requests.includes('GET /crl-elsewhere'));
});

test('an upload replaces the last one; one bad CRL keeps the whole file out; removing takes nothing else', async (t) => {
  const bench = await opened(t);
  const { revocation } = bench;
  const other = makeCa('Second CA');
  await bench.trust(other);
  const upload = (...files: readonly Uint8Array[]) =>
    revocation.upload(
      testAdministrator,
      files.length === 1 ? files[0]! : Buffer.from(files.map(pem).join('')),
      'x.crl',
    );
  await upload(makeCrlDer(ca, { number: 5 }), makeCrlDer(other, { number: 5 }));
  assert.equal((await revocation.crls()).length, 2);
  await assert.rejects(upload(makeCrlDer(ca, { number: 6 }), makeCrlDer(other, { number: 4 })), /older/);
  assert.deepEqual(
    (await revocation.crls()).map(({ number }) => number),
    ['5', '5'],
  );
  await upload(makeCrlDer(ca, { number: 6 }));
  assert.deepEqual(
    (await revocation.crls()).map(({ number }) => number),
    ['6'],
  );
  await revocation.removeManual(testAdministrator);
  assert.deepEqual(await revocation.crls(), []);
  await assert.rejects(revocation.removeManual(testAdministrator), /uploaded by hand/);
  await assert.rejects(upload(Buffer.from('<html></html>')), /web page/);
  await sleep(1);
});

function pem(der: Uint8Array): string {
  return `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END X509 CRL-----\n`;
}
