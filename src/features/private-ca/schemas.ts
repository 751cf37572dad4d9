/** What the API takes and gives for the private CA. */
import { z } from 'zod';
import type { ExtendedKeyUsage } from '../../pki/certificate/extended-key-usages.ts';
import { keyUsages } from '../../pki/certificate/extension/key-usage.ts';
import { keyAlgorithms } from '../../pki/key/generate.ts';
import type { SubjectField } from '../../pki/name/build-name.ts';
import { revocationReasons } from './issued/revocations.ts';
import { sanKinds } from './template/template.ts';

const time = z.iso.datetime().describe('UTC');
const serial = z.string().describe('Serial number, lower-case hexadecimal.');
const serialInput = z.string().max(64).describe('Serial number in hexadecimal; colons and capitals do not matter.');
const authorityId = z.string().max(64).describe('Id of an authority.');
const passphrase = z.string().min(1).max(1_024).describe('Of a key; never stored, never logged.');
const confirmed2050 = z.boolean().optional().describe('An end in 2050 or later is meant.');
const file = z.base64().describe('A file, base64: PEM or DER.');
export const reasonWords = Object.keys(revocationReasons) as [
  keyof typeof revocationReasons,
  ...(keyof typeof revocationReasons)[],
];
const stateWords = ['good', 'revoked', 'on-hold', 'expired'] as const;
const sources = ['upload', 'slot', 'acme', 'renewal', 'authority', 'responder', 'import'] as const;

/** A short name such as `CN` or `O`, or a dotted OID. */
const subjectField = z.strictObject({
  type: z
    .custom<SubjectField['type']>(
      (value) =>
        typeof value === 'string' &&
        /^(CN|serialNumber|C|L|ST|street|O|OU|postalCode|UID|DC|emailAddress|\d+(\.\d+)+)$/.test(value),
    )
    .meta({ type: 'string', description: 'CN, O, OU, C, ST, L, emailAddress, …, or a dotted OID.' }),
  value: z.string().min(1).max(1_000),
});
const subject = z.array(subjectField).max(30);
const limits = z.strictObject({
  dns: z.array(z.string().max(253)).max(100).readonly().describe('Domains: themselves and everything below.'),
  ip: z.array(z.string().max(50)).max(100).readonly().default([]).describe('Such as 10.0.0.0/8; none: no address.'),
  email: z
    .array(z.string().max(253))
    .max(100)
    .readonly()
    .default([])
    .describe('Domains of mail addresses; none: those of dns.'),
});
const sanName = z.strictObject({ kind: z.enum(sanKinds), value: z.string().min(1).max(1_000) });

export const rootRequest = z
  .strictObject({
    subject,
    algorithm: z.enum(keyAlgorithms).default('rsa-4096'),
    days: z.int().min(1).max(36_500).default(3_650),
    passphrase,
    constraints: limits.optional().describe('Names it may issue for, itself and those below it; none: not limited.'),
    trust: z.boolean().default(false).describe('Appends it to the trusted CA list.'),
    confirmed2050,
  })
  .meta({ id: 'PrivateCaRootRequest' });

export const intermediateRequest = z
  .strictObject({
    subject,
    algorithm: z.enum(keyAlgorithms).default('ec-p256'),
    days: z.int().min(1).max(36_500).default(1_825),
    parent: authorityId.optional().describe('The root that signs; absent: another CA signs the request that is made.'),
    passphrase: passphrase.optional().describe("Of the root's key."),
    constraints: limits
      .nullable()
      .optional()
      .describe("Names it may issue for; absent: the gateway's own domains; null: not limited."),
    partitions: z
      .int()
      .min(0)
      .max(1_024)
      .default(0)
      .describe('Over how many CRLs its certificates are spread; 0: one.'),
    confirmed2050,
  })
  .meta({ id: 'PrivateCaIntermediateRequest' });

export const rotationRequest = z
  .strictObject({
    passphrase: passphrase.optional(),
    algorithm: z.enum(keyAlgorithms).optional().describe('Absent: as before.'),
    days: z.int().min(1).max(36_500).optional().describe('Absent: as long as before.'),
  })
  .meta({ id: 'PrivateCaRotationRequest' });

export const installRequest = z.strictObject({ file }).meta({ id: 'PrivateCaInstallRequest' });
export const exportRequest = z
  .strictObject({
    passphrase: passphrase.optional().describe('The key goes along, encrypted; absent: without the key.'),
  })
  .meta({ id: 'PrivateCaExportRequest' });
export const importRequest = z
  .strictObject({ archive: z.base64().describe('The folder as ZIP, tar or tar.gz, base64.'), passphrase })
  .meta({ id: 'PrivateCaImportRequest' });

