/** OCSP requests (RFC 6960 4.1), decoded. */
import { ok, type Result } from '../../lib/result.ts';
import { type Extension, listExtensions, readTaggedExtensions } from '../certificate/extension/extension-table.ts';
import { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';
import { type GeneralName, readGeneralName } from '../name/general-name.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import { type CertId, nonceOf, readCertId, readOcspVersion } from './cert-id.ts';

export interface OcspRequest {
  readonly der: Uint8Array;
  readonly requestorName?: GeneralName;
  readonly requests: readonly { readonly certId: CertId; readonly extensions: readonly Extension[] }[];
  readonly extensions: readonly Extension[];
  readonly nonce?: Uint8Array;
}

/** Reads an OCSPRequest that fills the input; a signature over it is checked as DER and passed over. */
export function parseOcspRequest(der: Uint8Array, limits: { maxBytes?: number } = {}): Result<OcspRequest, PkiError> {
  const { maxBytes = 64 * 1024 } = limits;
  try {
    if (der.length > maxBytes) {
      throw new PkiRefusal('der.too-large', `an OCSP request of ${der.length} octets, more than ${maxBytes}`, 0);
    }
    return ok(readRequest(new DerReader(der)));
  } catch (thrown) {
    return refused(thrown);
  }
}

const maxExtensions = 64;

function readRequest(reader: DerReader): OcspRequest {
  const outer = reader.enter(SEQUENCE, 'OCSPRequest');
  const tbs = reader.enter(SEQUENCE, 'tbsRequest');
  readOcspVersion(reader);
  let from: { requestorName?: GeneralName } = {};
  if (reader.peek() === 0xa1) {
    const tagged = reader.enter(0xa1, 'requestorName');
    from = { requestorName: readGeneralName(reader, 'requestorName') };
    reader.leave(tagged, 'requestorName');
  }
  const requests: { certId: CertId; extensions: readonly Extension[] }[] = [];
  const list = reader.enter(SEQUENCE, 'requestList');
  while (reader.more) {
    const request = reader.enter(SEQUENCE, 'request');
    const certId = readCertId(reader);
    requests.push({
      certId,
      extensions: listExtensions(reader.der, readTaggedExtensions(reader, 0xa0, maxExtensions)),
    });
    reader.leave(request, 'request');
  }
  reader.leave(list, 'requestList');
  const extensions = listExtensions(reader.der, readTaggedExtensions(reader, 0xa2, maxExtensions));
  reader.leave(tbs, 'tbsRequest');
  if (reader.peek() === 0xa0) reader.any('optionalSignature');
  reader.leave(outer, 'OCSPRequest');
  reader.finish('the input');
  const nonce = nonceOf(extensions);
  return { der: reader.der, ...from, requests, extensions, ...(nonce === undefined ? {} : { nonce }) };
}
