/** What was issued, in the API: lists, downloads, revocation. */
import { Problem } from '../../../lib/problem.ts';
import { RawAnswer, type Route, route } from '../../../lib/route.ts';
import { parseCertificate } from '../../../pki/certificate/certificate.ts';
import { encodePem } from '../../../pki/pem.ts';
import { serialText } from '../issue/serial.ts';
import type { IssuedCertificate, PrivateCa } from '../private-ca.ts';
import { noCertificate } from '../problems.ts';
import {
  bySerial,
  certificateView,
  fileQuery,
  issuedPage,
  issuedQuery,
  ofAuthority,
  revocationRequest,
} from '../schemas.ts';
import { certificateViewOf, rowViewOf } from '../views.ts';

const tag = 'private-ca';

export function issuedRoutes(ca: PrivateCa): readonly Route[] {
  return [...reading(ca), ...revoking(ca)];
}

function reading(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'listPrivateCaCertificates',
      method: 'GET',
      path: '/private-ca/certificates',
      tag,
      summary: 'What was issued, newest first; by words, serial number, state, template, end',
      access: 'auditor',
      query: issuedQuery,
      response: issuedPage,
      handler: async ({ query: { expiresBefore, ...query } }) => {
        const before = expiresBefore === undefined ? undefined : Date.parse(expiresBefore);
        const { certificates, next } = await ca.issued({ ...query, expiresBefore: before });
        return { certificates: certificates.map(rowViewOf), next };
      },
    }),
    route({
      id: 'getPrivateCaCertificate',
      method: 'GET',
      path: '/private-ca/certificates/{serial}',
      tag,
      summary: 'One certificate with its record',
      access: 'auditor',
      params: bySerial,
      query: ofAuthority,
      response: certificateView,
      handler: async ({ params, query }) => certificateViewOf(await ca.certificate({ ...params, ...query })),
    }),
    route({
      id: 'downloadPrivateCaCertificate',
      method: 'GET',
      path: '/private-ca/certificates/{serial}/file',
      tag,
      summary: 'A certificate as PEM or DER, or with its chain',
      access: 'auditor',
      params: bySerial,
      query: fileQuery,
      contentType: 'application/x-pem-file',
      handler: async ({ params, query: { authority, format } }) =>
        fileOf(await ca.certificate({ ...params, authority }), format),
    }),
  ];
}

function revoking(ca: PrivateCa): readonly Route[] {
  return [
    route({
      id: 'revokePrivateCaCertificate',
      method: 'POST',
      path: '/private-ca/certificates/{serial}/revocation',
      tag,
      summary: 'Revoke a certificate, or put it on hold',
      access: 'administrator',
      stepUp: true,
      params: bySerial,
      body: revocationRequest,
      response: certificateView,
      handler: async ({ actor, params, body: { reason, authority } }) =>
        certificateViewOf(await ca.revoke(actor, { ...params, authority }, reason)),
    }),
    route({
      id: 'releasePrivateCaCertificate',
      method: 'POST',
      path: '/private-ca/certificates/{serial}/release',
      tag,
      summary: 'End a hold: the certificate is good again',
      access: 'administrator',
      stepUp: true,
      params: bySerial,
      query: ofAuthority,
      response: certificateView,
      handler: async ({ actor, params, query }) => certificateViewOf(await ca.release(actor, { ...params, ...query })),
    }),
    route({
      id: 'revokeOwnPrivateCaCertificate',
      method: 'POST',
      path: '/private-ca/own-revocation',
      tag,
      summary: 'Revoke the certificate that this connection was made with: who holds the key may say that it is lost',
      access: 'public',
      expensive: true,
      body: revocationRequest,
      response: certificateView,
      handler: async ({ actor, clientChain, body: { reason, authority } }) => {
        const shown = clientChain?.[0] === undefined ? undefined : parseCertificate(clientChain[0]);
        if (!shown?.ok) throw nothingShown();
        const name = { serial: serialText(shown.value.serial), authority };
        const holder = { publicKeyInfo: shown.value.publicKeyInfo, address: actor.address };
        return certificateViewOf(await ca.revokeByHolder(name, reason, holder));
      },
    }),
  ];
}

function fileOf({ der, chain, serial }: IssuedCertificate, format: 'pem' | 'der' | 'chain'): RawAnswer {
  if (der === undefined) throw noCertificate(serial);
  if (format === 'der') return new RawAnswer('application/pkix-cert', der, `${serial}.cer`);
  const pem = (format === 'chain' ? [der, ...chain] : [der]).map((one) => encodePem('CERTIFICATE', one)).join('');
  return new RawAnswer('application/x-pem-file', pem, `${serial}.pem`);
}

function nothingShown(): Problem {
  return new Problem({
    code: 'private-ca.no-client-certificate',
    status: 401,
    title: 'The connection was made without a certificate.',
    detail: 'Only who connects with the certificate, and so proves to hold its key, can revoke it here.',
    hint: 'Connect with the certificate and its key, or ask an administrator.',
  });
}
