/** What the overview shows of each identity slot, out of the identities' own views. */
import { type Identity, parseSlot } from '../identity/identity.ts';
import type { ServedIdentity } from './overview.ts';

/** Every slot as the overview needs it: the server first. */
export async function servedIdentities(
  identity: Pick<Identity, 'overview' | 'slot'>,
): Promise<readonly ServedIdentity[]> {
  const slots = await identity.overview();
  return Promise.all(slots.map(({ slot }) => servedIdentity(identity, slot)));
}

async function servedIdentity(identity: Pick<Identity, 'slot'>, name: string): Promise<ServedIdentity> {
  const { slot, label, served, active, missingNames, pendingCsr } = await identity.slot(parseSlot(name));
  return {
    slot,
    label,
    served,
    commonName: active?.commonName ?? undefined,
    issuer: active?.issuer,
    notBefore: active === null ? undefined : Date.parse(active.notBefore),
    notAfter: active === null ? undefined : Date.parse(active.notAfter),
    alertFrom: active === null ? undefined : Date.parse(active.alertFrom),
    temporary: active?.temporary ?? false,
    chainComplete: active?.chainComplete ?? true,
    missingIssuer: active?.missingIssuer ?? undefined,
    missingNames: missingNames.map(({ value }) => value),
    pendingCsr: pendingCsr !== null,
  };
}
