/** Authority and subject information access (RFC 5280 4.2.2). */
import { oidText } from '../../der/oid.ts';
import type { DerReader } from '../../der/reader.ts';
import { SEQUENCE } from '../../der/tag.ts';
import { type GeneralName, readGeneralName } from '../../name/general-name.ts';
import { decoder } from './extension-decoder.ts';

export interface AccessDescription {
  /** Dotted identifier: OCSP is 1.3.6.1.5.5.7.48.1, CA issuers 1.3.6.1.5.5.7.48.2. */
  readonly method: string;
  readonly location: GeneralName;
}

export const authorityInfoAccess = decoder('1.3.6.1.5.5.7.1.1', (reader): readonly AccessDescription[] =>
  readDescriptions(reader, 'authorityInfoAccess'),
);

export const subjectInfoAccess = decoder('1.3.6.1.5.5.7.1.11', (reader): readonly AccessDescription[] =>
  readDescriptions(reader, 'subjectInfoAccess'),
);

function readDescriptions(reader: DerReader, what: string): AccessDescription[] {
  const outer = reader.enter(SEQUENCE, what);
  const descriptions: AccessDescription[] = [];
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  while (reader.more) {
    const description = reader.enter(SEQUENCE, what);
    reader.oid('accessMethod');
    const method = oidText(reader.der, reader.content, reader.stop);
    const location = readGeneralName(reader, 'accessLocation');
    reader.leave(description, what);
    descriptions.push({ method, location });
  }
  reader.leave(outer, what);
  return descriptions;
}
