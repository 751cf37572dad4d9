/** id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1). */
import { decoder } from './extension-decoder.ts';

/** True: the mere presence of the extension is its meaning. */
export const ocspNoCheck = decoder('1.3.6.1.5.5.7.48.1.5', (reader): true => {
  reader.null('ocsp-nocheck');
  return true;
});
