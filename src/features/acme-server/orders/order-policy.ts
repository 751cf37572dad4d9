/** What an account may order now: the profiles and names of the settings, narrowed by the key it was registered with. */
import { type AccountRow, selectEabKey } from '../accounts/account-store.ts';
import type { CertifiedName, IssuingTemplate } from '../issuing-ca.ts';
import { AcmeError } from '../protocol/acme-error.ts';
import type { Core } from '../protocol/core.ts';
import { refusedNames } from './name-policy.ts';

/** Templates that clients may choose, in the order of the CA; empty while the server is off or there is no CA. */
export async function offeredProfiles({ ca, settings }: Pick<Core, 'ca' | 'settings'>) {
  const { enabled, profiles } = settings();
  return enabled ? (await ca.templates()).filter(({ name }) => profiles.includes(name)) : [];
}

/** The profile asked for, or the first one; throws `invalidProfile`, and `rejectedIdentifier` with every such name. */
export async function templateFor(
  { storage, settings }: Pick<Core, 'storage' | 'settings'>,
  account: AccountRow,
  {
    names,
    profile,
    offered,
  }: {
    readonly names: readonly CertifiedName[];
    readonly profile: string | undefined;
    readonly offered: readonly IssuingTemplate[];
  },
): Promise<IssuingTemplate> {
  const key = account.eab_key_id === null ? undefined : await selectEabKey(storage.db, account.eab_key_id);
  const ofKey = { names: list(key?.names), profiles: list(key?.profiles) };
  const allowed = offered.filter(({ name }) => ofKey.profiles.length === 0 || ofKey.profiles.includes(name));
  const template = profile === undefined ? allowed[0] : allowed.find(({ name }) => name === profile);
  if (template === undefined)
    throw new AcmeError(
      'invalidProfile',
      'profile',
      `This profile is not offered; ${allowed.map(({ name }) => name).join(', ') || 'none'} is.`,
    );
  const { names: open, wildcards, challenges } = settings();
  const refused = refusedNames(names, {
    names: open,
    ofKey: ofKey.names,
    template,
    wildcards: wildcards && challenges.includes('dns-01'),
  });
  const [first] = refused;
  if (first !== undefined)
    throw new AcmeError('rejectedIdentifier', first.reason, first.detail, { subproblems: refused });
  return template;
}

function list(text: string | undefined): readonly string[] {
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}
