/** Peers at the SIP listeners: who is let in, who is refused and why, and what becomes of open connections. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { type EdgeLine, listenToEdges } from '../../src/edge/reports/administration-side.ts';
import type { EdgeReport, EvidenceQuestion } from '../../src/edge/reports/report.ts';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import type { EdgeZone } from '../../src/features/zones/zones.ts';
import { createLog } from '../../src/lib/log.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa, type PeerLeaf, storeCrl } from './peer-certificates.ts';
import { eventually, startTestGateway, type TestGateway, type TestPeers } from './running-gateway.ts';
import { connectSip, optionsRequest } from './sip-client.ts';

const ca = makeTestCa();
const peerCa = makePeerCa();
const issuing = peerCa.intermediate();
const stranger = makePeerCa('Somebody Else');
const good = issuing.leaf();
const reports: EdgeReport[] = [];
const questions: EvidenceQuestion[] = [];
const received: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
let gateway: TestGateway;
let upstream: Server;
let line: EdgeLine;
const upstreamSockets: Socket[] = [];

const checking = { mode: 'leaf', useCrls: true, useOcsp: false, allowCdp: false, fallback: 'not-revoked' } as const;
const everybody: EdgeZone = {
  id: 'default',
  name: 'Default',
  kind: 'default',
  peers: [],
  tlsVerify: true,
  identity: 'server',
  ekuRule: 'strict',
  trustSet: '',
  enabled: true,
};
const neighbor: EdgeZone = {
  ...everybody,
  id: 'n',
  name: 'Neighbor',
  kind: 'neighbor',
  peers: [{ host: 'peer.example.com', port: 1 }],
  // never called in these tests: nobody answers at that name
};

function peers(more: TestPeers = {}): TestPeers {
  const { port } = upstream.address() as { port: number };
  return { trust: [peerCa.base64], upstream: { host: '127.0.0.1', port }, zones: [], ...more };
}

before(async () => {
  upstream = createServer((socket) => {
    upstreamSockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => received.push(chunk.toString()));
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1)],
    edges: 2,
    flags: ['--sip-mutual-port', '0'],
    peers: peers(),
  });
  line = await listenToEdges(
    gateway.folder,
    {
      report: (report) => void reports.push(report),
      evidence: async (question) => {
        questions.push(question);
        return { ocsp: [], crls: [] };
      },
    },
    createLog('error', 'test'),
  );
});

after(async () => {
  line?.close();
  await gateway?.stop();
  for (const socket of upstreamSockets) socket.destroy();
  upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

function mutualPort(): number {
  return gateway.note().furtherPorts?.[0]?.port ?? 0;
}

/** Sends a request at once with `openssl s_client`; answers what came back until either side ended. */
async function openssl(port: number, version: string, leaf?: PeerLeaf): Promise<string> {
  const request = optionsRequest(1);
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, `-${version}`, '-quiet', '-ign_eof'];
  if (leaf !== undefined) {
    writeFileSync(join(folder, 'cert.pem'), leaf.cert);
    writeFileSync(
      join(folder, 'chain.pem'),
      leaf.cert.split('-----END CERTIFICATE-----\n').slice(1).join('-----END CERTIFICATE-----\n'),
    );
    writeFileSync(join(folder, 'key.pem'), leaf.key);
    args.push('-cert', join(folder, 'cert.pem'), '-key', join(folder, 'key.pem'));
    if (leaf.cert.split('BEGIN').length > 2) args.push('-cert_chain', join(folder, 'chain.pem'));
  }
  const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: 60_000 });
  let output = '';
  child.stdin.on('error', () => undefined).end(request);
  child.stdout.on('data', (chunk) => {
    output += chunk;
    child.kill();
  });
  await once(child, 'close');
  return output;
}

const bad: readonly [string, string, () => PeerLeaf][] = [
  ['a CA that is not trusted', 'path.no-issuer', () => stranger.leaf()],
  ['expired', 'path.expired', () => issuing.leaf({ notAfter: Date.now() - 60_000 })],
  ['not valid yet', 'path.not-yet-valid', () => issuing.leaf({ notBefore: Date.now() + 3_600_000 })],
  ['for servers only', 'path.extended-key-usage', () => issuing.leaf({ use: ['serverAuth'] })],
];

