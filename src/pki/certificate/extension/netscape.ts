/** The Netscape extensions that are still found in certificates of private CAs. */
import type { DerReader } from '../../der/reader.ts';
import { latin1, stringProblem } from '../../der/strings.ts';
import { IA5_STRING } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';
import { namedBits } from './named-bits.ts';

const certTypes = [
  'SSL Client',
  'SSL Server',
  'S/MIME',
  'Object Signing',
  'Unused',
  'SSL CA',
  'S/MIME CA',
  'Object Signing CA',
] as const;

export const netscapeCertType = decoder('2.16.840.1.113730.1.1', (reader): readonly string[] => [
  ...namedBits(reader, 'nsCertType', certTypes),
]);

export const netscapeBaseUrl = text('2.16.840.1.113730.1.2', 'nsBaseUrl');
export const netscapeRevocationUrl = text('2.16.840.1.113730.1.3', 'nsRevocationUrl');
export const netscapeCaRevocationUrl = text('2.16.840.1.113730.1.4', 'nsCaRevocationUrl');
export const netscapeRenewalUrl = text('2.16.840.1.113730.1.7', 'nsRenewalUrl');
export const netscapeCaPolicyUrl = text('2.16.840.1.113730.1.8', 'nsCaPolicyUrl');
export const netscapeSslServerName = text('2.16.840.1.113730.1.12', 'nsSslServerName');
export const netscapeComment = text('2.16.840.1.113730.1.13', 'nsComment');

function text(oid: string, what: string) {
  return decoder(oid, (reader: DerReader): string => {
    reader.expect(IA5_STRING, what);
    const problem = stringProblem(reader.der, IA5_STRING, reader.content, reader.stop);
    if (problem !== undefined) reader.fail('der.string', `${what}: ${problem}`, reader.start);
    return latin1(reader.der, reader.content, reader.stop);
  });
}
