/**
 * Certificate revocation lists (RFC 5280 5). Header and extensions are decoded, the entries are left where they are
 * and walked (crl-entries.ts). The CRL lives on the input, which must not change.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import { type AlgorithmIdentifier, readAlgorithm } from '../certificate/algorithm-identifier.ts';
import { issuerAltName } from '../certificate/extension/alternative-name.ts';
import { authorityKeyIdentifier } from '../certificate/extension/authority-key-identifier.ts';
import { freshestCrl } from '../certificate/extension/distribution-points.ts';
import type { ExtensionDecoder } from '../certificate/extension/extension-decoder.ts';
import {
  decodeExtension,
  type Extension,
  type ExtensionTable,
  findExtension,
  listExtensions,
  readTaggedExtensions,
} from '../certificate/extension/extension-table.ts';
import { authorityInfoAccess } from '../certificate/extension/information-access.ts';
import { oidLongName } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME } from '../der/tag.ts';
import { type DistinguishedName, nameAt, readName } from '../name/distinguished-name.ts';
import { type PkiError, PkiRefusal, refused } from '../pki-error.ts';
import { CrlCursor, type CrlEntry } from './crl-entries.ts';
import { crlNumber, deltaCrlIndicator } from './extension/crl-number.ts';
import { issuingDistributionPoint } from './extension/issuing-distribution-point.ts';

export type { CrlCursor, CrlEntry } from './crl-entries.ts';
export { compareNumbers } from './extension/crl-number.ts';
export type { IssuingDistributionPoint } from './extension/issuing-distribution-point.ts';

export interface CrlLimits {
  readonly maxBytes?: number;
  readonly maxEntries?: number;
  /** Leaves the entries unchecked; a walk then throws `PkiRefusal` where one is malformed. */
  readonly deferEntries?: boolean;
}

/** Reads a CRL that fills the input and, unless told otherwise, checks every entry. */
export function parseCrl(der: Uint8Array, limits: CrlLimits = {}): Result<Crl, PkiError> {
  const { maxBytes = 128 * 1024 * 1024, maxEntries = 1_000_000, deferEntries = false } = limits;
  try {
    if (der.length > maxBytes) {
      throw new PkiRefusal('der.too-large', `a CRL of ${der.length} octets, more than ${maxBytes}`, 0);
    }
    const crl = new Crl(der, readCrl(new DerReader(der)));
    const malformed = crl.checkExtensions();
    if (malformed !== undefined) return err(malformed);
    if (!deferEntries) crl.checkEntries(maxEntries);
    return ok(crl);
  } catch (thrown) {
    return refused(thrown);
  }
}

interface Content {
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly tbsSignatureAlgorithm: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entriesStart: number;
  readonly entriesStop: number;
  readonly table: ExtensionTable;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

const decoders: readonly ExtensionDecoder<unknown>[] = [
  crlNumber,
  deltaCrlIndicator,
  issuingDistributionPoint,
  authorityKeyIdentifier,
  issuerAltName,
  freshestCrl,
  authorityInfoAccess,
];
const known: ReadonlySet<string> = new Set(decoders.map(({ oid }) => oid));

export class Crl {
  readonly der: Uint8Array;
  /** DER of TBSCertList: what the signature covers. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** DER of the algorithm inside the signed part. */
  readonly tbsSignatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  readonly issuer: DistinguishedName;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  private readonly content: Content;
  private list: readonly Extension[] | undefined;
  private counted: number | undefined;
  private unknownInEntries: readonly string[] | undefined;

  constructor(der: Uint8Array, content: Content) {
    this.der = der;
    this.tbs = content.tbs;
    this.version = content.version;
    this.signatureAlgorithm = content.signatureAlgorithm;
    this.tbsSignatureAlgorithm = content.tbsSignatureAlgorithm;
    this.signature = content.signature;
    this.issuer = content.issuer;
    this.thisUpdate = content.thisUpdate;
    this.nextUpdate = content.nextUpdate;
    this.content = content;
  }

  /** All extensions in their order, values undecoded. */
  get extensions(): readonly Extension[] {
    this.list ??= listExtensions(this.der, this.content.table);
    return this.list;
  }

  /** Big-endian, without sign octet. */
  get crlNumber() {
    return this.decoded(crlNumber);
  }

  /** Present in a delta CRL: the number of the complete CRL it builds on. */
  get baseCrlNumber() {
    return this.decoded(deltaCrlIndicator);
  }

  get authorityKeyIdentifier() {
    return this.decoded(authorityKeyIdentifier);
  }

  get issuingDistributionPoint() {
    return this.decoded(issuingDistributionPoint);
  }

  get issuerAltName() {
    return this.decoded(issuerAltName);
  }

  get freshestCrl() {
    return this.decoded(freshestCrl);
  }

  get authorityInfoAccess() {
    return this.decoded(authorityInfoAccess);
  }

