/** Extended key usage (RFC 5280 4.2.1.12). */
import { decoder } from './extension-decoder.ts';
import { readOids } from './oid-list.ts';

/** Purposes as dotted identifiers. */
export const extendedKeyUsage = decoder('2.5.29.37', (reader): readonly string[] => readOids(reader, 'extKeyUsage'));
