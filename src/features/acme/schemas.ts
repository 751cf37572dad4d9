/** What the API takes and gives for ACME: one description for validation, types and the OpenAPI file. */
import { z } from 'zod';
import { weekdays } from './renewal/deploy-time.ts';

const time = z.iso.datetime().describe('UTC');
const words = z.array(z.string().max(1000)).max(50);

const secretField = z.string().max(500).nullable().optional();

const dnsChallenge = z.discriminatedUnion('method', [
  z.object({
    type: z.literal('dns-01'),
    method: z.literal('rfc2136'),
    server: z.string().min(1).max(255).describe('address of the primary name server'),
    port: z.number().int().min(1).max(65_535).optional(),
    zone: z.string().max(253).optional().describe('asked of the DNS when missing'),
    keyName: z.string().max(253).optional().describe('TSIG key'),
    keyAlgorithm: z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']).optional(),
    secret: secretField.describe('TSIG key, base64; write only, the one there is stays when missing; null: none'),
  }),
  z.object({
    type: z.literal('dns-01'),
    method: z.literal('exec'),
    program: words.min(1).describe('program and fixed arguments, each one word; no shell sees them'),
  }),
  z.object({
    type: z.literal('dns-01'),
    method: z.literal('webhook'),
    url: z.url({ protocol: /^https$/ }).max(2000),
    caPem: z.string().max(200_000).optional(),
    secret: secretField.describe('sent as bearer token; write only, the one there is stays when missing; null: none'),
  }),
]);

/** How it is proven that names are held. Secrets are written, never read. */
export const challengeSettings = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('http-01') }),
    z.object({ type: z.literal('tls-alpn-01') }),
    dnsChallenge,
  ])
  .meta({ id: 'AcmeChallengeSettings' });

const providerFields = {
  name: z.string().min(1).max(100),
  contact: z.array(z.email().max(254)).max(10).describe('admin e-mail; the CA may write there'),
  profile: z.string().max(100).describe('one of those that the CA offers; empty: its default'),
  preferredChain: z.string().max(300).describe('common name of the root or issuer to prefer; empty: the CA decides'),
  challenge: challengeSettings,
};

export const acmeProviderRequest = z
  .object({
    kind: z.enum(['acme', 'private-ca']),
    name: providerFields.name,
    directoryUrl: z
      .url({ protocol: /^https$/ })
      .max(2000)
      .optional()
      .describe('of kind acme'),
    stagingUrl: z
      .url({ protocol: /^https$/ })
      .max(2000)
      .optional()
      .describe('where a set-up is tested'),
    caPem: z.string().max(200_000).optional().describe('CAs that the directory is verified with; empty: public roots'),
    approvedHosts: z
      .array(z.string().max(253))
      .max(20)
      .optional()
      .describe('hosts the directory may name beside its own'),
    externalAccount: z
      .object({
        keyId: z.string().min(1).max(500),
        hmacKey: z.string().max(1000).describe('base64url; write only; empty: as it is'),
      })
      .optional(),
    contact: providerFields.contact.optional(),
    profile: providerFields.profile.optional(),
    preferredChain: providerFields.preferredChain.optional(),
    challenge: challengeSettings.optional().describe('default: http-01'),
    template: z.string().max(100).optional().describe('of kind private-ca'),
  })
  .meta({ id: 'AcmeProviderRequest' });

const cleared = 'null: none any more';

/** What is missing stays as it is. */
export const acmeProviderPatch = acmeProviderRequest
  .omit({ kind: true })
  .partial()
  .extend({
    version: z.number().int().describe('of the provider that was read'),
    stagingUrl: acmeProviderRequest.shape.stagingUrl.nullable().describe(cleared),
    caPem: acmeProviderRequest.shape.caPem.nullable().describe(cleared),
    approvedHosts: acmeProviderRequest.shape.approvedHosts.nullable().describe(cleared),
    externalAccount: acmeProviderRequest.shape.externalAccount
      .nullable()
      .describe(`${cleared}, its HMAC key goes with it`),
    contact: acmeProviderRequest.shape.contact.nullable().describe(cleared),
    profile: acmeProviderRequest.shape.profile.nullable().describe('null: the default of the CA'),
    preferredChain: acmeProviderRequest.shape.preferredChain.nullable().describe('null: the CA decides'),
    challenge: acmeProviderRequest.shape.challenge
      .nullable()
      .describe('replaces the settings as a whole; null: http-01'),
  })
  .meta({ id: 'AcmeProviderPatch' });