  /** Critical extensions of the CRL that nothing here can decode: such a CRL says nothing (RFC 5280 5.2). */
  get unknownCriticalExtensions(): readonly string[] {
    return this.extensions.filter(({ oid, critical }) => critical && !known.has(oid)).map(({ oid }) => oid);
  }

  /** The same for the extensions of all entries (RFC 5280 5.3). */
  get unknownCriticalEntryExtensions(): readonly string[] {
    if (this.unknownInEntries === undefined) this.checkEntries(Number.POSITIVE_INFINITY);
    return this.unknownInEntries ?? [];
  }

  /** How many certificates are listed. */
  get entryCount(): number {
    if (this.counted === undefined) this.checkEntries(Number.POSITIVE_INFINITY);
    return this.counted ?? 0;
  }

  /** Offsets of the content of revokedCertificates; equal when there is none. */
  get entryRange(): { readonly start: number; readonly end: number } {
    return { start: this.content.entriesStart, end: this.content.entriesStop };
  }

  /** A cursor before the first entry; the way to index a large list. */
  cursor(): CrlCursor {
    return new CrlCursor(this.der, this.content.entriesStart, this.content.entriesStop);
  }

  /** Every entry, decoded one at a time. */
  *entries(): IterableIterator<CrlEntry> {
    const cursor = this.cursor();
    while (cursor.next()) yield cursor.entry();
  }

  /** Walks and checks all entries; throws `PkiRefusal`. `parseCrl` has done so unless it was told to defer it. */
  checkEntries(maxEntries: number): void {
    const cursor = this.cursor();
    const unknown = new Set<string>();
    let count = 0;
    while (cursor.next()) {
      if (++count > maxEntries) {
        throw new PkiRefusal('crl.entries', `more than ${maxEntries} entries`, cursor.serialStart);
      }
      // RFC 5280 5.1.2.6: entry extensions make it version 2.
      if (this.version === 1 && cursor.extensionsStart !== 0) {
        throw new PkiRefusal('crl.version', 'entry extensions in a CRL of version 1', cursor.extensionsStart);
      }
      cursor.checkExtensions(unknown);
    }
    this.counted = count;
    this.unknownInEntries = [...unknown];
  }

  /** What is wrong with the first extension that is malformed. */
  checkExtensions(): PkiError | undefined {
    for (const decoder of decoders) {
      if (findExtension(this.der, this.content.table, decoder.content) === -1) continue;
      try {
        this.decoded(decoder);
      } catch (thrown) {
        if (!(thrown instanceof PkiRefusal)) throw thrown;
        return { ...thrown.error, message: `${oidLongName(decoder.oid)}: ${thrown.error.message}` };
      }
    }
    return undefined;
  }

  private decoded<T>(decoder: ExtensionDecoder<T>): T | undefined {
    return decodeExtension(this.der, this.content.table, decoder);
  }
}

function readCrl(reader: DerReader): Content {
  const { der } = reader;
  const outer = reader.enter(SEQUENCE, 'certificateList');
  const tbsStart = reader.position;
  const tbs = reader.enter(SEQUENCE, 'tbsCertList');
  const version = readVersion(reader);
  const inner = readAlgorithm(reader, 'signature').der;
  readName(reader, 'issuer');
  const issuer = nameAt(der, reader.start, reader.stop);
  const thisUpdate = reader.time('thisUpdate');
  const next = reader.peek();
  const nextUpdate = next === UTC_TIME || next === GENERALIZED_TIME ? reader.time('nextUpdate') : undefined;
  let entriesStart = 0;
  let entriesStop = 0;
  if (reader.peek() === SEQUENCE) {
    reader.expect(SEQUENCE, 'revokedCertificates');
    entriesStart = reader.content;
    entriesStop = reader.stop;
  }
  const table = readTable(reader, version);
  reader.leave(tbs, 'tbsCertList');
  const tbsDer = der.subarray(tbsStart, reader.position);
  const signatureAlgorithm = readAlgorithm(reader, 'signatureAlgorithm');
  reader.octetsInBits('signatureValue');
  const signature = reader.bytes();
  reader.leave(outer, 'certificateList');
  reader.finish('the input');
  return {
    tbs: tbsDer,
    version,
    tbsSignatureAlgorithm: inner,
    issuer,
    thisUpdate,
    nextUpdate,
    entriesStart,
    entriesStop,
    table,
    signatureAlgorithm,
    signature,
  };
}

/** RFC 5280 5.1.2.1: absent, or v2(1). */
function readVersion(reader: DerReader): 1 | 2 {
  if (reader.peek() !== INTEGER) return 1;
  const start = reader.position;
  const version = reader.smallInteger('version', 0x7fffffff);
  if (version !== 1) reader.fail('crl.version', `version ${version + 1} of CRLs has no place here`, start);
  return 2;
}

function readTable(reader: DerReader, version: 1 | 2): ExtensionTable {
  // RFC 5280 5.1.2.7: version 2 only.
  if (version === 1 && reader.more) reader.fail('crl.version', 'extensions in a CRL of version 1');
  return readTaggedExtensions(reader, 0xa0, 64);
}
