/** What an account may order now: the profiles and names of the settings, narrowed by the key it was registered with. */
import { type AccountRow, selectEabKey } from '../accounts/account-store.ts';
import type { CertifiedName, IssuingTemplate } from '../issuing-ca.ts';
import { AcmeError, malformed } from '../protocol/acme-error.ts';
import type { Core } from '../protocol/core.ts';
import { refusedNames } from './name-policy.ts';

/** Templates that clients may choose, in the order of the CA; empty while the server is off or there is no CA. */
export async function offeredProfiles({ ca, settings }: Pick<Core, 'ca' | 'settings'>) {
  const { enabled, profiles } = settings();
  return enabled ? (await ca.templates()).filter(({ name }) => profiles.includes(name)) : [];
}

/**
 * The profile asked for, or the first one. Throws `invalidProfile`, also for names that the profile asked for does not
 * certify (profiles 4), and `rejectedIdentifier`; both with every such name.
 */
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
  const unfit = profile === undefined ? undefined : refused.find(({ reason }) => reason.startsWith('profile-'));
  const first = unfit ?? refused[0];
  if (first === undefined) return template;
  const type = unfit === undefined ? 'rejectedIdentifier' : 'invalidProfile';
  throw new AcmeError(type, first.reason, first.detail, { subproblems: refused });
}

const hour = 3_600_000;

/** Throws `malformed` for an end that certificates of the template cannot have (RFC 8555 7.4). */
export function requireEnd(end: number, template: IssuingTemplate, now: number): void {
  if (end < now + hour) throw malformed('not-after', 'The certificate would end within an hour.');
  if (end > now + template.lifetime)
    throw malformed(
      'not-after',
      `Certificates of the profile ${template.name} end no later than ${new Date(now + template.lifetime).toISOString()}.`,
    );
}

function list(text: string | undefined): readonly string[] {
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}
