/** Client certificate testing, certificate-based authentication and the secure traversal test in the API. */
import { z } from 'zod';
import { type Route, route, SessionAnswer } from '../../../lib/route.ts';
import type { Zones } from '../zones.ts';

const tag = 'zones';

const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .describe('Regular expression with named groups over the decoded certificate.');
const template = z.string().min(1).max(200).describe('`#group#` stands for what a group took.');
const crlCheck = z.enum(['none', 'peer', 'all']).describe('Of which certificates the revocation is checked.');

const authentication = {
  version: z.int().describe('In a change: the version it was made from.'),
  mode: z
    .enum(['not-required', 'validation', 'authentication'])
    .describe('`validation`: a trusted certificate is needed. `authentication`: it is the log-in.'),
  crlCheck,
  pattern,
  template,
};

const authenticationSchema = z.object(authentication).meta({ id: 'CertificateAuthentication' });
const authenticationRequest = z.strictObject(authentication).meta({ id: 'CertificateAuthenticationRequest' });

const aspects = z
  .array(
    z.object({
      aspect: z.enum(['trust', 'dates', 'use', 'name', 'revocation', 'answer']),
      result: z.enum(['good', 'bad', 'unknown', 'not-checked']),
      words: z.string(),
      remedy: z.string(),
    }),
  )
  .readonly();

const testAnswer = z
  .object({
    accepted: z.boolean(),
    aspects,
    user: z.object({
      matched: z.string().optional().describe('What the expression took.'),
      groups: z.record(z.string(), z.string()),
      userName: z.string().optional(),
      words: z.string().describe('Why there is no name.'),
    }),
    userExists: z.boolean().nullable(),
    decoded: z.string().describe('What the expression is compared with.'),
    decision: z.unknown(),
    text: z.string().describe('The decision for people.'),
  })
  .meta({ id: 'ClientCertificateTest' });

const traversalAnswers = z
  .object({
    tests: z
      .array(
        z.object({
          target: z.string(),
          connected: z.boolean(),
          connection: z.string(),
          directions: z
            .array(
              z.object({
                direction: z.enum(['theirs', 'ours']),
                title: z.string(),
                accepted: z.boolean().nullable(),
                words: z.string(),
                aspects,
                text: z.string(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'TraversalTests' });

export function checkRoutes(zones: Zones): readonly Route[] {
  return [
    route({
      id: 'testClientCertificate',
      method: 'POST',
      path: '/zones/client-certificate-test',
      tag,
      summary: 'What would become of a client certificate: each check, and the user’s name in it',
      description: 'Nothing is stored. Expression, template and CRL check are those in force unless given.',
      access: 'auditor',
      expensive: true,
      upload: true,
      body: z
        .strictObject({
          file: z.base64().optional().describe('PEM, DER or PKCS#7, base64; unless given, what this client has shown.'),
          name: z.string().max(5_000).default(''),
          pattern: pattern.optional(),
          template: template.optional(),
          crlCheck: crlCheck.optional(),
        })
        .meta({ id: 'ClientCertificateTestRequest' }),
      response: testAnswer,
      handler: ({ body: { file, ...rest }, clientChain = [] }) =>
        zones.testCertificate({
          ...rest,
          file: file === undefined ? undefined : Buffer.from(file, 'base64'),
          shown: clientChain,
        }),
    }),
    route({
      id: 'getCertificateAuthentication',
      method: 'GET',
      path: '/zones/certificate-authentication',
      tag,
      summary: 'Certificate-based authentication: whether HTTPS clients show a certificate, and whose it is',
      access: 'auditor',
      response: authenticationSchema,
      handler: () => zones.authentication(),
    }),
    route({
      id: 'changeCertificateAuthentication',
      method: 'PUT',
      path: '/zones/certificate-authentication',
      tag,
      summary: 'Change certificate-based authentication',
      access: 'administrator',
      stepUp: true,
      body: authenticationRequest,
      response: authenticationSchema,
      handler: ({ actor, body }) => zones.changeAuthentication(actor, body),
    }),
    route({
      id: 'getCertificateLogIn',
      method: 'GET',
      path: '/session/certificate',
      tag,
      summary: 'Whether the client certificate of this connection can be the log-in',
      access: 'public',
      response: z
        .object({
          possible: z.boolean(),
          shown: z.boolean().describe('Whether a client certificate was shown at all.'),
        })
        .meta({ id: 'CertificateLogIn' }),
      handler: async ({ clientChain = [] }) => ({
        possible: await zones.logInPossible(clientChain),
        shown: clientChain.length > 0,
      }),
    }),
    route({
      id: 'logInByCertificate',
      method: 'POST',
      path: '/session/certificate',
      tag,
      summary: 'Log in by the client certificate of this connection',
      description: 'Sets the session cookie. Dangerous changes still need the password (POST /session/confirm).',
      access: 'public',
      expensive: true,
      response: z.object({ user: z.object({ name: z.string(), role: z.string() }) }).meta({ id: 'CertificateSession' }),
      handler: async ({ actor, clientChain = [], sessionId }) => {
        const { session, token } = await zones.logInByCertificate(actor, clientChain, sessionId);
        return new SessionAnswer(session, token);
      },
    }),
    route({
      id: 'testZoneTraversal',
      method: 'POST',
      path: '/zones/{id}/traversal-test',
      tag,
      summary: 'Secure traversal test of every peer of a zone: what each side would refuse, and the remedy',
      access: 'administrator',
      expensive: true,
      params: z.object({ id: z.string().max(64) }),
      response: traversalAnswers,
      handler: async ({ params }) => ({ tests: await zones.testTraversal({ zone: params.id }) }),
    }),
    route({
      id: 'testTraversal',
      method: 'POST',
      path: '/zones/traversal-test',
      tag,
      summary: 'Secure traversal test of any SIP TLS server',
      access: 'administrator',
      expensive: true,
      body: z
        .strictObject({
          target: z.string().min(1).max(300).describe('`host` or `host:port`; port 5061 unless told.'),
          name: z.string().max(255).optional().describe('What it must prove; the host unless told.'),
        })
        .meta({ id: 'TraversalTestRequest' }),
      response: traversalAnswers,
      handler: async ({ body }) => ({ tests: await zones.testTraversal(body) }),
    }),
  ];
}
