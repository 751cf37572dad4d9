/** An index of a CRL as bytes, to be kept beside the CRL and read again by another process. */
import { err, ok, type Result } from '../../lib/result.ts';
import type { PkiError } from '../pki-error.ts';
import type { Crl } from './crl.ts';
import { CrlIndex } from './crl-index.ts';

const magic = 0x54474349;
const headerWords = 8;

/** The index without the CRL. In the byte order of the machine: it is a cache and never travels. */
export function encodeCrlIndex(index: CrlIndex): Uint8Array {
  const { range, entryCount, table, issuerEntries, unknownCriticalExtensions } = index.parts;
  const names = Buffer.from(unknownCriticalExtensions.join(' '), 'latin1');
  const words = headerWords + table.length + issuerEntries.length;
  const bytes = new Uint8Array(words * 4 + names.length);
  const header = [index.der.length, range.start, range.end, entryCount, table.length, issuerEntries.length];
  const view = new Uint32Array(bytes.buffer, 0, words);
  view.set([magic, ...header, names.length]);
  view.set(table, headerWords);
  view.set(issuerEntries, headerWords + table.length);
  bytes.set(names, words * 4);
  return bytes;
}

/**
 * Reads what `encodeCrlIndex` wrote for this very CRL; copies it into memory that threads can share. Offsets are
 * checked, entries are not: keep the bytes where only the gateway can write, and under the digest of the CRL.
 */
export function decodeCrlIndex(crl: Crl, bytes: Uint8Array): Result<CrlIndex, PkiError> {
  const aligned = new Uint32Array(new SharedArrayBuffer(bytes.length & ~3));
  new Uint8Array(aligned.buffer).set(bytes.subarray(0, aligned.byteLength));
  const [found, derLength, start, end, entryCount = 0, tableLength = 0, issuers = 0, namesLength = 0] = aligned;
  const words = headerWords + tableLength + issuers;
  const fits =
    found === magic &&
    derLength === crl.der.length &&
    start === crl.entryRange.start &&
    end === crl.entryRange.end &&
    bytes.length === words * 4 + namesLength &&
    tableLength > entryCount &&
    (tableLength & (tableLength - 1)) === 0;
  if (!fits) return refusal('the index belongs to another CRL');
  const table = aligned.subarray(headerWords, headerWords + tableLength);
  const issuerEntries = aligned.subarray(headerWords + tableLength, words);
  if (!pointsInside(table, crl) || !pointsInside(issuerEntries, crl)) return refusal('the index is damaged');
  const names = Buffer.from(bytes.subarray(words * 4)).toString('latin1');
  const unknownCriticalExtensions = names === '' ? [] : names.split(' ');
  return ok(
    new CrlIndex(crl.der, { range: crl.entryRange, entryCount, table, issuerEntries, unknownCriticalExtensions }),
  );
}

function pointsInside(offsets: Uint32Array, crl: Crl): boolean {
  const { start, end } = crl.entryRange;
  for (const offset of offsets) {
    if (offset !== 0 && (offset < start || offset >= end || crl.der[offset] !== 0x30)) return false;
  }
  return true;
}

function refusal(message: string): Result<never, PkiError> {
  return err({ code: 'crl.entries', message, offset: 0 });
}
