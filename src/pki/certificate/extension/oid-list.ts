/** SEQUENCE OF OBJECT IDENTIFIER, never empty. */
import { oidText } from '../../der/oid.ts';
import type { DerReader } from '../../der/reader.ts';
import { SEQUENCE } from '../../der/tag.ts';

export function readOids(reader: DerReader, what: string): string[] {
  const outer = reader.enter(SEQUENCE, what);
  const oids: string[] = [];
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  while (reader.more) {
    reader.oid(what);
    oids.push(oidText(reader.der, reader.content, reader.stop));
  }
  reader.leave(outer, what);
  return oids;
}
