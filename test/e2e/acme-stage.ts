/** A gateway with a CA that speaks ACME, its staging server and a browser: what the tests of the ACME pages begin with. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { type AcmeCa, startAcmeCa } from '../support/acme-ca.ts';
import { type ApiClient, setUp } from '../support/api.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { openBrowser } from './browser.ts';

export interface AcmeStage {
  readonly ca: AcmeCa;
  /** Where set-ups are tested. */
  readonly staging: AcmeCa;
  readonly gateway: TestGateway;
  /** Where the gateway answers HTTP-01. */
  readonly httpPort: number;
  readonly browser: Browser;
  /** Logged in as administrator. */
  readonly api: ApiClient;
  /** Id of the provider *Test CA*, whose root is trusted; no certificate uses it yet. */
  readonly provider: string;
  changeSlot(slot: string, change: object): Promise<void>;
  close(): Promise<void>;
}

/** Both CAs take every proof for good. */
export async function openAcmeStage(): Promise<AcmeStage> {
  const httpPort = await freePort();
  const [ca, staging, gateway, browser] = await Promise.all([
    startAcmeCa({ validation: 'always' }),
    startAcmeCa({ validation: 'always' }),
    startGateway({ httpPort }),
    openBrowser(),
  ]);
  const api = await setUp(gateway);
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', { version, fqdn: 'gateway.example.com' });
  const file = Buffer.from(ca.issuer.root.pem).toString('base64');
  await api.must('POST', '/trusted-cas', { file, name: 'root.pem' });
  const { id } = await api.must<{ id: string }>('POST', '/acme/providers', {
    ...{ kind: 'acme', name: 'Test CA', directoryUrl: ca.directoryUrl, stagingUrl: staging.directoryUrl },
    ...{ caPem: ca.httpsRoot + staging.httpsRoot, approvedHosts: ['localhost'], contact: ['ops@example.com'] },
  });
  return {
    ...{ ca, staging, gateway, httpPort, browser, api, provider: id },
    changeSlot: async (slot, change) => {
      const known = await api.must<{ version: number }>('GET', `/acme/slots/${slot}`);
      await api.must('PATCH', `/acme/slots/${slot}`, { version: known.version, ...change });
    },
    close: async () => {
      await browser.close();
      await gateway.stop();
      await Promise.all([ca.close(), staging.close()]);
    },
  };
}

/** Opens the field and chooses, as a mouse does. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
