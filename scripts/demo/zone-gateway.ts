/** A gateway of the zones demonstration: one address, a name, a certificate of a private CA, and its zones. */
import { type ApiClient, setUp } from '../../test/support/api.ts';
import { startGateway } from '../../test/support/gateway.ts';
import type { PrivateCa } from './private-ca.ts';
import { waitFor } from './wait-for.ts';

export interface ZoneGatewayOptions {
  readonly folder: string;
  readonly address: string;
  readonly fqdn: string;
  readonly role: 'core' | 'edge';
  /** 8443 and 5061 unless told. */
  readonly httpsPort?: number;
  readonly sipPort?: number;
  /** Signs its certificate; trusted by it. */
  readonly ca: PrivateCa;
}

export interface ZoneState {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly state: 'active' | 'failed' | 'checking' | 'off';
  readonly words: string;
  readonly advice: readonly string[];
  readonly states: readonly { readonly peer: string; readonly state: string; readonly code: string }[];
}

export interface PeerState {
  readonly accepted: boolean;
  readonly code: string;
  readonly words: string;
  readonly refusal: string | null;
}

export interface ZoneGateway {
  readonly address: string;
  readonly fqdn: string;
  readonly sipPort: number;
  readonly api: ApiClient;
  /** Zones and settings are in force when these resolve. */
  addZone(fields: { readonly name: string; readonly kind: string } & Readonly<Record<string, unknown>>): Promise<void>;
  changeZone(name: string, changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Replaces the access rules of the default zone. */
  accessRules(rules: { readonly unmatched: 'allow' | 'deny'; readonly rules: readonly object[] }): Promise<void>;
  zone(name: string): Promise<ZoneState>;
  /** What the register of peers says about a certificate; undefined when no peer has shown it. */
  peer(fingerprint: string): Promise<PeerState | undefined>;
  /** Reasons for which connections with this certificate were closed while they were open. */
  closedFor(fingerprint: string): Promise<readonly string[]>;
  trust(certificate: string): Promise<void>;
  distrust(fingerprint: string): Promise<void>;
  /** How revocation is checked for SIP, and further settings beside it. */
  checkRevocation(
    sip: Readonly<Record<string, unknown>>,
    more?: { readonly automatic?: object; readonly allowedHosts?: readonly string[] },
  ): Promise<void>;
  uploadCrl(crl: string): Promise<void>;
  /** Fetches every CRL now; answers when it has begun. */
  updateCrls(): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

export async function startZoneGateway(options: ZoneGatewayOptions): Promise<ZoneGateway> {
  const { folder, address, fqdn, ca } = options;
  const gateway = await startGateway({
    folder,
    address,
    edges: 1,
    httpsPort: options.httpsPort ?? 8443,
    sipPort: options.sipPort ?? 5061,
    logLevel: 'info',
    // everything here has a loopback address, which is never asked otherwise
    env: { TOLLGATE_TEST_ALLOW: '127.0.0.0/8' },
  });
  const api = await setUp(Object.assign(Object.create(gateway), { url: `https://${address}:${gateway.httpsPort}` }));
  await describe(api, options);
  await giveCertificate(api, ca);
  /** Makes a change and waits until the edge lives by it: changes of zones and settings reach it a moment later. */
  const served = async (change: () => Promise<unknown>) => {
    const before = timesServed(gateway.output());
    await change();
    const begun = performance.now();
    await waitFor(() => timesServed(gateway.output()) > before, 30_000, 20);
    // a second one may follow the first, later where the machine is slow
    const longest = Math.max(250, 3 * (performance.now() - begun));
    await waitFor(() => false, longest, longest);
  };
  const zone = async (name: string) => {
    const { zones } = await api.must<{ zones: ZoneState[] }>('GET', '/zones');
    const found = zones.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${fqdn} has no zone ${name}`);
    return found;
  };
  return {
    address,
    fqdn,
    sipPort: gateway.sipPort,
    api,
    zone,
    async addZone(fields) {
      await served(() => api.must('POST', '/zones', { tlsVerify: true, ...fields }));
    },
    async changeZone(name, changes) {
      const { id, version } = await zone(name);
      await served(() => api.must('PATCH', `/zones/${id}`, { version, ...changes }));
    },
    async accessRules(rules) {
      const { version } = await api.must<{ version: number }>('GET', '/zones/access-rules');
      await served(() => api.must('PUT', '/zones/access-rules', { version, ...rules }));
    },
    async peer(fingerprint) {
      const { status, body } = await api.get<{ peer: PeerState }>(`/peers/${fingerprint}`);
      return status === 200 ? body.peer : undefined;
    },
    async closedFor(fingerprint) {
      const { connections } = await api.must<{ connections: { fingerprint: string; reason: string }[] }>(
        'GET',
        '/zones/closed-connections',
      );
      return connections.filter((one) => one.fingerprint === fingerprint).map(({ reason }) => reason);
    },
    async trust(certificate) {
      await api.must('POST', '/trusted-cas', { file: base64(certificate), name: 'ca.pem' });
    },
    async distrust(fingerprint) {
      await api.must('DELETE', `/trusted-cas/${fingerprint}`);
    },
    async checkRevocation(sip, more = {}) {
      const { version } = await api.must<{ version: number }>('GET', '/revocation/settings');
      const body = { version, purposes: { 'sip-tls': sip }, ...more };
      await served(() => api.must('PUT', '/revocation/settings', body));
    },
    uploadCrl: (crl) => served(() => api.must('POST', '/revocation/crl', { file: base64(crl), name: 'uploaded.crl' })),
    async updateCrls() {
      await api.must('POST', '/revocation/updates', {});
    },
    output: gateway.output,
    stop: () => gateway.stop(),
  };
}

async function describe(api: ApiClient, { role, fqdn }: ZoneGatewayOptions): Promise<void> {
  const { version } = await api.must<{ version: number }>('GET', '/settings');
  await api.must('PATCH', '/settings', { version, role, fqdn });
}

/** CSR, signature, upload, as an operator does it. */
async function giveCertificate(api: ApiClient, { ca }: PrivateCa): Promise<void> {
  await api.must('POST', '/trusted-cas', { file: base64(ca.certificate), name: 'ca.pem' });
  const csr = await api.must<{ pem: string }>('POST', '/identities/server/csr', { key: 'ec-p256' });
  const files = [{ name: 'server.pem', content: base64(await ca.sign(csr.pem)) }];
  const { previewId } = await api.must<{ previewId: string }>('POST', '/identities/server/uploads', { files });
  await api.must('POST', `/identities/server/uploads/${previewId}/confirmation`, {});
}

/** The edge logs each snapshot that it serves. */
function timesServed(output: string): number {
  return output.split('"event":"serving"').length;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
