/** The stage of the zones demonstration: everybody on it, what they are called and where they are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kamailio, startKamailio } from './kamailio.ts';
import { createPrivateCa, type Leaf, type LeafWish, type PrivateCa } from './private-ca.ts';
import { type CrlServer, startCrlServer } from './revocation-servers.ts';
import { openSipConnection, type SipConnection } from './sip-connection.ts';
import type { Table } from './table.ts';
import { startZoneGateway, type ZoneGateway } from './zone-gateway.ts';

export const partnerName = 'sip.partner.test';
export const branchName = 'branch.example.test';
const partnerAddress = '127.0.0.4';
const crlAddress = '127.0.0.5';
const branchAddress = '127.0.0.6';
/** Where the responder that misbehaves listens, under the names of its misbehaviours. */
export const badAddress = '127.0.0.7';

export const hosts: Readonly<Record<string, string>> = {
  'core.example.test': '127.0.0.2',
  'edge.example.test': '127.0.0.3',
  [partnerName]: partnerAddress,
  'crl.partner.test': crlAddress,
  'ocsp.partner.test': crlAddress,
  [branchName]: branchAddress,
  'slow.partner.test': badAddress,
  'huge.partner.test': badAddress,
  'garbage.partner.test': badAddress,
};

export interface Stage {
  readonly table: Table;
  readonly folder: string;
  /** Signs the gateways. */
  readonly house: PrivateCa;
  /** Signs Kamailio and the branch. */
  readonly partners: PrivateCa;
  readonly core: ZoneGateway;
  readonly edge: ZoneGateway;
  readonly crls: CrlServer;
  /** Kamailio starts again with another certificate; so it does the first time. */
  partnerShows(leaf: Leaf): Promise<Kamailio>;
  leafFor(name: string, more?: Omit<LeafWish, 'name'>): Promise<Leaf>;
  /** The branch calls the edge gateway and stays connected. */
  branchCalls(leaf: Leaf): Promise<SipConnection>;
  close(): Promise<void>;
}

export async function setStage(folder: string, table: Table): Promise<Stage> {
  const house = await createPrivateCa(folder, 'House CA');
  const partners = await createPrivateCa(folder, 'Partner CA');
  const both = join(folder, 'both.pem');
  writeFileSync(both, house.ca.certificate + partners.ca.certificate);
  const crls = await startCrlServer(crlAddress);
  const gateway = (role: 'core' | 'edge') => {
    const fqdn = `${role}.example.test`;
    return startZoneGateway({ folder: join(folder, role), address: hosts[fqdn] ?? '', fqdn, role, ca: house });
  };
  const [core, edge] = await Promise.all([gateway('core'), gateway('edge')]);
  for (const one of [core, edge]) await one.trust(partners.ca.certificate);
  let kamailio: Kamailio | undefined;
  const calls = new Set<SipConnection>();
  return {
    table,
    folder,
    house,
    partners,
    core,
    edge,
    crls,
    async partnerShows({ certificate, key }) {
      await kamailio?.stop();
      kamailio = await startKamailio({
        folder: join(folder, 'kamailio'),
        address: partnerAddress,
        port: 5061,
        certificate,
        key,
        caFile: both,
        calls: [edge.fqdn],
      });
      return kamailio;
    },
    leafFor: (name, more) => partners.leaf({ name, ...more }),
    async branchCalls({ certificate, key }) {
      const call = await openSipConnection(5061, {
        host: edge.address,
        localAddress: branchAddress,
        servername: edge.fqdn,
        cert: certificate,
        key,
      });
      calls.add(call);
      return call;
    },
    async close() {
      for (const call of calls) call.close();
      await kamailio?.stop();
      await Promise.all([core.stop(), edge.stop()]);
      crls.close();
    },
  };
}
