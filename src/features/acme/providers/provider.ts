/** A provider as it is kept: what is shown, what is secret, and what comes built in. */
import { z } from 'zod';
import type { Vault } from '../../../storage/vault.ts';
import { type AcmeProviderRequest, type ChallengeSettings, challengeSettings } from '../schemas.ts';
import type { ProviderRow } from '../store.ts';

/** What stands in the row as JSON. */
const storedFields = z.object({
  name: z.string(),
  builtIn: z.boolean(),
  staging: z.boolean(),
  directoryUrl: z.string(),
  stagingUrl: z.string(),
  caPem: z.string(),
  approvedHosts: z.array(z.string()),
  externalKeyId: z.string(),
  contact: z.array(z.string()),
  profile: z.string(),
  preferredChain: z.string(),
  challenge: challengeSettings,
  template: z.string(),
  /** URLs of terms that a person has accepted. */
  acceptedTerms: z.array(z.string()),
});

/** What is sealed. */
const storedSecrets = z.object({
  /** Of the external account binding, base64url. */
  hmacKey: z.string().optional(),
  /** Of DNS updates (base64) or of the webhook. */
  challenge: z.string().optional(),
});

export type ProviderFields = z.infer<typeof storedFields>;
export type ProviderSecrets = z.infer<typeof storedSecrets>;

export interface Provider extends ProviderFields {
  readonly id: string;
  readonly position: number;
  readonly version: number;
  readonly kind: 'acme' | 'private-ca';
}

export function readProvider(row: ProviderRow): Provider {
  const { id, position, version, kind } = row;
  return { ...storedFields.parse(JSON.parse(row.fields)), id, position, version, kind };
}

/** The secrets of a provider. The caller does not keep them. Throws VaultError. */
export function readSecrets(vault: Vault, row: Pick<ProviderRow, 'id' | 'sealed_secrets'>): ProviderSecrets {
  if (row.sealed_secrets === null) return {};
  const plain = vault.open({ id: row.id, version: 1 }, row.sealed_secrets);
  try {
    return storedSecrets.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
  } finally {
    plain.fill(0);
  }
}

export function sealSecrets(vault: Vault, id: string, secrets: ProviderSecrets): Uint8Array | null {
  if (Object.keys(secrets).length === 0) return null;
  const plain = Buffer.from(JSON.stringify(secrets));
  try {
    return vault.seal({ id, version: 1 }, plain);
  } finally {
    plain.fill(0);
  }
}

/** The settings without the secret among them. */
export function withoutSecret(challenge: ChallengeSettings): ChallengeSettings {
  if (!('secret' in challenge)) return challenge;
  const { secret: _, ...rest } = challenge;
  return rest;
}

export const emptyFields: ProviderFields = {
  name: '',
  builtIn: false,
  staging: false,
  directoryUrl: '',
  stagingUrl: '',
  caPem: '',
  approvedHosts: [],
  externalKeyId: '',
  contact: [],
  profile: '',
  preferredChain: '',
  challenge: { type: 'http-01' },
  template: '',
  acceptedTerms: [],
};

/** The fields of a request laid over those there were. */
export function mergeFields(
  before: ProviderFields,
  request: Partial<Omit<AcmeProviderRequest, 'kind'>>,
): ProviderFields {
  const given = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  const {
    externalAccount,
    challenge,
    version: _,
    ...plain
  } = given as Partial<AcmeProviderRequest> & {
    version?: number;
  };
  return storedFields.parse({
    ...before,
    ...plain,
    ...(externalAccount !== undefined && { externalKeyId: externalAccount.keyId }),
    ...(challenge !== undefined && { challenge: withoutSecret(challenge) }),
  });
}

/** Providers that everybody knows; they are there from the first start on and cannot be removed. */
export const builtInProviders: readonly { readonly id: string; readonly fields: ProviderFields }[] = [
  {
    id: 'letsencrypt',
    fields: {
      ...emptyFields,
      name: "Let's Encrypt",
      builtIn: true,
      directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
      stagingUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    },
  },
  {
    id: 'letsencrypt-staging',
    fields: {
      ...emptyFields,
      name: "Let's Encrypt staging (for tests)",
      builtIn: true,
      staging: true,
      directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    },
  },
];