for (const version of ['tls1_2', 'tls1_3']) {
  test(`a good certificate with its intermediate is let in (${version}), also without one on the port that demands none`, async () => {
    assert.match(await openssl(gateway.sipPort, version, good), /^SIP\/2\.0 200 OK/);
    assert.match(await openssl(mutualPort(), version, good), /^SIP\/2\.0 200 OK/);
    assert.match(await openssl(gateway.sipPort, version), /^SIP\/2\.0 200 OK/);
    assert.equal(await openssl(mutualPort(), version), '');
  });

  test(`bad certificates are refused with their reason and nothing of what they sent is read (${version})`, async () => {
    for (const [what, code, make] of bad) {
      const leaf = make();
      received.length = 0;
      assert.equal(await openssl(gateway.sipPort, version, leaf), '', what);
      const told = () => reports.find((r) => r.type === 'peer' && chainOf(r)[0] === base64(leaf));
      await eventually(`a report about ${what}`, () => told() !== undefined);
      const report = told();
      assert.ok(report?.type === 'peer');
      assert.equal(report.decision.code, code, `${what}: ${report.decision.words}`);
      assert.equal(report.refusal?.code, code);
      assert.deepEqual(received, []);
    }
  });
}

test('a certificate on a CRL is refused, also when its connection is resumed', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    await gateway.publishPeers(peers());
    const leaf = issuing.leaf();
    const client = await connectSip(gateway.sipPort, ca.pem, { cert: leaf.cert, key: leaf.key, maxVersion });
    assert.equal(await client.options(), 'SIP/2.0 200 OK');
    const session = client.socket.getSession();
    client.socket.destroy();
    const file = storeCrl(gateway.folder, issuing.crl([leaf.serial], maxVersion === 'TLSv1.2' ? 1 : 2));
    await gateway.publishPeers(
      peers({ revocation: { ...noPeers.revocation, sip: checking, crls: [{ file, source: 'manual' }] } }),
    );
    assert.equal(await answerTo({ cert: leaf.cert, key: leaf.key, maxVersion, ...(session && { session }) }), 'closed');
    const whole = issuing.leaf();
    assert.equal(await answerTo({ cert: whole.cert, key: whole.key, maxVersion }), 'SIP/2.0 200 OK');
  }
});

test('a CA that was removed counts no more for a client that comes back', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    await gateway.publishPeers(peers());
    const client = await connectSip(gateway.sipPort, ca.pem, { cert: good.cert, key: good.key, maxVersion });
    assert.equal(await client.options(), 'SIP/2.0 200 OK');
    const session = client.socket.getSession();
    client.socket.destroy();
    await gateway.publishPeers(peers({ trust: [stranger.base64] }));
    assert.equal(await answerTo({ cert: good.cert, key: good.key, maxVersion, ...(session && { session }) }), 'closed');
  }
});

test('open connections that would be refused now are closed on every edge, and reported', async () => {
  await gateway.publishPeers(peers());
  const leaf = issuing.leaf();
  const clients = await Promise.all(
    Array.from({ length: 12 }, () => connectSip(gateway.sipPort, ca.pem, { cert: leaf.cert, key: leaf.key })),
  );
  const other = await connectSip(gateway.sipPort, ca.pem, { cert: good.cert, key: good.key });
  for (const client of clients) assert.equal(await client.options(), 'SIP/2.0 200 OK');
  const file = storeCrl(gateway.folder, issuing.crl([leaf.serial], 3));
  await gateway.publishPeers(
    peers({ revocation: { ...noPeers.revocation, sip: checking, crls: [{ file, source: 'automatic' }] } }),
  );
  await Promise.all(clients.map(({ closed }) => closed));
  assert.equal(await other.options(), 'SIP/2.0 200 OK');
  other.socket.destroy();
  await eventually('every closed connection reported', () => {
    const told = reports.filter((r) => r.type === 'closed' && r.fingerprint === leaf.fingerprint);
    return told.length === clients.length;
  });
});

test('zones: by name, by address without verification, else the default zone with its access rules', async () => {
  const zoneOf = async (leaf: PeerLeaf, more: TestPeers) => {
    await gateway.publishPeers(peers(more));
    const answer = await answerTo({ cert: leaf.cert, key: leaf.key });
    await eventually('a report', () => reports.some((r) => r.type === 'peer' && chainOf(r)[0] === base64(leaf)));
    const report = reports.findLast((r) => r.type === 'peer' && chainOf(r)[0] === base64(leaf));
    assert.ok(report?.type === 'peer');
    return [answer, report.zone, report.refusal?.code ?? 'let in'];
  };
  const ok = 'SIP/2.0 200 OK';
  const named: TestPeers = { zones: [{ ...neighbor, enabled: true }, everybody] };
  assert.deepEqual(await zoneOf(issuing.leaf(), named), [ok, 'n', 'let in']);
  assert.deepEqual(await zoneOf(issuing.leaf({ name: 'other.example.com' }), named), [ok, 'default', 'let in']);
  const lenient = { ...neighbor, ekuRule: 'server-auth-accepted' } as const;
  const serverOnly = { use: ['serverAuth'] } as const;
  assert.deepEqual(await zoneOf(issuing.leaf(serverOnly), { zones: [lenient, everybody] }), [ok, 'n', 'let in']);
  assert.deepEqual(await zoneOf(issuing.leaf(serverOnly), named), ['closed', 'n', 'path.extended-key-usage']);
  const off = { ...neighbor, id: 'off', tlsVerify: false, peers: [{ host: '127.0.0.1', port: 1 }] };
  assert.deepEqual(await zoneOf(stranger.leaf(), { zones: [off, everybody] }), [ok, 'off', 'let in']);
  const rules = {
    unmatched: 'deny',
    rules: [{ name: 'ours', priority: 1, patternType: 'suffix', pattern: '.example.com', action: 'allow' }],
  } as const;
  assert.deepEqual(await zoneOf(issuing.leaf(), { zones: [everybody], accessRules: rules }), [ok, 'default', 'let in']);
  assert.deepEqual(await zoneOf(issuing.leaf({ name: 'a.example.net' }), { zones: [everybody], accessRules: rules }), [
    'closed',
    'default',
    'edge.access-denied',
  ]);
});

