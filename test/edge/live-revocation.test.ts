/**
 * Open connections end when what they rest on ends or changes: an OCSP responder that has learned of a revocation, a CRL
 * or a certificate that runs out.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPrivateCa } from '../../scripts/demo/private-ca.ts';
import { noPeers } from '../../src/edge/snapshot-peers.ts';
import { makeTestCa } from './identities.ts';
import { startLocalGateway } from './local-gateway.ts';
import { startResponder } from './ocsp-responder.ts';
import { makePeerCa, storeCrl } from './peer-certificates.ts';
import { startTestGateway } from './running-gateway.ts';
import { connectSip, type SipClient } from './sip-client.ts';

const within = 5_000;

test('a certificate that its OCSP responder calls revoked loses its open connections, though the last answer still holds', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-ocsp-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ca = await createPrivateCa(folder, 'Peer CA');
  const responder = await startResponder(t, ca.ca);
  const gateway = await startLocalGateway(folder, ca);
  t.after(() => gateway.stop());
  await gateway.changeZone('Default zone', { tlsVerify: true });
  await gateway.checkRevocation({ mode: 'leaf', fallback: 'revoked' });
  const leaf = await ca.leaf({ name: 'peer.example.com', ocsp: responder.url });
  const other = await ca.leaf({ name: 'peer.example.com', ocsp: responder.url });
  const connect = ({ certificate, key }: typeof leaf) =>
    connectSip(gateway.sipPort, ca.ca.certificate, { cert: certificate, key });
  const client = await connect(leaf);
  const stays = await connect(other);
  assert.equal(await client.options(), 'SIP/2.0 200 OK');
  assert.equal(await stays.options(), 'SIP/2.0 200 OK');
  const asked = responder.asked();

  const closed = once(client.socket, 'close');
  await ca.revoke(leaf);
  const took = await timed(() => closed);
  t.diagnostic(`closed ${Math.round(took)} ms after the revocation, ${responder.asked() - asked} questions`);
  // three seconds and a little on a machine with nothing else to do
  assert.ok(took < 3 * within, `${took} ms`);
  assert.deepEqual(await gateway.closedFor(leaf.fingerprint), ['revocation.revoked']);
  assert.equal(await stays.options(), 'SIP/2.0 200 OK');
  stays.socket.destroy();
  const again = await connect(leaf);
  assert.equal(await again.options(), 'closed');
});

test('a CRL that runs out and a certificate that runs out end the connections that rest on them', async (t) => {
  const ca = makeTestCa();
  const peerCa = makePeerCa();
  const gateway = await startTestGateway({ identities: [ca.identity('server', [], 1)] });
  t.after(() => gateway.stop());
  const connect = async ({ cert, key }: { cert: string; key: string }): Promise<SipClient> => {
    const client = await connectSip(gateway.sipPort, ca.pem, { cert, key });
    assert.equal(await client.options(), 'SIP/2.0 200 OK');
    return client;
  };
  const ends = Date.now() + 4_000;
  const sip = { mode: 'leaf', useCrls: true, useOcsp: false, allowCdp: false, fallback: 'revoked' } as const;
  const file = storeCrl(gateway.folder, peerCa.crl([], 1, ends));
  const use = (crls: (typeof noPeers)['revocation']['crls']) =>
    gateway.publishPeers({ trust: [peerCa.base64], revocation: { ...noPeers.revocation, sip, crls } });
  await use([{ file, source: 'manual' }]);
  const client = await connect(peerCa.leaf());
  await once(client.socket, 'close');
  assert.ok(
    Date.now() >= Math.floor(ends / 1_000) * 1_000 && Date.now() < ends + 2 * within,
    `${Date.now() - ends} ms`,
  );

  await use([{ file: storeCrl(gateway.folder, peerCa.crl([], 2)), source: 'manual' }]);
  const notAfter = Date.now() + 3_000;
  const short = await connect(peerCa.leaf({ notAfter }));
  const long = await connect(peerCa.leaf());
  await once(short.socket, 'close');
  assert.ok(Date.now() < notAfter + 2 * within, `${Date.now() - notAfter} ms`);
  assert.equal(await long.options(), 'SIP/2.0 200 OK');
  long.socket.destroy();
});

async function timed(wait: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await wait();
  return performance.now() - began;
}
