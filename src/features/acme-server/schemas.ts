/** The ACME server as the API takes and gives it. */
import { z } from 'zod';
import { challengeTypes } from './acme-server-settings.ts';

const time = z.string().describe('ISO 8601, UTC.');
const entries = z.array(z.string().max(260)).max(300).readonly();

const limits = {
  ordersPerAccount: z.int().describe('New orders of an account within three hours; renewals by ARI are not counted.'),
  accountsPerAddress: z.int().describe('New accounts from one address within three hours.'),
  failuresPerName: z.int().describe('Failed validations of a name by an account within an hour.'),
  requestsPerMinute: z.int().describe('Requests of one address a minute.'),
};

const fields = {
  enabled: z.boolean(),
  hosts: entries.describe('Names and addresses by which clients call, beside those of the gateway; without ports.'),
  termsUrl: z
    .string()
    .max(500)
    .describe('Terms of service; new accounts must agree, those there are stay as they are. Empty: none.'),
  website: z.string().max(500),
  externalAccountRequired: z.boolean().describe('Registering needs a key for external account binding.'),
  profiles: z.array(z.string().max(100)).max(100).readonly().describe('Templates that are offered.'),
  defaultProfile: z.string().max(100).describe('For orders that name no profile; the first one when empty.'),
  names: entries.describe('What may be ordered: domains with all below, address ranges, `*` for every name.'),
  wildcards: z
    .boolean()
    .describe('Whether wildcards may be ordered, where the template agrees; proved by DNS-01 only.'),
  challenges: z.array(z.enum(challengeTypes)).max(3).readonly(),
  networks: entries.describe('Address ranges in which names are validated; empty: private and public addresses.'),
  resolvers: entries.describe('DNS servers asked in validations, `address` or `address:port`; empty: the machine’s.'),
  caaDomains: entries.describe('Domains by which CAA records name this CA; empty: such records are not looked for.'),
  authorizationHours: z.int().describe('How long a proof of control counts for further orders, 0 to 720.'),
};

export const acmeServerSettingsSchema = z
  .object({
    version: z.int(),
    ...fields,
    limits: z.object(limits),
    templates: z
      .array(
        z.object({
          name: z.string(),
          description: z.string(),
          wildcards: z.boolean(),
          ipAddresses: z.boolean(),
          lifetimeSeconds: z.int(),
        }),
      )
      .describe('What could be offered; empty while there is no CA.'),
    directories: z
      .array(z.object({ path: z.string(), profiles: z.array(z.string()) }))
      .describe('Where clients begin: one for all profiles, and one for each, for clients that know no profiles.'),
  })
  .meta({ id: 'AcmeServerSettings' });

export const acmeServerSettingsPatchSchema = z
  .strictObject({
    version: z.int().describe('The version this change was made from.'),
    ...z.object(fields).partial().shape,
    limits: z.strictObject(z.object(limits).partial().shape).optional(),
  })
  .meta({ id: 'AcmeServerSettingsPatch' });

export const eabKeySchema = z
  .object({
    id: z.string().describe('The key identifier that the client is told.'),
    name: z.string(),
    names: z.array(z.string()).readonly(),
    profiles: z.array(z.string()).readonly(),
    state: z.enum(['active', 'expired', 'revoked', 'used-up']),
    accounts: z.int(),
    maxAccounts: z.int(),
    createdBy: z.string(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'AcmeServerKey' });

export const newEabKeySchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe('For whom, or for what.'),
    names: entries.default([]).describe('What its accounts may order; empty: what the settings allow.'),
    profiles: z.array(z.string().max(100)).max(100).readonly().default([]),
    maxAccounts: z.int().min(1).max(10_000).default(1),
    days: z
      .int()
      .min(1)
      .max(3_650)
      .optional()
      .describe('Until then accounts may be made; absent: until it is revoked.'),
  })
  .meta({ id: 'NewAcmeServerKey' });

export const newEabKeyAnswerSchema = z
  .object({
    key: eabKeySchema,
    hmac: z.string().describe('Base64url without padding. Shown once, kept nowhere in this form.'),
  })
  .meta({ id: 'AcmeServerKeySecret' });

export const accountSchema = z
  .object({
    id: z.string(),
    thumbprint: z.string().describe('Of its key (RFC 7638), base64url.'),
    status: z.enum(['valid', 'deactivated', 'revoked']).describe('`deactivated` by its holder, `revoked` by us.'),
    contacts: z.array(z.string()).readonly(),
    key: z.object({ id: z.string(), name: z.string() }).nullable(),
    address: z.string(),
    createdAt: time,
    termsAgreedAt: time.nullable().describe('To the terms that were set when it was made.'),
    certificates: z.int(),
    lastOrderAt: time.nullable(),
  })
  .meta({ id: 'AcmeServerAccount' });

const name = z.object({ type: z.enum(['dns', 'ip']), value: z.string() });
const problem = z
  .object({ type: z.string(), reason: z.string(), detail: z.string() })
  .describe('The error type of RFC 8555, one word, and what is wrong.');
const orderStatus = z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']);

const orderFields = {
  id: z.string(),
  accountId: z.string(),
  status: orderStatus,
  names: z.array(name).readonly(),
  profile: z.string(),
  renewal: z.boolean().describe('Whether it names the certificate that it renews.'),
  address: z.string(),
  createdAt: time,
  expiresAt: time,
  error: problem.nullable(),
  serial: z.string().nullable().describe('Lower-case hexadecimal.'),
  notAfter: time.nullable(),
};

export const orderSchema = z.object(orderFields).meta({ id: 'AcmeServerOrder' });

export const orderDetailsSchema = z
  .object({
    ...orderFields,
    authorizations: z.array(
      z.object({
        name,
        wildcard: z.boolean(),
        status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired']),
        expiresAt: time,
        challenges: z.array(
          z.object({
            type: z.enum(challengeTypes),
            status: z.enum(['pending', 'processing', 'valid', 'invalid']),
            at: time.nullable(),
            error: problem.nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'AcmeServerOrderDetails' });

const page = {
  before: z.coerce.number().int().min(0).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const accountQuerySchema = z.object({
  status: z.enum(['valid', 'deactivated', 'revoked']).optional(),
  key: z.string().max(64).optional(),
  ...page,
});

export const orderQuerySchema = z.object({
  account: z.string().max(64).optional(),
  status: z.enum(['pending', 'processing', 'valid', 'invalid']).optional(),
  text: z.string().max(100).optional().describe('Part of a name.'),
  ...page,
});
