/** A provider as the API shows it, without its secrets. */
import type { AcmeDeps } from '../acme-deps.ts';
import type { AcmeDirectoryView, AcmeProviderView } from '../schemas.ts';
import { accountView, openDirectory } from './accounts.ts';
import { providerRoom, waitUntil } from './limits.ts';
import { usersOf } from './manage-providers.ts';
import type { Provider } from './provider.ts';

export async function providerView(deps: AcmeDeps, provider: Provider): Promise<AcmeProviderView> {
  const { id, position, version, kind, builtIn, staging, name } = provider;
  const wait = kind === 'acme' ? await waitUntil(deps, provider.directoryUrl) : null;
  return {
    id,
    position,
    version,
    kind,
    builtIn,
    staging,
    name,
    directoryUrl: provider.directoryUrl === '' ? null : provider.directoryUrl,
    stagingUrl: provider.stagingUrl === '' ? null : provider.stagingUrl,
    caPem: provider.caPem,
    approvedHosts: provider.approvedHosts,
    externalAccount: provider.externalKeyId === '' ? null : { keyId: provider.externalKeyId },
    contact: provider.contact,
    profile: provider.profile,
    preferredChain: provider.preferredChain,
    challenge: provider.challenge,
    template: provider.template,
    account: kind === 'acme' ? await accountView(deps, provider) : null,
    usedBy: await usersOf(deps.storage.db, id),
    limits: await providerRoom(deps, provider),
    waitUntil: wait === null ? null : new Date(wait).toISOString(),
  };
}

/** Asks the CA. Throws AcmeProblem when it cannot be reached. */
export async function directoryView(deps: AcmeDeps, provider: Provider): Promise<AcmeDirectoryView> {
  const opened = await openDirectory(deps, provider, provider.directoryUrl);
  try {
    const directory = await opened.client.directory();
    return {
      terms: directory.terms ?? null,
      website: directory.website ?? null,
      caaIdentities: [...directory.caaIdentities],
      externalAccountRequired: directory.externalAccountRequired,
      profiles: Object.entries(directory.profiles).map(([name, description]) => ({ name, description })),
      renewalInformation: directory.renewalInfo !== undefined,
    };
  } finally {
    opened.close();
  }
}