test('a default zone that verifies takes nobody without a certificate; one that does not takes everybody', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    await gateway.publishPeers(peers({ zones: [everybody] }));
    assert.equal(await answerTo({ maxVersion }), 'closed');
    assert.equal(await answerTo({ cert: good.cert, key: good.key, maxVersion }), 'SIP/2.0 200 OK');
    await gateway.publishPeers(peers({ zones: [{ ...everybody, tlsVerify: false }] }));
    const client = await connectSip(gateway.sipPort, ca.pem, { maxVersion });
    assert.equal(await client.options(), 'SIP/2.0 200 OK');
    await gateway.publishPeers(peers({ zones: [everybody] }));
    await client.closed;
  }
});

test('a traversal server zone is active while its client is connected, and failed when it was refused or has left', async () => {
  const zone: EdgeZone = { ...everybody, id: 'ts', kind: 'traversal-server', subjectName: 'peer.example.com' };
  await gateway.publishPeers(peers({ zones: [zone] }));
  const stateIs = (state: string, code: string) =>
    eventually(`${state} ${code}`, () => {
      const last = reports.findLast((report) => report.type === 'zone' && report.zone === 'ts');
      return last?.type === 'zone' && last.state === state && last.code === code;
    });
  const clients = [good, good].map(({ cert, key }) => connectSip(gateway.sipPort, ca.pem, { cert, key }));
  const [first, second] = await Promise.all(clients);
  for (const client of [first, second]) assert.equal(await client?.options(), 'SIP/2.0 200 OK');
  await stateIs('active', '');
  first?.socket.destroy();
  second?.socket.destroy();
  await stateIs('failed', 'edge.zone-left');
  const leaf = issuing.leaf({ use: ['serverAuth'] });
  assert.equal(await answerTo({ cert: leaf.cert, key: leaf.key }), 'closed');
  await stateIs('failed', 'path.extended-key-usage');
  const back = await connectSip(gateway.sipPort, ca.pem, { cert: good.cert, key: good.key });
  await stateIs('active', '');
  // whichever of them holds it
  for (const pid of gateway.note().edges ?? []) process.kill(pid, 'SIGKILL');
  await stateIs('failed', 'edge.process-ended');
  back.socket.destroy();
  await eventually('new edges', async () => (await gateway.statuses()).length === 2);
});

test('what is not settled here is asked of administration, and the fallback holds when nothing is known', async () => {
  for (const fallback of ['not-revoked', 'revoked'] as const) {
    const sip = { ...checking, useOcsp: true, fallback };
    await gateway.publishPeers(peers({ revocation: { ...noPeers.revocation, sip } }));
    const leaf = issuing.leaf();
    const answer = await answerTo({ cert: leaf.cert, key: leaf.key });
    assert.equal(answer, fallback === 'revoked' ? 'closed' : 'SIP/2.0 200 OK');
    assert.ok(questions.some(({ chain }) => chain[0] === base64(leaf) && chain.length === 2));
  }
});

/** The answer to OPTIONS, or `closed`. */
async function answerTo(options: ConnectionOptions): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: ca.pem,
    servername: 'gw.example.com',
    ...options,
  });
  socket.on('error', () => undefined);
  socket.on('secureConnect', () => socket.write(optionsRequest(1)));
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('data', (data) => resolve(String(data).split('\r\n')[0] ?? '')).once('close', () => resolve('closed'));
  const first = await promise;
  socket.destroy();
  return first;
}

function chainOf(report: EdgeReport): readonly string[] {
  return report.type === 'peer' ? report.chain : [];
}

function base64(leaf: PeerLeaf): string {
  return Buffer.from(leaf.der).toString('base64');
}
