/** From what was presented to the path that verification finds: revocation data is asked for a path up to its anchor. */
import { toColonHex } from '../../../lib/bytes.ts';
import { type Certificate, fingerprint } from '../../../pki/certificate/certificate.ts';
import type { Trust, Verification } from '../../verification/verification.ts';

export interface PathTrust {
  readonly trust: Trust;
  /** What `trust` was made from. */
  readonly certificates: readonly Certificate[];
}

/** Leaf first, anchor last where one is reached; what was presented, where nothing leads anywhere. */
export async function verifiedPath(
  { verify }: Pick<Verification, 'verify'>,
  { trust, certificates }: PathTrust,
  presented: readonly Certificate[],
): Promise<readonly Certificate[]> {
  const { path } = await verify({ chain: presented, purpose: 'any', trust });
  const known = new Map([...certificates, ...presented].map((one) => [toColonHex(fingerprint(one.der)), one]));
  const found = path.flatMap((one) => known.get(one.fingerprint) ?? []);
  return found.length > 1 ? found : presented;
}
