/**
 * Open connections end when what they rest on ends or changes: an OCSP responder that has learned of a revocation, a CRL
 * or a certificate that runs out.
 */
import assert from 'node:assert/strict';
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
import { eventually, startTestGateway } from './running-gateway.ts';
import { connectSip, type SipClient } from './sip-client.ts';

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

  await ca.revoke(leaf);
  const began = performance.now();
  await client.closed;
  const took = performance.now() - began;
  t.diagnostic(`closed ${Math.round(took)} ms after the revocation, ${responder.asked() - asked} questions`);
  // three seconds and a little on a machine with nothing else to do; the answer at hand is good for a day
  await eventually('the reason', async () => (await gateway.closedFor(leaf.fingerprint)).length > 0);
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
  const connect = ({ cert, key }: { cert: string; key: string }) => connectSip(gateway.sipPort, ca.pem, { cert, key });
  const sip = { mode: 'leaf', useCrls: true, useOcsp: false, allowCdp: false, fallback: 'revoked' } as const;
  const use = (crl: Uint8Array) => {
    const crls = [{ file: storeCrl(gateway.folder, crl), source: 'manual' } as const];
    return gateway.publishPeers({ trust: [peerCa.base64], revocation: { ...noPeers.revocation, sip, crls } });
  };
  const untilCrl = await letInUntil(async (ends) => {
    await use(peerCa.crl([], 1, ends));
    return connect(peerCa.leaf());
  });
  await untilCrl.client.closed;
  assert.ok(Date.now() >= untilCrl.ends, `${untilCrl.ends - Date.now()} ms early`);

  await use(peerCa.crl([], 2));
  const short = await letInUntil((notAfter) => connect(peerCa.leaf({ notAfter })));
  const long = await connect(peerCa.leaf());
  await short.client.closed;
  assert.ok(Date.now() >= short.ends, `${short.ends - Date.now()} ms early`);
  assert.equal(await long.options(), 'SIP/2.0 200 OK');
  long.socket.destroy();
});

/** A client that was let in before `ends`, a whole second; there is more time when the machine needed all of it. */
async function letInUntil(
  connect: (ends: number) => Promise<SipClient>,
): Promise<{ readonly client: SipClient; readonly ends: number }> {
  for (let seconds = 4; ; seconds *= 2) {
    const ends = (Math.floor(Date.now() / 1_000) + seconds) * 1_000;
    const client = await connect(ends);
    const answer = await client.options();
    if (answer === 'SIP/2.0 200 OK') return { client, ends };
    assert.ok(Date.now() >= ends, answer);
  }
}
