/** A gateway with zones on 127.0.0.1 and free ports, for tests that need one of them and no names. */
import { join } from 'node:path';
import type { PrivateCa } from '../../scripts/demo/private-ca.ts';
import { startZoneGateway, type ZoneGateway } from '../../scripts/demo/zone-gateway.ts';

/** `gw.example.com`, an edge gateway; its data lies in `folder/data`. */
export function startLocalGateway(folder: string, ca: PrivateCa, sipPort = 0): Promise<ZoneGateway> {
  return startZoneGateway({
    folder: join(folder, 'data'),
    address: '127.0.0.1',
    fqdn: 'gw.example.com',
    role: 'edge',
    ca,
    httpsPort: 0,
    sipPort,
  });
}
