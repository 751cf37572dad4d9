/** What the API takes and gives for the trusted CA list. */
import { z } from 'zod';

const time = z.iso.datetime().describe('UTC');
const fingerprint = z.string().describe('SHA-256 of the DER, lower-case hexadecimal');

const warning = z.object({ code: z.string(), message: z.string(), hint: z.string() });
const warnings = z.array(warning).readonly();

/** One row of the list. */
export const trustedCaSchema = z
  .object({
    fingerprint,
    type: z.enum(['certificate', 'crl']),
    issuer: z.string(),
    subject: z.string().describe('"Matches issuer" when it is the issuer; empty for a CRL'),
    label: z.string().describe('The name a person knows it by.'),
    notBefore: time,
    notAfter: time.nullable().describe('Expiration date; nextUpdate of a CRL'),
    validity: z.enum(['valid', 'expires-soon', 'expired', 'not-yet-valid']),
    source: z.enum(['default', 'temporary', 'appended']),
    pinned: z.boolean().describe('Trusts exactly this certificate; never an issuer.'),
    selfSigned: z.boolean(),
    usedBy: z.array(z.string()).readonly().describe('What the gateway presents that needs this row.'),
    warnings,
    newer: fingerprint.nullable().describe('A newer row with the same issuer and subject.'),
    addedAt: time,
  })
  .meta({ id: 'TrustedCa' });

const rows = z.array(trustedCaSchema).readonly();

/** The whole list. */
export const trustedCaListSchema = z
  .object({
    limit: z.int(),
    certificates: z.int().describe('Rows of type certificate.'),
    rows,
  })
  .meta({ id: 'TrustedCaList' });

/** One row with its bytes. */
export const trustedCaViewSchema = trustedCaSchema
  .extend({ pem: z.string(), text: z.string().describe('Decoded, in the layout of openssl.') })
  .meta({ id: 'TrustedCaView' });

export const appendRequestSchema = z
  .strictObject({
    file: z.base64().describe('PEM, DER or PKCS#7, base64'),
    name: z.string().max(10_000).default('').describe("The file's name: only a label."),
    takeGood: z.boolean().default(false).describe('Take the good ones and leave out what is refused.'),
    preview: z.boolean().default(false).describe('Say what would happen and change nothing.'),
  })
  .meta({ id: 'TrustedCaAppend' });

export const appendReportSchema = z
  .object({
    fileName: z.string(),
    members: z
      .array(
        z.object({
          position: z.int(),
          kind: z.enum(['certificate', 'crl', 'other']),
          verdict: z.enum(['added', 'pinned', 'duplicate', 'older', 'refused']),
          fingerprint: z.string(),
          subject: z.string(),
          issuer: z.string(),
          notAfter: time.nullable(),
          refusal: warning.nullable(),
          warnings,
          older: z.array(fingerprint).readonly().describe('Older rows with the same issuer and subject.'),
        }),
      )
      .readonly(),
    notes: z.array(z.string()).readonly().describe('What was converted or repaired.'),
    added: z.int(),
    duplicates: z.int(),
    refused: z.int(),
    crls: z.int(),
    total: z.int().describe('Certificates on the list afterwards.'),
    limit: z.int(),
    acceptable: z.boolean(),
    acceptableInPart: z.boolean().describe('Would be taken with takeGood.'),
    problem: z.string().nullable(),
  })
  .meta({ id: 'TrustedCaAppendReport' });

export const removalRequestSchema = z
  .strictObject({
    fingerprints: z
      .union([z.literal('all'), z.array(z.string().max(95)).min(1).max(5_000)])
      .describe('The rows, or "all".'),
    confirmation: z.string().max(100).optional().describe('"delete all" when no certificate would be left.'),
    preview: z.boolean().default(false),
  })
  .meta({ id: 'TrustedCaRemovalRequest' });

export const resetRequestSchema = z
  .strictObject({ preview: z.boolean().default(false) })
  .meta({ id: 'TrustedCaReset' });

export const removalReportSchema = z
  .object({
    removalId: z.string().nullable().describe('Undo with POST /trusted-cas/removals/{id}/undo for 24 hours.'),
    removed: rows,
    restored: rows,
    breaks: z.array(z.object({ name: z.string(), reason: z.string() })).readonly(),
    total: z.int(),
    confirmation: z.string().nullable().describe('What has to be typed.'),
  })
  .meta({ id: 'TrustedCaRemovalReport' });

export const removalListSchema = z
  .object({
    removals: z
      .array(
        z.object({
          id: z.string(),
          removedAt: time,
          removedBy: z.string(),
          undoUntil: time,
          rows: z.array(z.object({ fingerprint, type: z.enum(['certificate', 'crl']), label: z.string() })).readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'TrustedCaRemovals' });
