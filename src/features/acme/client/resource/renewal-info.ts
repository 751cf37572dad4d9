/** When the CA would like a certificate to be renewed (RFC 9773 4), and how the certificate is named to it (4.1). */

import type { Certificate } from '../../../../pki/certificate/certificate.ts';
import { isObject, type JsonObject, member, optionalText, optionalTime, unreadable } from './json-value.ts';
import { webPage } from './web-page.ts';

export interface RenewalInfo {
  /** Milliseconds since 1970; `start` before `end`. */
  readonly start: number;
  readonly end: number;
  /** A page that says why, http or https. */
  readonly explanation?: string;
}

/** The base64url key identifier of the issuer, a full stop, the base64url serial number; undefined without the former. */
export function ariCertificateId(certificate: Certificate): string | undefined {
  const keyId = certificate.authorityKeyIdentifier?.keyId;
  if (keyId === undefined || keyId.length === 0) return undefined;
  return `${base64url(keyId)}.${base64url(certificate.serial)}`;
}

export function readRenewalInfo(object: JsonObject): RenewalInfo {
  const what = 'The renewal information';
  const window = member(object, 'suggestedWindow');
  if (!isObject(window)) throw unreadable(what, 'suggestedWindow is missing');
  const start = optionalTime(window, 'start', what);
  const end = optionalTime(window, 'end', what);
  if (start === undefined || end === undefined) throw unreadable(what, 'the window has no start or no end');
  // RFC 9773 4.2: a window that ends before it starts is as if there were none
  if (end <= start) throw unreadable(what, 'the window ends before it starts');
  const explanation = webPage(optionalText(object, 'explanationURL', what));
  return { start, end, ...(explanation !== undefined && { explanation }) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
