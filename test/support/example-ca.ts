/** The private CA of a gateway in a test: a trusted root, and an intermediate that issues below example.com. */
import type { ApiClient } from './api.ts';

/** Names the gateway, too: no certificate could name where its CRL is otherwise. Answers the root. */
export async function createExampleCa(
  api: ApiClient,
  fqdn: string,
  algorithm: string,
): Promise<{ readonly pem: string }> {
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', { version, fqdn });
  const passphrase = 'nine violet engines under glass';
  const subject = (value: string) => [{ type: 'CN', value }];
  const root = await api.must<{ id: string; pem: string }>('POST', '/private-ca/roots', {
    subject: subject('Example root'),
    algorithm,
    passphrase,
    trust: true,
  });
  await api.must('POST', '/private-ca/intermediates', {
    subject: subject('Example intermediate'),
    parent: root.id,
    passphrase,
    constraints: { dns: ['example.com'], ip: ['127.0.0.0/8'], email: [] },
  });
  return root;
}
