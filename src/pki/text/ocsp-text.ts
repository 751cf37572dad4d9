/** OCSP answers in the layout of `openssl ocsp -resp_text` (OpenSSL 3.0). */
import { toHex } from '../../lib/bytes.ts';
import { oidLongName } from '../der/oid.ts';
import { type DistinguishedName, toOneLine } from '../name/distinguished-name.ts';
import type { BasicOcspResponse, OcspResponse, OcspResponseStatus, SingleResponse } from '../ocsp/ocsp.ts';
import { encodePem } from '../pem.ts';
import { certificateText } from './certificate-text.ts';
import { extensionsText } from './extension-text.ts';
import { slashedName } from './general-name-text.ts';
import { hexSerialText, timeText } from './octets-text.ts';
import { reasonNames } from './reason-names.ts';
import { signatureText } from './signature-text.ts';

/** The decoded view of an answer, the certificates it carries included. */
export function ocspText(response: OcspResponse): string {
  const status = statuses[response.status];
  const head = `OCSP Response Data:\n    OCSP Response Status: ${status.text} (0x${status.number})\n`;
  return response.basic === undefined ? head : head + basicText(response.basic);
}

/** RFC 6960 4.2.1; the number 4 is not used. */
const statuses: Readonly<Record<OcspResponseStatus, { number: number; text: string }>> = {
  successful: { number: 0, text: 'successful' },
  malformedRequest: { number: 1, text: 'malformedrequest' },
  internalError: { number: 2, text: 'internalerror' },
  tryLater: { number: 3, text: 'trylater' },
  sigRequired: { number: 5, text: 'sigrequired' },
  unauthorized: { number: 6, text: 'unauthorized' },
};

function basicText(basic: BasicOcspResponse): string {
  const responder =
    'name' in basic.responder ? toOneLine(basic.responder.name) : toHex(basic.responder.keyHash).toUpperCase();
  return [
    '    Response Type: Basic OCSP Response\n    Version: 1 (0x0)\n',
    `    Responder Id: ${responder}\n    Produced At: ${timeText(basic.producedAt)}\n    Responses:\n`,
    ...basic.responses.map(singleText),
    extensionsText('Response Extensions', basic.extensions, 4),
    signatureText(basic.signatureAlgorithm, basic.signature),
    ...basic.certificates.map((c) => certificateText(c, compactName) + encodePem('CERTIFICATE', c.der)),
  ].join('');
}

function singleText(single: SingleResponse): string {
  const id = single.certId;
  const hex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();
  const revoked = single.revokedAt === undefined ? '' : `\n    Revocation Time: ${timeText(single.revokedAt)}`;
  return [
    '    Certificate ID:\n',
    `      Hash Algorithm: ${oidLongName(id.hashAlgorithm)}\n`,
    `      Issuer Name Hash: ${hex(id.issuerNameHash)}\n`,
    `      Issuer Key Hash: ${hex(id.issuerKeyHash)}\n`,
    `      Serial Number: ${hexSerialText(id.serial)}\n`,
    `    Cert Status: ${single.status}${revoked}${reasonText(single)}`,
    `\n    This Update: ${timeText(single.thisUpdate)}`,
    single.nextUpdate === undefined ? '' : `\n    Next Update: ${timeText(single.nextUpdate)}`,
    '\n',
    extensionsText('Response Single Extensions', single.extensions, 8),
    '\n',
  ].join('');
}

function reasonText(single: SingleResponse): string {
  const reason = reasonNames.find((r) => r.name === single.reason);
  return reason === undefined ? '' : `\n    Revocation Reason: ${reason.name} (0x${reason.number.toString(16)})`;
}

/** Names of certificates inside an answer: `C=GB, CN=a`, OpenSSL's form from before it knew flags. */
function compactName(name: DistinguishedName): string {
  return slashedName(name)
    .slice(1)
    .replace(/\/(?=[A-Z]{1,2}=)/g, ', ');
}
