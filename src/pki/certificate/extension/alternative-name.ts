/** Subject and issuer alternative names (RFC 5280 4.2.1.6, 4.2.1.7). */
import { type GeneralName, readGeneralNames } from '../../name/general-name.ts';
import { decoder } from './extension-decoder.ts';

export const subjectAltName = decoder('2.5.29.17', (reader): readonly GeneralName[] =>
  readGeneralNames(reader, 'subjectAltName'),
);

export const issuerAltName = decoder('2.5.29.18', (reader): readonly GeneralName[] =>
  readGeneralNames(reader, 'issuerAltName'),
);
