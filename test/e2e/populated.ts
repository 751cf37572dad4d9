/** Brings a gateway into a state in which most of what the pages can show is there to be seen. */
import { join } from 'node:path';
import { type ApiClient, setUp } from '../support/api.ts';
import type { TestGateway } from '../support/gateway.ts';
import { createOpensslCa } from '../support/openssl.ts';
import { meetPeers } from './peers-seen.ts';

/** Uses up the set-up link. `folder` takes the authorities; the client that comes back is logged in. */
export async function populate(gateway: TestGateway, folder: string): Promise<ApiClient> {
  const client = await setUp(gateway);
  const root = await createOpensslCa(join(folder, 'root'), { name: 'Example Root CA' });
  const issuing = await root.issueCa(join(folder, 'issuing'), { name: 'Example Issuing CA 2' });
  const unknown = await createOpensslCa(join(folder, 'unknown'), { name: 'Partner Root CA' });

  await nameIt(client);
  await append(client, root.certificate + issuing.certificate, 'example.pem');
  await append(
    client,
    (await createOpensslCa(join(folder, 'twin'), { name: 'Example Root CA' })).certificate,
    'twin.pem',
  );

  await client.must('POST', '/identities/server/csr', { organization: 'Example Ltd', country: 'GB' });
  const { pem } = await client.must<{ pem: string }>('GET', '/identities/server/csr');
  const from = { startDate: stamp(-320), endDate: stamp(45) };
  await upload(client, 'server', [await issuing.sign(pem, from), issuing.certificate]);
  await client.must('POST', '/identities/server/csr', { organization: 'Example Ltd', key: 'ec-p256' });

  await domain(client, 'video.example.net', await unknown.issue(['video.example.net'], { days: 60 }));
  const old = await issuing.issue(['old.example.net'], { startDate: stamp(-95), endDate: stamp(-2) });
  await domain(client, 'old.example.net', old, true);
  await domain(client, 'meet.example.org');

  await revocation(client, await issuing.crl({ days: 7 }));
  await meetPeers(gateway, client, issuing, unknown);

  await client.must('POST', '/users', { name: 'nightwatch', role: 'auditor', password: 'quiet heron walks at dawn' });
  await client.must('POST', '/users', {
    name: 'former.colleague',
    role: 'administrator',
    password: 'paper kite over dunes',
  });
  await client.must('PATCH', '/users/former.colleague', { disabled: true });
  await client.must('POST', '/tokens', { name: 'backup job on host7', scopes: ['read'], ranges: ['192.0.2.0/24'] });
  return client;
}

/** An uploaded CRL, and a distribution point that nobody answers. */
async function revocation(client: ApiClient, crl: string): Promise<void> {
  await client.must('POST', '/revocation/crl', { file: Buffer.from(crl).toString('base64'), name: 'issuing.crl' });
  const { version } = await client.must<{ version: number }>('GET', '/revocation/settings');
  await client.must('PUT', '/revocation/settings', {
    version,
    automatic: { enabled: true, points: ['http://127.0.0.1/example.crl', 'http://crl.invalid/partner.crl'] },
    purposes: { 'sip-tls': { mode: 'chain' }, ldap: { mode: 'leaf', fallback: 'not-revoked' } },
  });
}

async function nameIt(client: ApiClient): Promise<void> {
  const { version } = await client.must<{ version: number }>('GET', '/settings');
  await client.must('PATCH', '/settings', {
    version,
    fqdn: 'edge1.example.com',
    clusterName: 'cluster.example.com',
    peers: 'edge2.example.com, edge3.example.com',
    unifiedCommunications: {
      mra: true,
      xmppFederation: true,
      registrationDomains: 'example.com, example.org',
      registrationDomainFormat: 'collab-edge-dns',
      chatNodeAliases: 'chatroom1.example.com, chatroom2.example.com',
    },
  });
}

function append(client: ApiClient, pem: string, name: string): Promise<unknown> {
  return client.must('POST', '/trusted-cas', { file: base64(pem), name });
}

async function upload(client: ApiClient, slot: string, pems: readonly string[], force = false): Promise<void> {
  const path = `/identities/${encodeURIComponent(slot)}/uploads`;
  const preview = await client.must<{ previewId: string; typed: string | null }>('POST', path, {
    files: pems.map((pem, index) => ({ name: `file${index}.pem`, content: base64(pem) })),
    force,
  });
  await client.must('POST', `${path}/${preview.previewId}/confirmation`, {
    ...(preview.typed !== null && { typed: preview.typed }),
  });
}

async function domain(
  client: ApiClient,
  name: string,
  issued?: { readonly certificate: string; readonly key: string },
  force = false,
): Promise<void> {
  await client.must('POST', '/identities', { domain: name });
  if (issued) await upload(client, `domain:${name}`, [issued.certificate, issued.key], force);
}

/** A day from now, as `openssl ca` takes it. */
function stamp(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
