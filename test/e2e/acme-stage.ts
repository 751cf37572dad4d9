/** A gateway with a CA that speaks ACME, its staging server and a browser: what the tests of the ACME pages begin with. */
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { type AcmeCa, startAcmeCa } from '../support/acme-ca.ts';
import { type ApiClient, setUp } from '../support/api.ts';
import { freePort } from '../support/free-port.ts';
import { raiseStage, type Stage } from './stage.ts';

interface AcmeSetting {
  readonly ca: AcmeCa;
  /** Where set-ups are tested. */
  readonly staging: AcmeCa;
  /** Where the gateway answers HTTP-01. */
  readonly httpPort: number;
  /** Logged in as administrator. */
  readonly api: ApiClient;
  /** Id of the provider *Test CA*, whose root is trusted; no certificate uses it yet. */
  readonly provider: string;
  changeSlot(slot: string, change: object): Promise<void>;
}

/** Both CAs take every proof for good. */
export async function raiseAcmeStage(): Promise<Stage<AcmeSetting>> {
  const httpPort = freePort();
  const started: AcmeCa[] = [];
  const startCa = async () => {
    const ca = await startAcmeCa({ validation: 'always' });
    started.push(ca);
    return ca;
  };
  const stage = raiseStage({ httpPort }, async ({ gateway }) => {
    const ca = await startCa();
    const staging = await startCa();
    const api = await setUp(gateway);
    await trustAndName(api, ca);
    const { id } = await api.must<{ id: string }>('POST', '/acme/providers', {
      kind: 'acme',
      name: 'Test CA',
      directoryUrl: ca.directoryUrl,
      stagingUrl: staging.directoryUrl,
      caPem: ca.httpsRoot + staging.httpsRoot,
      approvedHosts: ['localhost'],
      contact: ['ops@example.com'],
    });
    return {
      ca,
      staging,
      httpPort,
      api,
      provider: id,
      changeSlot: (slot: string, change: object) => changeSlot(api, slot, change),
    };
  });
  after(() => Promise.all(started.map((ca) => ca.close())));
  return stage;
}

/** The gateway trusts what the CA signs and has a name to order a certificate for. */
export async function trustAndName(api: ApiClient, ca: AcmeCa): Promise<void> {
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', { version, fqdn: 'gateway.example.com' });
  const file = Buffer.from(ca.issuer.root.pem).toString('base64');
  await api.must('POST', '/trusted-cas', { file, name: 'root.pem' });
}

export async function changeSlot(api: ApiClient, slot: string, change: object): Promise<void> {
  const { version } = await api.must<{ version: number }>('GET', `/acme/slots/${slot}`);
  await api.must('PATCH', `/acme/slots/${slot}`, { version, ...change });
}

/** Opens the field and chooses, as a mouse does. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}
