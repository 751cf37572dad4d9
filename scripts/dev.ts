/**
 * `npm run dev`: a gateway in `tmp/dev` on the usual ports with every state to be seen (served, expiring, expired,
 * pending), and the web page built anew at each change. Ends with Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, administrator, setUp } from '../test/support/api.ts';
import { startGateway } from '../test/support/gateway.ts';
import { createOpensslCa, type OpensslCa, type OpensslSignOptions } from '../test/support/openssl.ts';

const folder = join('tmp', 'dev');
const fresh = !existsSync(join(folder, 'data', 'tollgate.db'));
mkdirSync(folder, { recursive: true });

const gateway = await startGateway({ folder: join(folder, 'data'), httpsPort: 8443, sipPort: 5061, logLevel: 'info' });
if (fresh) await seed();
console.log(`Gateway: https://localhost:${gateway.httpsPort}/  (${administrator.name} / ${administrator.password})`);
const web = spawn(
  process.execPath,
  ['node_modules/vite/bin/vite.js', 'build', 'web', '--watch', '--logLevel', 'warn'],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    web.kill();
    void gateway.stop().then(() => process.exit(0));
  });
}

async function seed(): Promise<void> {
  const api = await setUp(gateway);
  const ca = await createOpensslCa(join(folder, 'ca'), { name: 'Development CA' });
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', {
    version,
    fqdn: 'edge1.example.com',
    clusterName: 'cluster.example.com',
    peers: ['edge2.example.com'],
    unifiedCommunications: { mra: true, xmppFederation: true, registrationDomains: ['example.com'] },
  });
  await api.must('POST', '/trusted-cas', { file: base64(ca.certificate), name: 'development-ca.pem' });
  await enrol(api, ca, 'server', {});
  await enrol(api, ca, 'client', { days: 9 });
  for (const domain of ['video.example.org', 'old.example.net', 'waiting.example.net'])
    await api.must('POST', '/identities', { domain });
  await enrol(api, ca, 'domain:video.example.org', { days: 90 });
  await enrol(api, ca, 'domain:old.example.net', { startDate: '20240101000000Z', endDate: '20250101000000Z' });
  await api.must('POST', `/identities/${encodeURIComponent('domain:waiting.example.net')}/csr`, {});
  await api.must('POST', '/users', { name: 'auditor', role: 'auditor', password: 'quiet meadow 12 lantern canal' });
}

/** CSR, `openssl ca`, upload: an expired certificate is forced in, to be seen as one. */
async function enrol(api: ApiClient, ca: OpensslCa, slot: string, options: OpensslSignOptions): Promise<void> {
  const path = `/identities/${encodeURIComponent(slot)}`;
  const csr = await api.must<{ pem: string }>('POST', `${path}/csr`, {});
  const content = base64(await ca.sign(csr.pem, options));
  const preview = await api.must<{ previewId: string; typed: string | null }>('POST', `${path}/uploads`, {
    files: [{ name: 'certificate.pem', content }],
    force: options.endDate !== undefined,
  });
  const typed = preview.typed === null ? {} : { typed: preview.typed };
  await api.must('POST', `${path}/uploads/${preview.previewId}/confirmation`, typed);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
