/** Basic constraints (RFC 5280 4.2.1.9). */
import { INTEGER, SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many intermediates that are not self-issued may follow. */
  readonly pathLength?: number;
}

export const basicConstraints = decoder('2.5.29.19', (reader): BasicConstraints => {
  const outer = reader.enter(SEQUENCE, 'basicConstraints');
  // An explicit FALSE breaks DER, yet stands in countless certificates of real CAs.
  const ca = reader.peek() === 0x01 && reader.boolean('cA');
  const pathLength = reader.peek() === INTEGER ? reader.smallInteger('pathLenConstraint', 255) : undefined;
  reader.leave(outer, 'basicConstraints');
  return pathLength === undefined ? { ca } : { ca, pathLength };
});