export const authorityView = z
  .object({
    id: z.string(),
    role: z.enum(['root', 'intermediate']),
    state: z.enum(['pending', 'active', 'retired']).describe('retired: issues no more, is published until it ends.'),
    isDefault: z.boolean().describe('It issues unless another is named.'),
    label: z.string().describe('Common name.'),
    subject: z.string(),
    parent: z.string().nullable(),
    replacedBy: z.string().nullable(),
    key: z.enum(['passphrase', 'sealed', 'none']).describe('Where its private key is; none: not on this gateway.'),
    algorithm: z.string(),
    serial: z.string().nullable(),
    fingerprint: z.string().nullable().describe('SHA-256, upper-case with colons.'),
    keyIdentifier: z.string(),
    notBefore: time.nullable(),
    notAfter: time.nullable(),
    createdAt: time,
    constraints: z
      .object({
        dns: z.array(z.string()).readonly(),
        ip: z.array(z.string()).readonly(),
        email: z.array(z.string()).readonly(),
      })
      .nullable()
      .describe('Names it may issue for; null: not limited.'),
    partitions: z.int(),
    urls: z
      .object({ crl: z.string(), ocsp: z.string(), issuer: z.string() })
      .partial()
      .describe('What stands in certificates it issues now; of the first CRL where there are several.'),
    issued: z.int(),
    revoked: z.int(),
    pem: z.string().nullable().describe('Its certificate; null while pending.'),
    request: z.string().nullable().describe('The request to have signed, PEM; while pending.'),
    text: z.string().describe('Certificate or request, decoded.'),
  })
  .meta({ id: 'PrivateCaAuthority' });

export const authorityList = z
  .object({ authorities: z.array(authorityView).readonly() })
  .meta({ id: 'PrivateCaAuthorities' });
export const trustAnswer = z.object({ added: z.boolean().describe('False: it was on the list before.') });

const templateFields = {
  title: z.string().min(1).max(60),
  description: z.string().max(300).default(''),
  extendedKeyUsage: z
    .array(
      z.custom<ExtendedKeyUsage>((value) => typeof value === 'string' && value.length <= 100).meta({ type: 'string' }),
    )
    .max(20)
    .readonly()
    .describe('serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, or dotted OIDs.'),
  keyUsage: z
    .union([z.literal('automatic'), z.array(z.enum(keyUsages)).max(9).readonly()])
    .default('automatic')
    .describe('automatic: digitalSignature, with RSA keys keyEncipherment too.'),
  days: z.int().min(1).max(36_500).default(365).describe('How long a certificate holds unless less is asked for.'),
  sanKinds: z.array(z.enum(sanKinds)).max(10).readonly().default(['dns', 'ip']),
  domains: z.array(z.string().max(253)).max(200).readonly().default([]).describe('Empty: all that the authority may.'),
  addresses: z
    .array(z.string().max(50))
    .max(200)
    .readonly()
    .default([])
    .describe('Ranges; empty: all that the authority may.'),
  wildcards: z.boolean().default(false),
  namesRequired: z.boolean().default(true),
  subject: z.enum(['any', 'common-name', 'none']).default('any').describe('What is taken of the subject.'),
  policies: z.array(z.string().max(100)).max(20).readonly().default([]).describe('Policy OIDs.'),
  mustStaple: z.boolean().default(false),
};

export const templateRequest = z
  .strictObject({
    version: z.int().min(0).describe('The version this change was made from; 0: a new template.'),
    ...templateFields,
  })
  .meta({ id: 'PrivateCaTemplateRequest' });

export const templateView = z
  .object({ name: z.string(), version: z.int(), builtIn: z.boolean(), ...z.object(templateFields).shape })
  .meta({ id: 'PrivateCaTemplate' });

export const templateList = z
  .object({ templates: z.array(templateView).readonly() })
  .meta({ id: 'PrivateCaTemplates' });

const asked = {
  csr: file.optional().describe('A certification request, base64 of PEM or DER; absent: that of `slot`.'),
  slot: z.string().max(260).optional().describe('server, client or domain:<name>: its pending request is signed.'),
  template: z.string().max(60).default('web-client-server'),
  authority: authorityId.optional().describe('Absent: the one that issues by default.'),
  names: z.array(sanName).max(1_000).optional().describe('Instead of those of the request; every one must be allowed.'),
  subject: subject.optional().describe('Instead of that of the request.'),
  notAfter: time.optional().describe('Template and authority may end it earlier.'),
  strict: z.boolean().optional().describe('Refuses where a name would be left out.'),
};

