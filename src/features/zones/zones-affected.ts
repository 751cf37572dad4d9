/** Which zones suffer from a certificate that is about to be loaded: the rows of an upload's preview. */
import type { Certificate } from '../../pki/certificate/certificate.ts';
import { anyExtendedKeyUsage, clientAuth, serverAuth } from '../../pki/certificate/extended-key-usages.ts';
import { dials, type Zone } from './zone.ts';

/** In words, by the order of the zones. `clientLoaded`: the client slot has a certificate of its own. */
export function zonesAffected(
  zones: readonly Zone[],
  slot: string,
  leaf: Certificate,
  clientLoaded: boolean,
): readonly string[] {
  const uses = leaf.extendedKeyUsage;
  const may = (oid: string): boolean => uses === undefined || uses.includes(oid) || uses.includes(anyExtendedKeyUsage);
  return zones
    .filter(({ enabled }) => enabled)
    .flatMap((zone) => {
      const shown = zone.identity === slot || (slot === 'server' && zone.identity === 'client' && !clientLoaded);
      const reasons = [
        ...(shown && dials(zone) && !may(clientAuth)
          ? ['shows it when it calls; a peer that verifies refuses it without clientAuth']
          : []),
        ...(slot === 'server' && zone.kind !== 'traversal-client' && !may(serverAuth)
          ? ['shows it when it is called; a peer that verifies refuses it without serverAuth']
          : []),
      ];
      return reasons.map((reason) => `zone ${zone.name}: ${reason}`);
    });
}
