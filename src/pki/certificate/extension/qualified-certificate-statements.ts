/** Qualified certificate statements (RFC 3739 3.2.6). */
import { oidText } from '../../der/oid.ts';
import { SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface QualifiedStatement {
  readonly oid: string;
  /** DER of what the statement adds. */
  readonly information?: Uint8Array;
}

export const qualifiedStatements = decoder('1.3.6.1.5.5.7.1.3', (reader): readonly QualifiedStatement[] => {
  const statements: QualifiedStatement[] = [];
  const outer = reader.enter(SEQUENCE, 'qcStatements');
  while (reader.more) {
    const statement = reader.enter(SEQUENCE, 'qcStatement');
    reader.oid('statementId');
    const oid = oidText(reader.der, reader.content, reader.stop);
    if (reader.more) {
      reader.any('statementInfo');
      statements.push({ oid, information: reader.element() });
    } else {
      statements.push({ oid });
    }
    reader.leave(statement, 'qcStatement');
  }
  reader.leave(outer, 'qcStatements');
  return statements;
});
