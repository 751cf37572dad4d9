/** A provider as it is kept: what is shown, what is secret, and what comes built in. */
import { z } from 'zod';
import type { Vault } from '../../../storage/vault.ts';
import {
  type AcmeProviderPatch,
  type AcmeProviderRequest,
  type ChallengeSettings,
  challengeSettings,
} from '../schemas.ts';
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

type Fields = Partial<Omit<AcmeProviderRequest, 'kind'>> | Omit<AcmeProviderPatch, 'version'>;

/** The fields of a request laid over those there were; null empties a field, what is missing stays. */
export function mergeFields(before: ProviderFields, request: Fields): ProviderFields {
  const { externalAccount, challenge, ...plain } = request;
  const given = Object.entries(plain).flatMap(([name, value]) => {
    if (value === undefined || !Object.hasOwn(emptyFields, name)) return [];
    return [[name, value ?? emptyFields[name as keyof ProviderFields]]];
  });
  return storedFields.parse({
    ...before,
    ...Object.fromEntries(given),
    ...(externalAccount !== undefined && { externalKeyId: externalAccount?.keyId ?? '' }),
    ...(challenge !== undefined && { challenge: withoutSecret(challenge ?? emptyFields.challenge) }),
  });
}

/** The secrets after the same request: one that is not given stays only where it is used as before. */
export function mergeSecrets(secrets: ProviderSecrets, before: ProviderFields, request: Fields): ProviderSecrets {
  const { externalAccount, challenge } = request;
  const hmacKey = externalAccount === null ? undefined : externalAccount?.hmacKey || secrets.hmacKey;
  const kept = challenge === undefined || staysSecret(before.challenge, challenge) ? secrets.challenge : undefined;
  const proof = givenSecret(challenge) ?? kept;
  return { ...(hmacKey && { hmacKey }), ...(proof && { challenge: proof }) };
}

/** A kept secret would go to another host: it was given for the first one, and nobody can read it to see. */
export function secretMoves(before: ProviderFields, { challenge }: Fields): boolean {
  if (challenge == null || !isWebhook(challenge) || !isWebhook(before.challenge)) return false;
  return (
    !challenge.secret &&
    challenge.secret !== null &&
    new URL(challenge.url).origin !== new URL(before.challenge.url).origin
  );
}

function staysSecret(before: ChallengeSettings, after: ChallengeSettings | null): boolean {
  if (after?.type !== 'dns-01' || before.type !== 'dns-01' || before.method !== after.method) return false;
  return 'secret' in after ? after.secret === undefined || after.secret === '' : true;
}

function givenSecret(challenge: ChallengeSettings | null | undefined): string | undefined {
  return challenge != null && 'secret' in challenge && challenge.secret ? challenge.secret : undefined;
}

function isWebhook(challenge: ChallengeSettings): challenge is Extract<ChallengeSettings, { method: 'webhook' }> {
  return challenge.type === 'dns-01' && challenge.method === 'webhook';
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
