/** Issuing in the API. */
import { type Route, route } from '../../../lib/route.ts';
import { Secret } from '../../../lib/secret.ts';
import { isoTime } from '../../../lib/time-text.ts';
import { encodePem } from '../../../pki/pem.ts';
import type { PrivateCa } from '../private-ca.ts';
import { issuedAnswer, issueRequest, previewAnswer, previewRequest } from '../schemas.ts';
import { csrOf } from './read-files.ts';

const tag = 'private-ca';

export function issueRoutes(ca: PrivateCa): readonly Route[] {
  /** The request in the body, or the pending one of a slot. */
  const asked = async ({
    csr,
    slot,
    notAfter,
  }: {
    csr?: string | undefined;
    slot?: string | undefined;
    notAfter?: string | undefined;
  }) => ({
    csr: csr === undefined ? await ca.slotRequest(slot) : csrOf(Buffer.from(csr, 'base64')),
    notAfter: notAfter === undefined ? undefined : Date.parse(notAfter),
  });
  return [
    route({
      id: 'previewPrivateCaCertificate',
      method: 'POST',
      path: '/private-ca/previews',
      tag,
      summary: 'What would be issued for a request, and what would be left out; nothing is kept',
      access: 'auditor',
      body: previewRequest,
      response: previewAnswer,
      handler: async ({ body }) => {
        const { notAfter, ...preview } = await ca.preview({ ...body, ...(await asked(body)) });
        return { ...preview, notAfter: isoTime(notAfter) };
      },
    }),
    route({
      id: 'issuePrivateCaCertificate',
      method: 'POST',
      path: '/private-ca/certificates',
      tag,
      summary: 'Issue a certificate for an uploaded request or the pending request of a slot',
      access: 'administrator',
      stepUp: true,
      body: issueRequest,
      response: issuedAnswer,
      status: 201,
      handler: async ({ actor, body: { deploy, passphrase, ...body } }) => {
        const request = {
          ...body,
          ...(await asked(body)),
          passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
        };
        const signs = body.csr === undefined ? { slot: body.slot ?? '', deploy } : undefined;
        const issued = await (signs === undefined
          ? ca.issue(actor, { ...request, source: 'upload' })
          : ca.issueForSlot(actor, signs, { ...request, source: 'slot' }));
        const { authority, serial, certificate, chain, notAfter, notes } = issued;
        const pem = encodePem('CERTIFICATE', certificate);
        return {
          authority,
          serial,
          notes,
          pem,
          notAfter: isoTime(notAfter),
          deployed: signs?.deploy ?? false,
          chain: pem + chain.map((der) => encodePem('CERTIFICATE', der)).join(''),
        };
      },
    }),
  ];
}
