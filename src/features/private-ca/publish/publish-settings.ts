/** Settings of publishing, and the addresses under which CRLs were ever published. */
import type { Actor } from '../../../lib/actor.ts';
import { readKept, writeKept } from '../../../storage/kept-values.ts';
import { defaultPublicationLimits } from '../../../storage/publication/published-snapshot.ts';
import type { Storage } from '../../../storage/storage.ts';
import { changeSettings, type KeptSettings, readSettings } from '../../settings/settings.ts';
import type { Authority } from '../authority/authority.ts';
import { type Fault, invalidRequest } from '../problems.ts';
import { noteLack } from './crl/crl-lacks.ts';
import { partitionsOf } from './crl/crl-plan.ts';
import type { PublishSettings } from './publishing.ts';

const keptPublishSettings: KeptSettings<PublishSettings> = {
  key: 'private-ca-publishing',
  what: 'the settings of publishing',
  staleCode: 'private-ca.stale',
  action: 'private-ca.publish-settings',
  object: '',
  complete: (kept) => ({
    version: 0,
    crlHours: 168,
    passphraseCrlDays: 365,
    immediately: true,
    ocspHours: 12,
    ...defaultPublicationLimits,
    ...kept,
  }),
};

/** Least and most of the settings that are numbers. */
export const publishRanges = {
  crlHours: [1, 2_160],
  passphraseCrlDays: [7, 1_095],
  ocspHours: [1, 168],
  connections: [1, 20_000],
  connectionsPerAddress: [1, 20_000],
  signaturesPerSecond: [1, 10_000],
} as const;

const addressesKey = 'private-ca-addresses';
/** CRLs go on naming so many former addresses. */
const mostAddresses = 8;

export function readPublishSettings({ db }: Pick<Storage, 'db'>): Promise<PublishSettings> {
  return readSettings(db, keptPublishSettings);
}

/** Throws `private-ca.stale` (409), `private-ca.invalid` (422). */
export async function changePublishSettings(
  storage: Storage,
  actor: Actor,
  patch: Partial<PublishSettings>,
  version: number,
): Promise<PublishSettings> {
  const change = (before: PublishSettings) => checked({ ...before, ...patch });
  return storage.transaction((trx) =>
    changeSettings(trx, keptPublishSettings, { actor, version, change, detail: patch }),
  );
}

function checked(settings: PublishSettings): PublishSettings {
  const faults = Object.entries(publishRanges).flatMap(([field, [least, most]]): Fault[] => {
    const number = settings[field as keyof typeof publishRanges];
    if (Number.isInteger(number) && number >= least && number <= most) return [];
    return [{ field, detail: `${field} is a whole number from ${least} to ${most}.` }];
  });
  if (faults.length > 0) throw invalidRequest(faults);
  return settings;
}

/**
 * The addresses that certificates may name, the present one first: a CRL of a part must name every one of them
 * (RFC 5280 5.2.5). A new one makes all of those lack something. Empty before the first one.
 */
export async function knownAddresses(
  storage: Storage,
  present: string,
  authorities: readonly Authority[],
): Promise<readonly string[]> {
  const stored = await readKept(storage.db, addressesKey);
  const before = (stored?.value as readonly string[] | undefined) ?? [];
  if (present === '' || before[0] === present) return before;
  const addresses = [present, ...before.filter((one) => one !== present)].slice(0, mostAddresses);
  await storage.transaction(async (trx) => {
    await writeKept(trx, addressesKey, addresses, (stored?.version ?? 0) + 1);
    if (before.includes(present)) return;
    for (const authority of authorities)
      await noteLack(trx, authority.id, partitionsOf(authority, true).slice(1), true);
  });
  return addresses;
}
