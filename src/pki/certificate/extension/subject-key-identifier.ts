/** Subject key identifier (RFC 5280 4.2.1.2). */
import { decoder } from './extension-decoder.ts';

export const subjectKeyIdentifier = decoder('2.5.29.14', (reader): Uint8Array => {
  reader.octetString('subjectKeyIdentifier');
  return reader.bytes();
});
