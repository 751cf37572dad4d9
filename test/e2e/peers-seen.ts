/** Zones with peers that were met: what edges would report is said on the socket on which they report. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decide, trustOf } from '../../src/features/verification/verification.ts';
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import { decodePem } from '../../src/pki/pem.ts';
import type { ApiClient } from '../support/api.ts';
import type { TestGateway } from '../support/gateway.ts';
import type { OpensslCa } from '../support/openssl.ts';

/** A zone of each kind and state, access rules, a trust set, certificates good and bad. */
export async function meetPeers(gateway: TestGateway, client: ApiClient, issuing: OpensslCa, unknown: OpensslCa) {
  await client.must('POST', '/trust-sets', { name: 'partners' });
  const file = { file: Buffer.from(unknown.certificate).toString('base64'), name: 'partner.pem' };
  await client.must('POST', '/trust-sets/partners/certificates', file);
  const zone = (body: object) => client.must<{ id: string }>('POST', '/zones', body);
  const partner = await zone({
    name: 'Partner',
    kind: 'neighbor',
    peers: ['sip.partner.example', 'sip2.partner.example'],
    tlsVerify: true,
    trustSet: 'partners',
    ekuRule: { until: '2027-03-15' },
  });
  const core = await zone({
    name: 'Core',
    kind: 'traversal-client',
    peers: ['192.0.2.17'],
    port: 7001,
    tlsVerify: true,
  });
  await zone({ name: 'Branches', kind: 'traversal-server', subjectName: 'branch.example.com', tlsVerify: true });
  await zone({ name: 'Old lab', kind: 'neighbor', peers: ['lab.example.com'], enabled: false });
  await client.must('PUT', '/zones/access-rules', {
    version: 0,
    unmatched: 'deny',
    rules: [
      { name: 'Known partners', priority: 10, patternType: 'suffix', pattern: '.partner.example', action: 'allow' },
      { name: 'No test systems', priority: 20, patternType: 'regex', pattern: '(test|lab)[0-9]*\\..+', action: 'deny' },
    ],
  });
  const root = certificateOf(unknown.certificate);
  const judged = async (ca: OpensslCa, name: string, zoneId: string, days: number) => {
    const leaf = certificateOf((await ca.issue([name], { days })).certificate);
    const decision = decide(
      { chain: [leaf], trust: trustOf([root]), purpose: 'sip-client', names: [name], time: Date.now() },
      { monotonic: () => performance.now() },
    );
    const chain = [Buffer.from(leaf.der).toString('base64')];
    return {
      type: 'peer',
      at: Date.now(),
      listener: 'sip-tls',
      zone: zoneId,
      address: '198.51.100.7',
      chain,
      decision,
    };
  };
  const state = (zoneId: string, peer: string, word: string, code: string, words: string, at = Date.now()) => ({
    type: 'zone',
    at,
    zone: zoneId,
    peer,
    state: word,
    code,
    words,
  });
  await report(gateway, [
    await judged(unknown, 'sip.partner.example', partner.id, 12),
    await judged(unknown, 'sip2.partner.example', partner.id, 200),
    await judged(issuing, 'stranger.example.org', 'default', 90),
    state(partner.id, 'sip.partner.example:5061', 'active', '', 'OPTIONS answered with 200 OK.'),
    state(
      partner.id,
      'sip2.partner.example:5061',
      'active',
      '',
      'OPTIONS answered with 200 OK.',
      Date.now() - 9_000_000,
    ),
    state(
      ...([partner.id, 'sip2.partner.example:5061', 'failed', 'revocation.revoked'] as const),
      'The certificate of sip2.partner.example was revoked on 2026-11-20 (keyCompromise).',
    ),
    state(
      core.id,
      '192.0.2.17:7001',
      'failed',
      'path.name-mismatch',
      'The certificate is not for 192.0.2.17; it is for core.example.com.',
    ),
    {
      type: 'closed',
      at: Date.now(),
      zone: partner.id,
      listener: 'sip-tls',
      address: '198.51.100.8',
      fingerprint: '',
      reason: 'The certificate was revoked on 2026-11-20 (keyCompromise).',
    },
  ]);
}

async function report(gateway: TestGateway, reports: readonly object[]): Promise<void> {
  const socket = connect(join(gateway.folder, 'run', 'reports.sock'));
  await once(socket, 'connect');
  socket.end(reports.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await once(socket, 'close');
}

function certificateOf(pem: string) {
  const blocks = decodePem(pem);
  const parsed = blocks.ok ? parseCertificate(blocks.value[0]?.der ?? new Uint8Array()) : undefined;
  if (parsed === undefined || !parsed.ok) throw new Error('openssl made no certificate');
  return parsed.value;
}
