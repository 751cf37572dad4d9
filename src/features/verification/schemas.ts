/** Decisions and remote checks as they travel in the API. */
import { z } from 'zod';
import { rejections } from '../../pki/path/rejection.ts';
import type { DecisionCode, WarningCode } from './decision.ts';
import { profileNames, purposeNames } from './purposes.ts';
import { revocationModes, unknownMeanings, useRules } from './question.ts';
import { usageRefusals } from './usage-refusals.ts';

const codes = ['accepted', ...Object.keys(rejections), ...Object.keys(usageRefusals)] as DecisionCode[];
const time = z.string().describe('ISO 8601, UTC.');
const words = z.string();

const namedCertificate = z
  .object({
    role: z.enum(['leaf', 'intermediate', 'trusted']),
    subject: z.string(),
    issuer: z.string(),
    serial: z.string().describe('Hexadecimal.'),
    fingerprint: z.string().describe('SHA-256, pairs with colons.'),
    notBefore: time,
    notAfter: time,
  })
  .meta({ id: 'NamedCertificate' });

const evidence = z.object({
  kind: z.enum(['crl', 'delta-crl', 'ocsp']),
  source: z.string(),
  issuer: z.string(),
  number: z.string().optional().describe('CRL number, hexadecimal.'),
  thisUpdate: time,
  nextUpdate: time.optional(),
  age: z.int().describe('Seconds since thisUpdate.'),
});

const spent = z.object({
  signatureChecks: z.int(),
  buildCalls: z.int(),
  nameConstraintComparisons: z.int(),
  policyNodes: z.int(),
});

const warningCodes = [
  'verification.not-enforced',
  'verification.name-not-checked',
  'verification.common-name',
  'verification.server-auth-only',
  'verification.weak',
  'verification.expires-soon',
  'verification.crl-old',
  'verification.status-unknown',
  'verification.chain-incomplete',
  'verification.unreadable-extra',
] as const satisfies readonly WarningCode[];

export const decision = z
  .object({
    accepted: z.boolean(),
    enforced: z.boolean().describe('False: shown only, the connection is let through.'),
    code: z.enum(codes),
    words,
    next: z.string().describe('What to do; empty when accepted.'),
    clause: z.string().describe('Of the standard, or the key of a limit.'),
    purpose: z.enum(purposeNames),
    profile: z.enum(profileNames),
    time,
    names: z.object({
      expected: z.array(z.string()).readonly(),
      matched: z.string().optional(),
      presented: z.array(z.string()).readonly(),
    }),
    path: z.array(namedCertificate).readonly().describe('Leaf first.'),
    tried: z
      .array(z.object({ path: z.array(namedCertificate).readonly(), code: z.enum(codes), words }))
      .readonly()
      .describe('Whole paths that failed for the reason given.'),
    revocation: z.object({
      mode: z.enum(revocationModes),
      whenUnknown: z.enum(unknownMeanings),
      found: z
        .array(
          z.object({
            subject: z.string(),
            fingerprint: z.string(),
            status: z.enum(['good', 'revoked', 'unknown']),
            words,
            evidence: z.array(evidence).readonly(),
          }),
        )
        .readonly(),
    }),
    warnings: z.array(z.object({ code: z.enum(warningCodes), words })).readonly(),
    also: z
      .array(z.object({ code: z.enum(codes), words, next: z.string() }))
      .readonly()
      .describe('What else would refuse it once the first reason is mended.'),
    advice: z.array(z.string()).readonly(),
    policies: z.array(z.string()).readonly(),
    cost: z.object({
      time: z.number().describe('Milliseconds.'),
      spent,
      limits: spent.extend({ time: z.number() }),
    }),
  })
  .meta({ id: 'Decision' });

export const explainedDecision = z
  .object({ decision, text: z.string().describe('The same for people.') })
  .meta({ id: 'ExplainedDecision' });

export const remoteAnswer = z
  .object({
    target: z.string(),
    address: z.string(),
    protocol: z.string().describe('Empty when the handshake did not end.'),
    cipher: z.string(),
    presented: z.int().describe('Certificates that were presented.'),
    stapled: z.boolean(),
    sip: z
      .union([
        z.object({ answered: z.literal(true), status: z.int(), reason: z.string() }),
        z.object({ answered: z.literal(false), reason: z.string() }),
      ])
      .optional(),
    remarks: z.array(z.string()).readonly(),
    decision,
    text: z.string().describe('The same for people.'),
  })
  .meta({ id: 'RemoteAnswer' });

const file = z.strictObject({ name: z.string().max(5000), content: z.base64().describe('The file, base64.') });
const files = z.array(file).max(20);
const names = z
  .array(z.string().min(1).max(300))
  .max(100)
  .describe('Any one must be proved: host, IP address, sip:domain.');

const settings = {
  names: names.optional(),
  at: z.string().max(40).optional().describe('ISO 8601, or seconds since 1970; now unless told.'),
  policies: z.array(z.string().max(200)).max(100).optional().describe('OIDs of which one must hold.'),
  profile: z.enum(profileNames).optional(),
  revocation: z.enum(revocationModes).optional().describe('`chain` where CRLs or OCSP answers are given, else `off`.'),
  whenUnknown: z.enum(unknownMeanings).optional().describe('The usual of the purpose unless told.'),
  extendedKeyUsage: z.enum(useRules).optional(),
  commonName: z.boolean().optional(),
};

export const decisionRequest = z.strictObject({
  files: files.min(1).describe('The certificate, then its chain.'),
  trust: files.optional().describe('Instead of the trusted CA list.'),
  untrusted: files.optional(),
  crls: files.optional(),
  ocsp: files.optional(),
  purpose: z.enum(purposeNames).default('any'),
  ...settings,
});

export const remoteRequest = z.strictObject({
  target: z.string().min(1).max(300).describe('`host`, `host:port`; port 443, with `sip` 5061, unless told.'),
  sip: z.boolean().default(false).describe('Sends OPTIONS and compares names by RFC 5922.'),
  purpose: z.enum(purposeNames).optional(),
  ...settings,
});