export const acmeAccountView = z
  .object({
    status: z.enum(['none', 'new', 'valid', 'deactivated', 'lost']),
    url: z.string().nullable(),
    contact: z.array(z.string()),
    terms: z.string().nullable().describe('URL of the terms that were accepted'),
    keyThumbprint: z.string().nullable().describe('RFC 7638, base64url'),
    createdAt: time.nullable(),
  })
  .meta({ id: 'AcmeAccount' });

export const acmeProviderView = z
  .object({
    id: z.string(),
    position: z.number().int(),
    version: z.number().int(),
    kind: z.enum(['acme', 'private-ca']),
    builtIn: z.boolean(),
    staging: z.boolean().describe('its certificates are for tests and never become active'),
    name: z.string(),
    directoryUrl: z.string().nullable(),
    stagingUrl: z.string().nullable(),
    caPem: z.string(),
    approvedHosts: z.array(z.string()),
    externalAccount: z.object({ keyId: z.string() }).nullable(),
    contact: z.array(z.string()),
    profile: z.string(),
    preferredChain: z.string(),
    challenge: challengeSettings,
    template: z.string(),
    account: acmeAccountView.nullable(),
    usedBy: z.array(z.string()).describe('slots'),
    limits: z.array(
      z.object({
        what: z.string(),
        key: z.string(),
        used: z.number().int(),
        allowed: z.number().int(),
        windowHours: z.number(),
        near: z.boolean(),
      }),
    ),
    waitUntil: time.nullable().describe('until when the CA has asked not to be called'),
  })
  .meta({ id: 'AcmeProvider' });

/** What a directory says of itself. */
export const acmeDirectoryView = z
  .object({
    terms: z.string().nullable(),
    website: z.string().nullable(),
    caaIdentities: z.array(z.string()),
    externalAccountRequired: z.boolean(),
    profiles: z.array(z.object({ name: z.string(), description: z.string() })),
    renewalInformation: z.boolean(),
  })
  .meta({ id: 'AcmeDirectory' });

export const acmeSlotSettings = z
  .object({
    providers: z.array(z.string().max(64)).max(10).describe('ids, the first is asked first; none: ACME is not used'),
    scheduler: z.boolean().describe('automated scheduler: sign and deploy without a person'),
    days: z.array(z.enum(weekdays)).max(7).describe('on which to deploy; none: every day'),
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .describe('UTC, HH:MM: from when on those days to deploy'),
    key: z.enum(['retain', 'rotate']).describe('whether a renewal keeps the key'),
    copyAsClient: z.boolean().describe('deploying also replaces the client certificate'),
  })
  .meta({ id: 'AcmeSlotSettings' });

export const acmeSlotPatch = acmeSlotSettings
  .partial()
  .extend({ version: z.number().int() })
  .meta({ id: 'AcmeSlotPatch' });

export const acmeProblem = z
  .object({ code: z.string(), detail: z.string(), hint: z.string() })
  .meta({ id: 'AcmeProblem' });

/** From the first look at the CA's authorization to its decision. */
export const proofStates = ['to-prove', 'in-place', 'asked', 'looking', 'proven', 'refused'] as const;

/** One order with its steps, to be asked for again and again while it runs. */
export const acmeOrderView = z
  .object({
    id: z.string(),
    slot: z.string(),
    provider: z.string(),
    providerName: z.string(),
    purpose: z.enum(['manual', 'renewal', 'test']),
    state: z.enum(['running', 'done', 'failed', 'abandoned']),
    step: z.string(),
    steps: z.array(
      z.object({
        step: z.string(),
        title: z.string(),
        state: z.enum(['open', 'running', 'done', 'failed']),
        at: time.nullable(),
        words: z.string(),
      }),
    ),
    challenges: z
      .array(
        z.object({
          name: z.string(),
          type: z.enum(['http-01', 'dns-01', 'tls-alpn-01']),
          state: z
            .enum(proofStates)
            .describe('in-place: the CA could look; asked: it was told so; looking: it says that it does'),
          since: time.describe('when it came to this state'),
          answer: z.string().describe('what the CA said of it last'),
        }),
      )
      .describe('one for each name, once the CA has told what it wants to see'),
    url: z.string().nullable(),
    names: z.array(z.string()),
    problem: acmeProblem.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'AcmeOrder' });

/** What is under way now; cheap enough to be asked for every two seconds. */
export const acmeRunning = z
  .object({
    changes: z.number().int().describe('another number whenever anything of ACME has changed, by whomever'),
    orders: z.array(acmeOrderView),
  })
  .meta({ id: 'AcmeRunning' });

