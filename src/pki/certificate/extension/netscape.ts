/** The Netscape extensions that are still found in certificates of private CAs. */
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

export const netscapeComment = decoder('2.16.840.1.113730.1.13', (reader): string => {
  reader.expect(IA5_STRING, 'nsComment');
  const problem = stringProblem(reader.der, IA5_STRING, reader.content, reader.stop);
  if (problem !== undefined) reader.fail('der.string', `nsComment: ${problem}`, reader.start);
  return latin1(reader.der, reader.content, reader.stop);
});
