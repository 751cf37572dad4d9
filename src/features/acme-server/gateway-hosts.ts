/** By which names and addresses this gateway is called, unless the operator adds others. */
import { hostname } from 'node:os';
import { ownAddresses } from '../../lib/own-addresses.ts';
import type { SettingsFeature } from '../settings/settings.ts';

/** Lower-case names of the settings, the name of the machine, its addresses. */
export async function gatewayHosts(settings: Pick<SettingsFeature, 'get'>): Promise<readonly string[]> {
  const { fqdn, dnsNames, clusterName } = await settings.get();
  return [fqdn, ...dnsNames, clusterName, hostname().toLowerCase(), 'localhost', ...ownAddresses()].filter(Boolean);
}
