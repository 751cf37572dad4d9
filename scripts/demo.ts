/**
 * `npm run demo`: the whole flow of a certificate with real OpenSSL as the CA, on free ports and in a temporary folder.
 * Ends with a table of what was shown; exit code 1 when anything did not go as it should.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, setUp } from '../test/support/api.ts';
import { startGateway } from '../test/support/gateway.ts';
import { createOpensslCa } from '../test/support/openssl.ts';
import { baresip, curl, freeShortPort, type Ran, sClient, sipsak } from './demo/programs.ts';
import { openSipConnection } from './demo/sip-connection.ts';
import { createTable } from './demo/table.ts';
import { ensureTools } from './tools.ts';

const cluster = 'cluster.example.com';
const { title, say, note, print } = createTable();

const missing = ensureTools();
if (missing.length > 0) console.log(`Missing programs, their steps are left out: ${missing.join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'tollgate-demo-'));
const gateway = await startGateway({ folder: join(folder, 'data'), sipPort: await freeShortPort() });
try {
  await play();
} finally {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
process.exitCode = print() ? 0 : 1;

async function play(): Promise<void> {
  title('Start and set-up');
  say(`The gateway runs: HTTPS ${gateway.httpsPort}, SIP TLS ${gateway.sipPort}`);
  const api = await setUp(gateway);
  note('first account made through the one-time link', true);
  await describeGateway(api);

  title('Certificate signing request');
  const csr = await api.must<{ pem: string; names: { text: string }[] }>('POST', '/identities/server/csr', {
    alternativeNames: 'this-peer',
    key: 'rsa-2048',
    country: 'GB',
    organization: 'Example',
  });
  for (const { text } of csr.names) say(`  ${text}`);
  note('CSR for a clustered edge gateway with unified communications names', csr.names.length >= 5);

  title('The CA signs: openssl ca with a demoCA folder');
  const ca = await createOpensslCa(join(folder, 'demoCA'), { name: 'Demo CA', key: 'rsa' });
  const wrong = await createOpensslCa(join(folder, 'wrongCA'), { name: 'Wrong CA', key: 'rsa' });
  const certificate = await ca.sign(csr.pem);
  note('openssl ca signed the request', certificate.includes('BEGIN CERTIFICATE'));

  title('A SIP TLS connection from before the change');
  const early = await openSipConnection(gateway.sipPort);
  note('OPTIONS answered over it', (await early.options()) === 200);

  title('Append the CA, upload the certificate');
  await api.must('POST', '/trusted-cas', { file: base64(ca.certificate), name: 'demo-ca.pem' });
  note('CA certificate appended to the trusted CA list', true);
  const preview = await api.must<{ previewId: string; warnings: { detail: string }[] }>(
    'POST',
    '/identities/server/uploads',
    {
      files: [{ name: 'server.pem', content: base64(certificate) }],
    },
  );
  for (const { detail } of preview.warnings) say(`  warning: ${detail}`);
  const changed = await api.must<{ served: boolean }>(
    'POST',
    `/identities/server/uploads/${preview.previewId}/confirmation`,
    {},
  );
  note('certificate served from the next handshake on, without a restart', changed.served);

  title('Clients against the new certificate, each also with a wrong CA');
  await clients(ca.certificateFile, wrong.certificateFile);

  title('The connection from before the change');
  note('is still alive: OPTIONS answered over it', (await early.options()) === 200);
  early.close();
}

async function describeGateway(api: ApiClient): Promise<void> {
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', {
    version,
    role: 'edge',
    fqdn: 'edge1.example.com',
    clusterName: cluster,
    peers: ['edge2.example.com'],
    unifiedCommunications: {
      mra: true,
      xmppFederation: true,
      registrationDomains: ['example.com'],
      registrationDomainFormat: 'collab-edge-dns',
      federationDomains: ['example.com'],
      chatNodeAliases: ['chat1.example.com', 'chat2.example.com'],
    },
  });
  note('named as a clustered edge gateway with mobile access and XMPP federation', true);
}

async function clients(good: string, bad: string): Promise<void> {
  const { httpsPort, sipPort } = gateway;
  await pair(`openssl s_client, HTTPS port`, (ca) => sClient(httpsPort, cluster, ca), good, bad);
  if (!missing.includes('curl')) await pair('curl --cacert', (ca) => curl(httpsPort, cluster, ca), good, bad);
  await pair('openssl s_client, SIP TLS port', (ca) => sClient(sipPort, cluster, ca), good, bad);
  if (!missing.includes('baresip'))
    await pair(
      'baresip /options, server verified, TLS 1.3',
      (ca) => baresip(join(folder, 'baresip'), sipPort, cluster, ca),
      good,
      bad,
    );
  if (!missing.includes('sipsak'))
    await pair('sipsak OPTIONS, server verified, TLS 1.2', (ca) => sipsak(sipPort, cluster, ca), good, bad);
}

/** A client must succeed with the CA and fail with another: the second shows that it looks at all. */
async function pair(name: string, client: (caFile: string) => Promise<Ran>, good: string, bad: string): Promise<void> {
  const right = await client(good);
  note(`${name}: succeeds with the CA`, right.ok, right.output);
  const wrong = await client(bad);
  note(`${name}: fails with a wrong CA`, !wrong.ok, wrong.output);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
