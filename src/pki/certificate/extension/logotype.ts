/** Logotypes (RFC 9399): checked as DER and kept as they are, since nothing here shows pictures. */
import { decoder } from './extension-decoder.ts';

/** DER of LogotypeExtn. */
export const logotype = decoder('1.3.6.1.5.5.7.1.12', (reader): Uint8Array => {
  reader.any('logotype');
  return reader.element();
});
