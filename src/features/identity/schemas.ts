/** What the API takes and gives for identities: one description for validation, types and the OpenAPI file. */
import { z } from 'zod';

const time = z.iso.datetime().describe('UTC');

/** A remark of the gateway: a stable code, the words, and what to do. */
export const remark = z
  .object({ code: z.string(), message: z.string(), hint: z.string().optional() })
  .meta({ id: 'Remark' });

/** One name of a certificate or a request, in the notation of OpenSSL (`DNS:`, `otherName:`…). */
export const name = z.object({ kind: z.string(), value: z.string(), text: z.string() }).meta({ id: 'CertificateName' });

/** A certificate as far as a list or a drawing needs it. */
export const certificateSummary = z
  .object({
    subject: z.string(),
    issuer: z.string(),
    commonName: z.string().nullable(),
    serial: z.string().describe('hexadecimal'),
    notBefore: time,
    notAfter: time,
    keyKind: z.string().describe('rsa-2048, ec-p256, ed25519…'),
    signatureAlgorithm: z.string(),
    fingerprintSha256: z.string().describe('hexadecimal pairs joined by colons'),
    fingerprintSha1: z.string(),
  })
  .meta({ id: 'CertificateSummary' });

export const chainLink = certificateSummary
  .extend({
    role: z.enum(['leaf', 'intermediate', 'anchor']),
    served: z.boolean().describe('part of what the gateway sends in a handshake'),
  })
  .meta({ id: 'ChainLink' });

/** One version that a slot holds or held. */
export const identityVersion = certificateSummary
  .extend({
    id: z.string(),
    state: z.enum(['active', 'previous', 'retired', 'pending-acme']),
    source: z.enum(['temporary', 'csr', 'upload', 'reused-key', 'acme', 'private-ca']),
    temporary: z.boolean(),
    createdAt: time,
    activatedAt: time.nullable(),
  })
  .meta({ id: 'IdentityVersion' });

export const activeIdentity = identityVersion
  .extend({
    names: z.array(name),
    extendedKeyUsage: z.array(z.string()),
    publicKeySha256: z.string(),
    chain: z.array(chainLink),
    chainComplete: z.boolean(),
    missingIssuer: z.string().nullable(),
    alertFrom: time.describe('from when the gateway warns about the end'),
    damaged: z.string().nullable().describe('why this version cannot be served'),
  })
  .meta({ id: 'ActiveIdentity' });

export const requiredName = z
  .object({
    kind: z.enum(['dns', 'srv', 'xmpp']),
    value: z.string(),
    source: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'RequiredName' });

export const condition = z
  .object({
    code: z.string(),
    object: z.string(),
    severity: z.enum(['critical', 'alert', 'warning']),
    message: z.string(),
    hint: z.string(),
  })
  .meta({ id: 'Condition' });

export const csrSummary = z
  .object({
    id: z.string(),
    state: z.enum(['pending', 'last']),
    subject: z.string(),
    names: z.array(name),
    keyKind: z.string(),
    publicKeySha256: z.string(),
    createdAt: time,
  })
  .meta({ id: 'CsrSummary' });

export const identityOverview = z
  .object({
    slot: z.string(),
    label: z.string(),
    version: z.number().int(),
    served: z.enum(['own', 'server', 'previous', 'none']).describe('which certificate is presented in this slot'),
    expires: z.string().nullable().describe('Currently loaded certificate expires on …'),
    active: identityVersion.nullable(),
    previous: identityVersion.nullable(),
    pendingCsr: csrSummary.nullable(),
    conditions: z.array(condition),
  })
  .meta({ id: 'IdentityOverview' });

export const identityView = identityOverview
  .extend({
    active: activeIdentity.nullable(),
    previous: activeIdentity.nullable(),
    lastCsr: csrSummary.nullable(),
    requiredNames: z.array(requiredName),
    missingNames: z.array(requiredName),
    usedBy: z.array(z.string()),
    history: z.array(identityVersion),
  })
  .meta({ id: 'IdentityView' });

/** What the operator fills in for a request. Only the common name is needed, and it has a default. */
export const csrForm = z
  .object({
    commonName: z.string().max(300).optional().describe("default: the cluster's FQDN, else this peer's; or the domain"),
    alternativeNames: z
      .enum(['none', 'this-peer', 'all-peers'])
      .optional()
      .describe('none: the common name only. In a cluster this peer and the cluster are always there'),
    additionalNames: z.array(z.string().max(20_000)).max(5000).optional().describe('each entry may be a comma list'),
    country: z.string().max(100).optional(),
    state: z.string().max(300).optional(),
    locality: z.string().max(300).optional(),
    organization: z.string().max(300).optional(),
    organizationalUnit: z.string().max(300).optional(),
    email: z.string().max(300).optional(),
    key: z
      .string()
      .max(40)
      .optional()
      .describe('rsa-2048 (default), rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519, ml-dsa-44, -65, -87'),
    digest: z.string().max(40).optional().describe('sha256 (default), sha384, sha512'),
    purpose: z.enum(['server-and-client', 'server-only']).optional().describe('extended key usages asked for'),
    reuseKey: z.boolean().optional().describe('Re-use current private key'),
  })
  .meta({ id: 'CsrForm' });

