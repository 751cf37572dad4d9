/** AlgorithmIdentifier (RFC 5280 4.1.1.2). */
import { oidText } from '../der/oid.ts';
import type { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly der: Uint8Array;
  /** DER of the parameters, when there are any. */
  readonly parameters?: Uint8Array;
}

/** Checks the AlgorithmIdentifier that comes next; the reader's offsets are then those of the whole. */
export function checkAlgorithm(reader: DerReader, what: string): void {
  const outer = reader.enter(SEQUENCE, what);
  const start = reader.start;
  reader.oid(what);
  if (reader.more) reader.any(what);
  reader.leave(outer, what);
  reader.start = start;
  reader.stop = reader.position;
}

/** Reads the AlgorithmIdentifier that comes next. */
export function readAlgorithm(reader: DerReader, what: string): AlgorithmIdentifier {
  const outer = reader.enter(SEQUENCE, what);
  const start = reader.start;
  reader.oid(what);
  const oid = oidText(reader.der, reader.content, reader.stop);
  const parametersAt = reader.position;
  if (reader.more) reader.any(what);
  reader.leave(outer, what);
  const der = reader.der.subarray(start, reader.position);
  if (parametersAt === reader.position) return { oid, der };
  return { oid, der, parameters: reader.der.subarray(parametersAt, reader.position) };
}
