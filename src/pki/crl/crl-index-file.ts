/** The index of a CRL as a file beside it, so that nobody has to walk a million entries again. */
import type { Crl } from './crl.ts';
import { CrlIndex, type CrlIndexParts } from './crl-index.ts';

interface Header {
  readonly format: 2;
  /** SHA-256 of the CRL's DER, hexadecimal. */
  readonly crl: string;
  readonly range: CrlIndexParts['range'];
  readonly entryCount: number;
  readonly unknownCriticalExtensions: readonly string[];
  /** Lengths in words. */
  readonly table: number;
  readonly issuerEntries: number;
}

/** Numbers are little-endian on every machine that Node runs on. */
export function indexFile(parts: CrlIndexParts, crl: string): Uint8Array {
  const { range, entryCount, unknownCriticalExtensions, table, issuerEntries } = parts;
  const header: Header = {
    format: 2,
    crl,
    range,
    entryCount,
    unknownCriticalExtensions,
    table: table.length,
    issuerEntries: issuerEntries.length,
  };
  const text = Buffer.from(JSON.stringify(header));
  const first = Buffer.alloc(4 + Math.ceil(text.length / 4) * 4, ' ');
  first.writeUInt32LE(first.length - 4);
  first.set(text, 4);
  return Buffer.concat([first, octetsOf(table), octetsOf(issuerEntries)]);
}

/** The index for a CRL; undefined when the file is of another CRL, damaged, or from another version. */
export function readIndexFile(file: Uint8Array, crl: Crl, id: string): CrlIndex | undefined {
  try {
    const length = Buffer.from(file.buffer, file.byteOffset, 4).readUInt32LE();
    const header = JSON.parse(Buffer.from(file.subarray(4, 4 + length)).toString('utf8')) as Header;
    const { range, entryCount, unknownCriticalExtensions } = header;
    const wanted = crl.entryRange;
    const words = (file.length - 4 - length) / 4;
    const fits =
      words === header.table + header.issuerEntries && range.start === wanted.start && range.end === wanted.end;
    if (header.format !== 2 || header.crl !== id || !fits) return undefined;
    const table = wordsOf(file, 4 + length, header.table);
    const issuerEntries = wordsOf(file, 4 + length + 4 * header.table, header.issuerEntries);
    return new CrlIndex(crl.der, { range, entryCount, unknownCriticalExtensions, table, issuerEntries });
  } catch {
    return undefined;
  }
}

function octetsOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function wordsOf(file: Uint8Array, at: number, length: number): Uint32Array {
  const start = file.byteOffset + at;
  if (start % 4 === 0) return new Uint32Array(file.buffer, start, length);
  const words = new Uint32Array(length);
  octetsOf(words).set(file.subarray(at, at + 4 * length));
  return words;
}
