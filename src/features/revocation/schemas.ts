/** What the API takes and gives for revocation. */
import { z } from 'zod';
import { revocationPurposes } from './source-table.ts';

const time = z.iso.datetime().describe('UTC');
const sha256 = z.string().describe('SHA-256, lower-case hexadecimal');

const mode = z.enum(['off', 'leaf', 'chain']);
const fallback = z.enum(['not-revoked', 'revoked']);

const purposeSettings = z
  .object({
    mode: mode.describe('leaf: the certificate of the peer; chain: every certificate below the anchor'),
    useOcsp: z.boolean(),
    useCrls: z.boolean(),
    allowCdp: z.boolean().describe('CRLs may be fetched from the distribution points in certificates'),
    fallback: fallback.describe('What a certificate counts as when its status cannot be established'),
  })
  .meta({ id: 'PurposeRevocation' });

const sourceRow = z
  .object({
    label: z.string(),
    manual: z.enum(['no', 'both', 'unless-automatic', 'only']),
    automatic: z.enum(['no', 'both', 'yes']),
    cdp: z.enum(['no', 'switch']),
    ocsp: z.enum(['no', 'switch']),
    embedded: z.enum(['no', 'only']),
    expiredFallsBack: z.boolean(),
  })
  .meta({ id: 'RevocationSourceRow' });

const byPurpose = <T extends z.ZodType>(schema: T) =>
  z.object(
    Object.fromEntries(revocationPurposes.map((purpose) => [purpose, schema])) as Record<
      (typeof revocationPurposes)[number],
      T
    >,
  );

export const revocationSettingsSchema = z
  .object({
    version: z.int(),
    automatic: z.object({
      enabled: z.boolean(),
      points: z.array(z.string()).readonly().describe('HTTP(S) distribution points'),
      dailyUpdateTime: z.string().describe('HH:MM, UTC'),
    }),
    purposes: byPurpose(purposeSettings),
    allowedHosts: z.array(z.string()).readonly(),
    allowedPorts: z.array(z.int()).readonly(),
    nonceRequired: z.boolean(),
    table: byPurpose(sourceRow).describe('Which purpose may use which source'),
  })
  .meta({ id: 'RevocationSettings' });

const purposePatch = z
  .strictObject({ mode, useOcsp: z.boolean(), useCrls: z.boolean(), allowCdp: z.boolean(), fallback })
  .partial();

export const revocationUpdateSchema = z
  .strictObject({
    version: z.int().describe('The version the change was made from'),
    automatic: z
      .strictObject({
        enabled: z.boolean(),
        points: z.array(z.string().max(2_100)).max(200),
        dailyUpdateTime: z.string().max(10),
      })
      .partial()
      .optional(),
    purposes: z
      .strictObject(
        Object.fromEntries(revocationPurposes.map((purpose) => [purpose, purposePatch.optional()])) as Record<
          (typeof revocationPurposes)[number],
          z.ZodOptional<typeof purposePatch>
        >,
      )
      .optional(),
    allowedHosts: z.array(z.string().max(300)).max(500).optional(),
    allowedPorts: z.array(z.int()).max(100).optional(),
    nonceRequired: z.boolean().optional(),
  })
  .meta({ id: 'RevocationUpdate' });

export const allowedHostSchema = z
  .strictObject({ host: z.string().min(1).max(300).describe('A host, an address or a block such as 10.0.0.0/8.') })
  .meta({ id: 'AllowedHost' });

export const crlSchema = z
  .object({
    id: sha256,
    source: z.enum(['automatic', 'manual', 'embedded', 'cdp']),
    origin: z.string(),
    issuer: z.string(),
    number: z.string().nullable().describe('Hexadecimal'),
    thisUpdate: time,
    nextUpdate: time.nullable(),
    entries: z.int(),
    bytes: z.int(),
    delta: z.boolean(),
    state: z.enum(['in-use', 'unverified', 'expired', 'switched-off']),
    retrievedAt: time,
  })
  .meta({ id: 'StoredCrl' });

const crls = z.array(crlSchema).readonly();

export const sourceSchema = z
  .object({
    id: sha256,
    url: z.string(),
    state: z.enum(['never', 'ok', 'failed', 'updating']),
    lastAttemptAt: time.nullable(),
    lastSuccessAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    failures: z.int(),
    message: z.string(),
    progress: z
      .object({
        step: z.enum(['waiting', 'downloading', 'checking', 'storing']),
        bytes: z.int(),
        total: z.int().nullable(),
      })
      .nullable(),
    history: z
      .array(z.object({ at: time, outcome: z.string(), message: z.string(), bytes: z.int(), milliseconds: z.int() }))
      .readonly(),
    crls,
  })
  .meta({ id: 'RevocationSource' });

export const sourceListSchema = z
  .object({
    sources: z.array(sourceSchema).readonly(),
    crls: crls.describe('Every CRL, whatever its source'),
    refusedHosts: z
      .array(
        z.object({
          host: z.string(),
          url: z.string().describe('The URL that led there last.'),
          message: z.string(),
          times: z.int(),
          at: time,
        }),
      )
      .readonly()
      .describe('Not asked because of their address alone; an operator may allow them.'),
  })
  .meta({ id: 'RevocationSources' });

export const coverageSchema = z
  .object({
    rows: z
      .array(
        z.object({
          fingerprint: sha256,
          name: z.string(),
          gap: z.enum(['none', 'no-source', 'expired']),
          crls,
        }),
      )
      .readonly(),
  })
  .meta({ id: 'RevocationCoverage' });

export const uploadRequestSchema = z
  .strictObject({
    file: z.base64().describe('PEM, DER, or a ZIP or GZIP of CRLs, base64'),
    name: z.string().max(10_000).default('').describe("The file's name: only a label."),
  })
  .meta({ id: 'CrlUpload' });

export const uploadReportSchema = z
  .object({
    fileName: z.string(),
    crls: z
      .array(
        z.object({
          position: z.int(),
          verdict: z.enum(['stored', 'unchanged', 'unverified', 'refused']),
          issuer: z.string(),
          number: z.string().nullable(),
          thisUpdate: time.nullable(),
          nextUpdate: time.nullable(),
          entries: z.int(),
        }),
      )
      .readonly(),
    notes: z.array(z.string()).readonly(),
  })
  .meta({ id: 'CrlUploadReport' });
