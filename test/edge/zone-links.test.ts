/** Calls of the gateway to the peers of its zones: who calls, what is presented, what is reported, when it hangs up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type EdgeLine, listenToEdges } from '../../src/edge/reports/administration-side.ts';
import type { EdgeReport, ZoneReported } from '../../src/edge/reports/report.ts';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import type { EdgeZone } from '../../src/features/zones/zones.ts';
import { createLog } from '../../src/lib/log.ts';
import { makeTestCa } from './identities.ts';
import { makePeerCa, storeCrl } from './peer-certificates.ts';
import { eventually, startTestGateway, type TestGateway, type TestPeers } from './running-gateway.ts';

const ca = makeTestCa();
const peerCa = makePeerCa();
const own = peerCa.leaf({ name: 'localhost' });
const reports: EdgeReport[] = [];
let gateway: TestGateway;
let peer: Server;
let callers: TLSSocket[] = [];
let line: EdgeLine;

function zone(more: Partial<EdgeZone> = {}): EdgeZone {
  const { port } = peer.address() as { port: number };
  return {
    id: 'z',
    name: 'Peer',
    kind: 'neighbor',
    peers: [{ host: 'localhost', port }],
    tlsVerify: true,
    identity: 'client',
    ekuRule: 'strict',
    trustSet: 'peers',
    enabled: true,
    ...more,
  };
}

function peers(zones: readonly EdgeZone[], more: TestPeers = {}): TestPeers {
  return { zones, trustSets: { peers: [peerCa.base64] }, ...more };
}

before(async () => {
  const options = { cert: own.cert, key: own.key, requestCert: true, rejectUnauthorized: false };
  peer = createServer(options, (socket) => {
    callers.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      callers = callers.filter((one) => one !== socket);
    });
    socket.on('data', (chunk) => {
      const request = chunk.toString();
      if (!request.startsWith('OPTIONS')) return;
      const headers = request.split('\r\n').slice(1);
      socket.write(['SIP/2.0 200 OK', ...headers.filter((line: string) => !line.startsWith('Max'))].join('\r\n'));
    });
  });
  peer.listen(0, 'localhost');
  await once(peer, 'listening');
  gateway = await startTestGateway({
    identities: [ca.identity('server', [], 1), { ...ca.identity('client', ['gw.example.com'], 7), names: [] }],
    edges: 2,
  });
  line = await listenToEdges(
    gateway.folder,
    { report: (report) => void reports.push(report), evidence: async () => ({ ocsp: [], crls: [] }) },
    createLog('error', 'test'),
  );
});

after(async () => {
  line?.close();
  await gateway?.stop();
  for (const socket of callers) socket.destroy();
  peer?.close();
});

async function told(state: ZoneReported['state'], code = ''): Promise<ZoneReported> {
  const find = () => reports.findLast((r) => r.type === 'zone' && r.state === state && r.code === code);
  await eventually(`${state} ${code}`, () => find() !== undefined).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(reports.filter((r) => r.type === 'zone'))}`);
  });
  const found = find();
  assert.ok(found?.type === 'zone');
  return found;
}

test('one edge calls the peer, presents the certificate of the zone and reports it active', async () => {
  await gateway.publishPeers(peers([zone()]));
  await told('active');
  assert.equal(callers.length, 1);
  assert.match(callers[0]?.getPeerX509Certificate()?.subject ?? '', /gw\.example\.com/);
  const seen = reports.find((r) => r.type === 'peer' && r.listener === 'outbound');
  assert.ok(seen?.type === 'peer' && seen.decision.accepted && seen.zone === 'z');
});

test('a peer whose certificate is revoked is hung up on, and the zone fails with the reason', async () => {
  const file = storeCrl(gateway.folder, peerCa.crl([own.serial], 1));
  const sip = { ...noPeers.revocation.sip, mode: 'leaf' } as const;
  const [caller] = callers;
  const gone = new Promise((resolve) => caller?.once('close', resolve));
  await gateway.publishPeers(
    peers([zone()], { revocation: { ...noPeers.revocation, sip, crls: [{ file, source: 'automatic' }] } }),
  );
  await gone;
  const { words } = await told('failed', 'revocation.revoked');
  assert.match(words, /^Revoked on /);
  reports.length = 0;
  await gateway.publishPeers(peers([zone()]));
  await told('active');
});

test('a name that the certificate does not prove fails the zone, and an unreachable peer is said to be one', async () => {
  const { port, address } = peer.address() as { port: number; address: string };
  reports.length = 0;
  await gateway.publishPeers(peers([zone({ peers: [{ host: address, port }] })]));
  await told('failed', 'path.name-mismatch');
  await gateway.publishPeers(peers([zone({ id: 'dead', peers: [{ host: '127.0.0.1', port: 9 }] })]));
  await told('failed', 'edge.zone-unreachable');
  await gateway.publishPeers(peers([zone({ id: 'bare', identity: 'domain:none.example.com' })]));
  await told('failed', 'edge.zone-identity');
});

test('when the edge that calls dies another one takes over', async () => {
  reports.length = 0;
  await gateway.publishPeers(peers([zone()]));
  await told('active');
  const pids = gateway.note().edges ?? [];
  reports.length = 0;
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await told('active');
  assert.equal(callers.filter(({ destroyed }) => !destroyed).length, 1);
  await gateway.publishPeers(peers([]));
  await eventually('nobody calls any more', () => callers.length === 0);
});
