/** Inhibit anyPolicy (RFC 5280 4.2.1.14). */
import { decoder } from './extension-decoder.ts';

/** How many further certificates may still be matched by anyPolicy. */
export const inhibitAnyPolicy = decoder('2.5.29.54', (reader): number =>
  reader.smallInteger('inhibitAnyPolicy', 0x7fffffff),
);
