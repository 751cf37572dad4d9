/** The tools in the API. Files travel as base64; a private key is read and never sent back. */
import { z } from 'zod';
import { toBase64 } from '../../lib/bytes.ts';
import { type Route, route } from '../../lib/route.ts';
import type { InputFile, Tools } from './tools.ts';

const files = z
  .array(z.strictObject({ name: z.string().max(5000), content: z.base64().describe('The file, base64.') }))
  .min(1)
  .max(20);

const request = z.strictObject({
  files,
  password: z.string().max(1024).optional().describe('Of a PKCS#12 file.'),
});

const decoded = z
  .object({
    files: z.array(
      z.object({
        name: z.string(),
        format: z.enum(['pem', 'der', 'pkcs7', 'base64', 'pkcs12']),
        notes: z.array(z.string()).readonly().describe('What was converted or repaired.'),
        objects: z
          .array(
            z.object({
              kind: z.enum(['certificate', 'private-key', 'public-key', 'csr', 'crl', 'ocsp-answer']),
              offset: z.int().describe('Octet of the file at which it begins.'),
              facts: z.array(z.object({ label: z.string(), value: z.string() })).readonly(),
              remarks: z.array(z.string()).readonly(),
              text: z.string().describe('The decoded view in the layout of openssl -text.'),
            }),
          )
          .readonly(),
      }),
    ),
  })
  .meta({ id: 'DecodedFiles' });

const converted = z
  .object({
    content: z.base64(),
    contentType: z.string(),
    extension: z.string(),
    notes: z.array(z.string()).readonly(),
  })
  .meta({ id: 'ConvertedFile' });

const matched = z
  .object({
    matches: z.boolean(),
    words: z.string(),
    sides: z
      .array(
        z.object({
          file: z.string(),
          kind: z.enum(['private-key', 'public-key', 'certificate', 'csr']),
          subject: z.string(),
          keyFingerprint: z.string().describe('SHA-256 over SubjectPublicKeyInfo, hexadecimal.'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'MatchAnswer' });

const chain = z
  .object({
    summary: z.string(),
    complete: z.boolean(),
    links: z
      .array(
        z.object({
          role: z.enum(['leaf', 'intermediate', 'root']),
          subject: z.string(),
          fingerprint: z.string().describe('SHA-256, hexadecimal.'),
          words: z.string(),
        }),
      )
      .readonly(),
    remarks: z.array(z.string()).readonly(),
    missingIssuer: z.object({ name: z.string(), keyId: z.string().optional() }).optional(),
    unused: z.array(z.string()).readonly(),
    pem: z.string().describe('Leaf first, without the root.'),
  })
  .meta({ id: 'ChainAnswer' });

/** What every tool's route has in common. */
const common = { method: 'POST', tag: 'tools', access: 'auditor', expensive: true, upload: true } as const;

export function toolsRoutes(tools: Tools): readonly Route[] {
  return [
    route({
      ...common,
      id: 'decodeFiles',
      path: '/tools/decode',
      summary: 'Decode certificates, requests, CRLs, OCSP answers and keys',
      description: 'Of a private key only the public half is shown; a challenge password is masked.',
      body: request,
      response: decoded,
      handler: async ({ body }) => ({ files: [...(await tools.decode(inputs(body.files), body.password))] }),
    }),
    route({
      ...common,
      id: 'convertFiles',
      path: '/tools/convert',
      summary: 'Convert between PEM, DER and PKCS#7',
      description: 'Private keys are left out: the command line converts them on your own machine.',
      body: request.extend({ to: z.enum(['pem', 'der', 'pkcs7']) }),
      response: converted,
      handler: async ({ body }) => {
        const answer = await tools.convert(inputs(body.files), { to: body.to, keys: false }, body.password);
        return { ...answer, content: toBase64(answer.content) };
      },
    }),
    route({
      ...common,
      id: 'matchFiles',
      path: '/tools/match',
      summary: 'Say whether a key belongs to a certificate or request',
      body: request,
      response: matched,
      handler: ({ body }) => tools.match(inputs(body.files), body.password),
    }),
    route({
      ...common,
      id: 'orderChain',
      path: '/tools/chain',
      summary: 'Put a chain in order, complete it from the trusted CA list and explain it',
      body: request,
      response: chain,
      handler: ({ body }) => tools.chain(inputs(body.files), body.password),
    }),
  ];
}

function inputs(given: readonly { readonly name: string; readonly content: string }[]): InputFile[] {
  return given.map(({ name, content }) => ({ name, content: Buffer.from(content, 'base64') }));
}