export const previewRequest = z.strictObject(asked).meta({ id: 'PrivateCaPreviewRequest' });
export const issueRequest = z
  .strictObject({
    ...asked,
    confirmed2050,
    passphrase: passphrase.optional().describe('For an authority whose key is under one.'),
    deploy: z
      .boolean()
      .default(false)
      .describe('With `slot`: serve the certificate at once. Otherwise it waits there.'),
  })
  .meta({ id: 'PrivateCaIssueRequest' });

const notes = z
  .array(z.object({ code: z.string(), message: z.string() }))
  .readonly()
  .describe('What was left out, shortened or is worth knowing.');

export const previewAnswer = z
  .object({ subject: z.string(), names: z.array(z.string()).readonly(), notAfter: time, text: z.string(), notes })
  .meta({ id: 'PrivateCaPreview' });

export const issuedAnswer = z
  .object({
    authority: z.string(),
    serial,
    notAfter: time,
    pem: z.string().describe('The certificate.'),
    chain: z.string().describe('The certificate and those above it without the root, PEM.'),
    deployed: z.boolean().describe('The slot serves it.'),
    notes,
  })
  .meta({ id: 'PrivateCaIssued' });

const issuedRow = {
  seq: z.int(),
  authority: z.string(),
  serial,
  subject: z.string(),
  names: z.array(z.string()).readonly().describe('`dns:a.example`, `ip:192.0.2.1`, …'),
  template: z.string().describe('Empty for authorities and what was imported.'),
  notBefore: time.nullable(),
  notAfter: time,
  issuedAt: time.nullable(),
  issuedBy: z.string(),
  source: z.enum(sources),
  fingerprint: z.string().describe('SHA-256, lower-case hexadecimal; empty where the bytes are not known.'),
  state: z.enum(stateWords),
  revokedAt: time.nullable(),
  reason: z.string().nullable().describe('Reason of the revocation.'),
};

export const issuedQuery = z.object({
  text: z.string().max(200).optional().describe('Words that subject or names hold.'),
  serial: serialInput.optional().describe('Serial number or its beginning.'),
  authority: authorityId.optional(),
  template: z.string().max(60).optional(),
  state: z.enum(stateWords).optional(),
  expiresBefore: time.optional(),
  before: z.coerce.number().int().min(0).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const issuedPage = z
  .object({ certificates: z.array(z.object(issuedRow)).readonly(), next: z.int().nullable() })
  .meta({ id: 'PrivateCaCertificates' });

export const certificateView = z
  .object({
    ...issuedRow,
    keyId: z.string().describe('SHA-256 of SubjectPublicKeyInfo, hexadecimal.'),
    partition: z.int().describe('Which CRL tells about it; 0: the one of the authority.'),
    pem: z.string().nullable(),
    chain: z.string().describe('PEM of those above it, without the root.'),
    text: z.string().describe('Decoded; empty where the bytes are not known.'),
  })
  .meta({ id: 'PrivateCaCertificate' });

export const bySerial = z.object({ serial: serialInput });
export const ofAuthority = z.object({ authority: authorityId.optional().describe('Where several used the number.') });
export const fileQuery = z.object({
  authority: authorityId.optional(),
  format: z.enum(['pem', 'der', 'chain']).default('pem').describe('chain: with those above it, PEM.'),
});
export const authorityFileQuery = z.object({
  format: z.enum(['pem', 'der', 'chain', 'request']).default('pem').describe('request: while pending.'),
});
export const revocationRequest = z
  .strictObject({ reason: z.enum(reasonWords).default('unspecified'), authority: authorityId.optional() })
  .meta({ id: 'PrivateCaRevocationRequest' });

const settings = {
  version: z.int().describe('In a change: the version it was made from.'),
  publicUrl: z.string().max(200).describe("http://pki.example.com; empty: this gateway's name and port."),
  crlUrl: z.boolean().describe('Certificates name their CRL.'),
  ocspUrl: z.boolean().describe('Certificates name the OCSP responder.'),
  issuerUrl: z.boolean().describe('Certificates name where that of the authority is.'),
};
export const settingsView = z
  .object({ ...settings, effectiveUrl: z.string().describe('What stands in certificates; empty: nothing.') })
  .meta({ id: 'PrivateCaSettings' });
export const settingsRequest = z
  .strictObject({ ...z.object(settings).partial().shape, version: settings.version })
  .meta({ id: 'PrivateCaSettingsRequest' });

export const importAnswer = z
  .object({
    authority: authorityView,
    valid: z.int(),
    revoked: z.int(),
    expired: z.int(),
    withoutCertificate: z.int().describe('Lines of index.txt whose certificate is not in newcerts.'),
    notes: z.array(z.string()).readonly(),
  })
  .meta({ id: 'PrivateCaImport' });

export type AuthorityView = z.output<typeof authorityView>;
export type CertificateView = z.output<typeof certificateView>;
export type IssuedRowView = z.output<typeof issuedPage>['certificates'][number];
