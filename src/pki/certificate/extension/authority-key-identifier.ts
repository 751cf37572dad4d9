/** Authority key identifier (RFC 5280 4.2.1.1). */
import { SEQUENCE } from '../../der/tag.ts';
import { type GeneralName, readGeneralNames } from '../../name/general-name.ts';
import { decoder } from './extension-decoder.ts';

export interface AuthorityKeyIdentifier {
  readonly keyId?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  /** Content octets of the issuer's serial number. */
  readonly serial?: Uint8Array;
}

export const authorityKeyIdentifier = decoder('2.5.29.35', (reader): AuthorityKeyIdentifier => {
  const found: { keyId?: Uint8Array; issuer?: readonly GeneralName[]; serial?: Uint8Array } = {};
  const outer = reader.enter(SEQUENCE, 'authorityKeyIdentifier');
  if (reader.peek() === 0x80) {
    reader.octetString('keyIdentifier', 0x80);
    found.keyId = reader.bytes();
  }
  if (reader.peek() === 0xa1) found.issuer = readGeneralNames(reader, 'authorityCertIssuer', 0xa1);
  if (reader.peek() === 0x82) {
    reader.integer('authorityCertSerialNumber', 0x82);
    found.serial = reader.bytes();
  }
  reader.leave(outer, 'authorityKeyIdentifier');
  // RFC 5280 A.2: the two are both present or both absent.
  if ((found.issuer === undefined) !== (found.serial === undefined)) {
    reader.fail('extension.value', 'authorityKeyIdentifier has an issuer without serial number or the reverse');
  }
  return found;
});
