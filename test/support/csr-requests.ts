/** A gateway whose requests are tried out: after each test none is pending and the settings are as before; for a file of tests. */
import { after, afterEach } from 'node:test';
import type { CsrForm, CsrPreview, CsrView } from '../../src/features/identity/schemas.ts';
import { defaultSettings } from '../../src/features/settings/settings.ts';
import { type IdentityGateway, startIdentityGateway } from './identity-gateway.ts';

export const server = '/identities/server';
const fqdn = 'gw1.example.com';
const { role, clusterName, peers, dnsNames, unifiedCommunications } = defaultSettings;

/** Closed after the last test of the file; nothing else works before `start`. */
export function csrRequests() {
  let gateway: IdentityGateway;
  after(() => gateway.close());
  afterEach(async () => {
    await gateway.call('DELETE', `${server}/csr`);
    await gateway.set({ fqdn, role, clusterName, peers, dnsNames, unifiedCommunications });
  });
  return {
    /** Once, before the first test. */
    async start() {
      gateway = await startIdentityGateway({ fqdn });
      return gateway;
    },
    preview: (form: CsrForm) => gateway.must<CsrPreview>('POST', `${server}/csr/preview`, form),
    generate: (form: CsrForm = {}, slot = server) => gateway.must<CsrView>('POST', `${slot}/csr`, form),
    codes: (list: readonly { code: string }[]) => list.map(({ code }) => code),
  };
}
