/** AlgorithmIdentifier (RFC 5280 4.1.1.2). */
import { isOid, oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';

export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly der: Uint8Array;
  /** DER of the parameters, when there are any. */
  readonly parameters?: Uint8Array;
}

/** Checks the AlgorithmIdentifier that comes next; the reader's offsets are then those of the whole. */
export function checkAlgorithm(reader: DerReader, what: string): void {
  const known = usualLength(reader.der, reader.position, reader.end);
  if (known !== 0) {
    reader.start = reader.position;
    reader.stop = reader.position = reader.position + known;
    return;
  }
  const outer = reader.enter(SEQUENCE, what);
  const start = reader.start;
  reader.oid(what);
  if (reader.more) reader.any(what);
  reader.leave(outer, what);
  reader.start = start;
  reader.stop = reader.position;
}

/** The AlgorithmIdentifier of a structure that has been checked as DER. */
export function algorithmAt(der: Uint8Array, start: number, stop: number): AlgorithmIdentifier {
  for (const algorithm of usual) if (isOid(der, start, stop, algorithm.der)) return algorithm;
  return readAlgorithm(new DerReader(der, start, stop), 'algorithm');
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

/** How long the AlgorithmIdentifier at an offset is when it is one of the usual ones; otherwise 0. */
function usualLength(der: Uint8Array, start: number, end: number): number {
  const stop = start + 2 + der[start + 1]!;
  if (der[start] !== SEQUENCE || stop > end) return 0;
  for (const known of usualDer) if (isOid(der, start, stop, known)) return known.length;
  return 0;
}

/** What nearly every certificate is signed with: RSA and ECDSA with SHA-256, 384 and 512 (RFC 4055 5, RFC 5758 3.2). */
const usual: readonly AlgorithmIdentifier[] = [
  '300d06092a864886f70d01010b0500',
  '300d06092a864886f70d01010c0500',
  '300d06092a864886f70d01010d0500',
  '300a06082a8648ce3d040302',
  '300a06082a8648ce3d040303',
  '300a06082a8648ce3d040304',
].map((hex) => readAlgorithm(new DerReader(Buffer.from(hex, 'hex')), 'algorithm'));

/** The same, and the keys that nearly all certificates hold: RSA, P-256, P-384. */
const usualDer: readonly Uint8Array[] = [
  ...usual.map(({ der }) => der),
  ...[
    '300d06092a864886f70d0101010500',
    '301306072a8648ce3d020106082a8648ce3d030107',
    '301006072a8648ce3d020106052b81040022',
  ].map((hex) => Buffer.from(hex, 'hex')),
];
