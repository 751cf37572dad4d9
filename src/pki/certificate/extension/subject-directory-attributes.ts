/** Subject directory attributes (RFC 5280 4.2.1.8). */
import { oidText } from '../../der/oid.ts';
import { SEQUENCE, SET } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface DirectoryAttribute {
  readonly oid: string;
  /** DER of each value. */
  readonly values: readonly Uint8Array[];
}

export const subjectDirectoryAttributes = decoder('2.5.29.9', (reader): readonly DirectoryAttribute[] => {
  const attributes: DirectoryAttribute[] = [];
  const outer = reader.enter(SEQUENCE, 'subjectDirectoryAttributes');
  while (reader.more) {
    const attribute = reader.enter(SEQUENCE, 'attribute');
    reader.oid('type');
    const oid = oidText(reader.der, reader.content, reader.stop);
    const values: Uint8Array[] = [];
    const set = reader.enter(SET, 'values');
    while (reader.more) {
      reader.any('value');
      values.push(reader.element());
    }
    reader.leave(set, 'values');
    reader.leave(attribute, 'attribute');
    attributes.push({ oid, values });
  }
  reader.leave(outer, 'subjectDirectoryAttributes');
  return attributes;
});