/** The signed certificate that waits to be deployed. */
export const acmePending = z
  .object({
    subject: z.string(),
    issuer: z.string(),
    names: z.array(z.string()),
    notBefore: time,
    notAfter: time,
    fingerprintSha256: z.string(),
    extendedKeyUsage: z.array(z.string()),
    signedAt: time,
    provider: z.string(),
    deployAt: time.nullable().describe('when the scheduler deploys it'),
    warnings: z.array(z.object({ code: z.string(), detail: z.string(), hint: z.string().optional() })),
  })
  .meta({ id: 'AcmePendingCertificate' });

const lastStatus = z
  .object({ at: time, ok: z.boolean(), code: z.string(), words: z.string(), hint: z.string(), provider: z.string() })
  .nullable();

export const acmeRenewal = z
  .object({
    at: time.nullable().describe('when the next certificate is ordered'),
    reason: z.string().describe('in words, where that time comes from'),
    window: z.object({ start: time, end: time, explanation: z.string().nullable() }).nullable().describe('of the CA'),
    nextAsk: time.nullable().describe('when the CA is asked for its window again'),
    failures: z.number().int().describe('since the last success'),
    failingSince: time.nullable(),
    nextAttempt: time.nullable(),
    attemptsLeft: z.number().int().nullable().describe('attempts that fit before the certificate expires'),
    stopped: z.boolean().describe('thirty days of failures: a person has to look'),
    retryNowLeft: z.number().int().describe('of four in an hour'),
  })
  .meta({ id: 'AcmeRenewal' });

export const acmeSlotView = z
  .object({
    slot: z.string(),
    label: z.string(),
    version: z.number().int(),
    settings: acmeSlotSettings,
    certificate: z
      .object({ notBefore: time, notAfter: time, fingerprintSha256: z.string(), byProvider: z.string().nullable() })
      .nullable(),
    pending: acmePending.nullable(),
    running: acmeOrderView.nullable(),
    lastSign: lastStatus,
    lastDeploy: lastStatus,
    renewal: acmeRenewal,
    warnings: z.array(z.object({ code: z.string(), detail: z.string(), hint: z.string().optional() })),
  })
  .meta({ id: 'AcmeSlot' });

/** One row of the look at everything before a CA is asked. */
export const acmeCheckRow = z
  .object({
    check: z.string(),
    title: z.string(),
    outcome: z.enum(['good', 'warning', 'bad', 'unknown']),
    words: z.string(),
    hint: z.string(),
    action: z.enum(['append-issuers', 'download-issuers']).nullable().describe('what one click can do about it'),
  })
  .meta({ id: 'AcmeCheckRow' });

export const acmeTimelineEntry = z
  .object({ at: time, slot: z.string(), what: z.string(), words: z.string(), ok: z.boolean(), planned: z.boolean() })
  .meta({ id: 'AcmeTimelineEntry' });

export const httpListenerView = z
  .object({
    open: z.enum(['while-needed', 'always']),
    redirect: z.boolean().describe('what is no challenge is sent to HTTPS by status 308'),
    version: z.number().int(),
    port: z.number().int(),
    httpsPort: z.number().int(),
  })
  .meta({ id: 'AcmeHttpListener' });

export const httpListenerPatch = z
  .object({
    open: z.enum(['while-needed', 'always']).optional(),
    redirect: z.boolean().optional(),
    version: z.number().int(),
  })
  .meta({ id: 'AcmeHttpListenerPatch' });

export type ChallengeSettings = z.infer<typeof challengeSettings>;
export type AcmeProviderRequest = z.infer<typeof acmeProviderRequest>;
export type AcmeProviderPatch = z.infer<typeof acmeProviderPatch>;
export type AcmeProviderView = z.infer<typeof acmeProviderView>;
export type AcmeAccountView = z.infer<typeof acmeAccountView>;
export type AcmeDirectoryView = z.infer<typeof acmeDirectoryView>;
export type AcmeSlotSettings = z.infer<typeof acmeSlotSettings>;
export type AcmeSlotPatch = z.infer<typeof acmeSlotPatch>;
export type AcmeSlotView = z.infer<typeof acmeSlotView>;
export type AcmeOrderView = z.infer<typeof acmeOrderView>;
export type AcmeRunning = z.infer<typeof acmeRunning>;
export type AcmePending = z.infer<typeof acmePending>;
export type AcmeCheckRow = z.infer<typeof acmeCheckRow>;
export type AcmeRenewal = z.infer<typeof acmeRenewal>;
export type AcmeTimelineEntry = z.infer<typeof acmeTimelineEntry>;
export type HttpListenerView = z.infer<typeof httpListenerView>;
export type HttpListenerPatch = z.infer<typeof httpListenerPatch>;
