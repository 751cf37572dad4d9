/** Settings of publishing, and the addresses under which CRLs were ever published. */
import type { Actor } from '../../../lib/actor.ts';
import { readKept, writeKept } from '../../../storage/kept-settings.ts';
import type { Storage } from '../../../storage/storage.ts';
import { recordAudit } from '../../audit/audit.ts';
import { type Fault, invalidRequest, staleChange } from '../problems.ts';
import type { PublishSettings } from './publishing.ts';

export const defaultPublishSettings: Omit<PublishSettings, 'version'> = {
  crlHours: 168,
  passphraseCrlDays: 365,
  immediately: true,
  ocspHours: 12,
};

/** Least and most of the settings that are numbers. */
export const publishRanges = {
  crlHours: [1, 2_160],
  passphraseCrlDays: [7, 1_095],
  ocspHours: [1, 168],
} as const;

const key = 'private-ca-publishing';
const addressesKey = 'private-ca-addresses';
/** CRLs go on naming so many former addresses. */
const mostAddresses = 8;

export async function readPublishSettings({ db }: Pick<Storage, 'db'>): Promise<PublishSettings> {
  const stored = await readKept(db, key);
  return { ...defaultPublishSettings, ...(stored?.value as object | undefined), version: stored?.version ?? 0 };
}

/** Throws `private-ca.stale` (409), `private-ca.invalid` (422). */
export async function changePublishSettings(
  storage: Storage,
  actor: Actor,
  { version: _, ...patch }: Partial<PublishSettings>,
  version: number,
): Promise<PublishSettings> {
  const { version: current, ...before } = await readPublishSettings(storage);
  if (current !== version) throw staleChange('the settings of publishing', version, current);
  const value = { ...before, ...patch };
  const faults = Object.entries(publishRanges).flatMap(([field, [least, most]]): Fault[] => {
    const number = value[field as keyof typeof publishRanges];
    if (Number.isInteger(number) && number >= least && number <= most) return [];
    return [{ field, detail: `${field} is a whole number from ${least} to ${most}.` }];
  });
  if (faults.length > 0) throw invalidRequest(faults);
  await storage.transaction(async (trx) => {
    await writeKept(trx, key, value, version + 1);
    await recordAudit(trx, actor, {
      action: 'private-ca.publish-settings',
      object: '',
      before: JSON.stringify(before),
      after: JSON.stringify(value),
      detail: value,
    });
  });
  return { ...value, version: version + 1 };
}

/**
 * The addresses that certificates may name, the present one first: a CRL of a part must name every one of them
 * (RFC 5280 5.2.5). Empty while there was never any.
 */
export async function knownAddresses(storage: Storage, present: string): Promise<readonly string[]> {
  const stored = await readKept(storage.db, addressesKey);
  const before = (stored?.value as readonly string[] | undefined) ?? [];
  if (present === '' || before[0] === present) return before;
  const addresses = [present, ...before.filter((one) => one !== present)].slice(0, mostAddresses);
  await storage.transaction((trx) => writeKept(trx, addressesKey, addresses, (stored?.version ?? 0) + 1));
  return addresses;
}
