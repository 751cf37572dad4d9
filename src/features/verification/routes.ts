/** Verification in the API: files or a remote server in, a decision with its text out. Nothing is stored. */
import { type Route, route } from '../../lib/route.ts';
import { explain, explainRemote } from './explain.ts';
import { type QuestionFile, readChain, readQuestion } from './question.ts';
import { decisionRequest, explainedDecision, remoteAnswer, remoteRequest } from './schemas.ts';
import type { Verification } from './verification.ts';

export function verificationRoutes(verification: Verification): readonly Route[] {
  return [
    route({
      id: 'verifyCertificate',
      method: 'POST',
      path: '/verification/decisions',
      tag: 'verification',
      access: 'auditor',
      expensive: true,
      upload: true,
      summary: 'Verify a certificate and its chain, and explain the decision',
      description:
        'A refusal is an answer like any other: status 200 with `accepted` false, the reason and the next step.',
      body: decisionRequest,
      response: explainedDecision,
      handler: async ({ body }) => {
        const question = readQuestion({
          ...body,
          trust: body.trust?.map(opened),
          untrusted: body.untrusted?.map(opened),
          crls: body.crls?.map(opened),
          ocsp: body.ocsp?.map(opened),
        });
        const decision = await verification.verify({ ...question, chain: readChain(body.files.map(opened)) });
        return { decision, text: explain(decision) };
      },
    }),
    route({
      id: 'checkRemote',
      method: 'POST',
      path: '/verification/remote',
      tag: 'verification',
      access: 'administrator',
      expensive: true,
      summary: 'Fetch what a TLS or SIP server presents and verify it as the gateway would',
      description: 'Loopback, link-local, metadata and other special addresses are not called.',
      body: remoteRequest,
      response: remoteAnswer,
      handler: async ({ body: { target, sip, purpose, ...rest } }) => {
        const question = readQuestion({ ...rest, purpose: purpose ?? (sip ? 'sip-server' : 'https-server') });
        const answer = await verification.checkRemote({ ...question, target, sip });
        return { ...answer, text: explainRemote(answer) };
      },
    }),
  ];
}

function opened({ name, content }: { readonly name: string; readonly content: string }): QuestionFile {
  return { name, content: Buffer.from(content, 'base64') };
}