export const csrPreview = z
  .object({
    subject: z.string(),
    names: z.array(name.extend({ reason: z.string() })),
    key: z.string(),
    digest: z.string(),
    extendedKeyUsage: z.array(z.string()),
    chatNodeAliases: z.string().describe('the list to copy to the other gateway, comma separated'),
    reminders: z.array(remark),
    errors: z.array(z.object({ code: z.string(), field: z.string(), detail: z.string(), hint: z.string().optional() })),
  })
  .meta({ id: 'CsrPreview' });

export const csrDefaults = z
  .object({
    form: csrForm,
    commonNames: z.array(z.object({ value: z.string(), label: z.string() })),
    clustered: z.boolean(),
    keys: z.array(z.object({ value: z.string(), label: z.string() })),
    digests: z.array(z.string()),
    canReuseKey: z.boolean(),
    helps: z.record(z.string(), z.string()).describe('help text by field'),
  })
  .meta({ id: 'CsrDefaults' });

export const csrView = csrSummary
  .extend({
    slot: z.string(),
    pem: z.string(),
    text: z.string(),
    extendedKeyUsage: z.array(z.string()),
    commands: z.array(z.object({ title: z.string(), command: z.string(), note: z.string() })),
    reminders: z.array(remark),
  })
  .meta({ id: 'CsrView' });

export const uploadRequest = z
  .object({
    files: z
      .array(z.object({ name: z.string().max(10_000).optional(), content: z.base64().describe('base64') }))
      .min(1)
      .max(50),
    password: z.string().max(1000).optional().describe('of a PKCS#12 file'),
    reuseKey: z.boolean().optional().describe('Re-use current private key'),
    force: z.boolean().optional().describe('an expired certificate becomes a warning that must be confirmed by typing'),
  })
  .meta({ id: 'UploadRequest' });

/** One thing found while an upload was checked. */
export const finding = z
  .object({
    code: z.string(),
    check: z.string(),
    detail: z.string(),
    hint: z.string().optional(),
    affected: z.array(z.string()).describe('zones, peers or names that suffer'),
  })
  .meta({ id: 'UploadFinding' });

export const uploadPreview = z
  .object({
    previewId: z.string(),
    digest: z.string().describe('SHA-256 of the upload, hexadecimal'),
    slot: z.string(),
    slotVersion: z.number().int(),
    expiresAt: time,
    keySource: z.enum(['uploaded', 'pending-csr', 'current']),
    certificate: certificateSummary.extend({
      names: z.array(name),
      extendedKeyUsage: z.array(z.string()),
      text: z.string(),
    }),
    chain: z.array(chainLink),
    warnings: z.array(finding),
    notes: z.array(z.string()).describe('what was converted or repaired'),
    checks: z.array(
      z.object({
        check: z.string(),
        title: z.string(),
        outcome: z.enum(['passed', 'warning']),
        answer: z.array(z.string()),
      }),
    ),
    appendable: z.array(certificateSummary).describe('issuers of the upload that can join the trusted CA list'),
    typed: z.string().nullable().describe('what must be typed to confirm, when something was forced'),
  })
  .meta({ id: 'UploadPreview' });

export const uploadConfirmation = z
  .object({
    appendIssuer: z.boolean().optional().describe('append what `appendable` lists to the trusted CA list'),
    typed: z.string().max(300).optional(),
    digest: z.string().max(64).optional().describe('of the preview; another one is refused'),
  })
  .meta({ id: 'UploadConfirmation' });

/** Answer to a change: what the slot holds now, and whether every listener serves it. */
export const changeResult = z
  .object({
    identity: identityView,
    served: z.boolean(),
    notServed: z.string().nullable().describe('why listeners still serve the former state'),
  })
  .meta({ id: 'IdentityChange' });

export const domainRequest = z.object({ domain: z.string().min(1).max(300) });
export const slotParams = z.object({ slot: z.string().max(300).describe('server, client or domain:NAME') });
export const uploadParams = slotParams.extend({ previewId: z.string().max(64) });

export type Remark = z.infer<typeof remark>;
export type Name = z.infer<typeof name>;
export type CertificateSummary = z.infer<typeof certificateSummary>;
export type ChainLink = z.infer<typeof chainLink>;
export type IdentityVersion = z.infer<typeof identityVersion>;
export type ActiveIdentity = z.infer<typeof activeIdentity>;
export type IdentityOverview = z.infer<typeof identityOverview>;
export type IdentityView = z.infer<typeof identityView>;
export type Condition = z.infer<typeof condition>;
export type CsrForm = z.infer<typeof csrForm>;
export type CsrPreview = z.infer<typeof csrPreview>;
export type CsrDefaults = z.infer<typeof csrDefaults>;
export type CsrSummary = z.infer<typeof csrSummary>;
export type CsrView = z.infer<typeof csrView>;
export type UploadRequest = z.infer<typeof uploadRequest>;
export type Finding = z.infer<typeof finding>;
export type UploadPreview = z.infer<typeof uploadPreview>;
export type UploadConfirmation = z.infer<typeof uploadConfirmation>;
export type ChangeResult = z.infer<typeof changeResult>;
