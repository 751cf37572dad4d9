/**
 * The entries of a CRL, walked by offsets: one object moves along the list, none is made for each entry. A million
 * entries take a fraction of a second and no memory.
 */

import type { Extension, RevocationReason } from '../certificate/extension/extension-set.ts';
import {
  decodeExtension,
  type ExtensionTable,
  listExtensions,
  readExtensions,
} from '../certificate/extension/extension-table.ts';
import { oidText } from '../der/oid.ts';
import { DerReader } from '../der/reader.ts';
import { SEQUENCE } from '../der/tag.ts';
import type { GeneralName } from '../name/general-name.ts';
import { certificateIssuer, invalidityDate, reasonCode } from './extension/entry-extensions.ts';

/** One revoked certificate, decoded; made for each step of a walk and kept by nobody but the caller. */
export interface CrlEntry {
  /** Content octets of the serial number. */
  readonly serial: Uint8Array;
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
  readonly reason?: RevocationReason;
  /** Milliseconds since 1970. */
  readonly invalidityDate?: number;
  readonly certificateIssuer?: readonly GeneralName[];
  readonly extensions: readonly Extension[];
}

/** Stands on one entry at a time; `next` moves it. Throws `PkiRefusal` at a malformed entry. */
export class CrlCursor {
  readonly der: Uint8Array;
  /** Offsets of the serial number's content octets. */
  serialStart = 0;
  serialStop = 0;
  /** Milliseconds since 1970. */
  revokedAt = 0;
  /** Offsets of the extensions; both 0 when the entry has none. */
  extensionsStart = 0;
  extensionsStop = 0;
  private readonly reader: DerReader;

  constructor(der: Uint8Array, start: number, stop: number) {
    this.der = der;
    this.reader = new DerReader(der, start, stop);
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    const { reader } = this;
    if (reader.position >= reader.end) return false;
    const outer = reader.enter(SEQUENCE, 'revokedCertificate');
    reader.integer('userCertificate');
    this.serialStart = reader.content;
    this.serialStop = reader.stop;
    this.revokedAt = reader.time('revocationDate');
    this.extensionsStart = this.extensionsStop = 0;
    if (reader.position < reader.end) {
      reader.expect(SEQUENCE, 'crlEntryExtensions');
      this.extensionsStart = reader.start;
      this.extensionsStop = reader.stop;
    }
    reader.leave(outer, 'revokedCertificate');
    return true;
  }

  /** Where the entry ends. */
  get stop(): number {
    return this.reader.position;
  }

  /** The entry decoded. */
  entry(): CrlEntry {
    const table = this.table();
    const reason = decodeExtension(this.der, table, reasonCode);
    const invalid = decodeExtension(this.der, table, invalidityDate);
    const issuer = decodeExtension(this.der, table, certificateIssuer);
    return {
      serial: this.der.subarray(this.serialStart, this.serialStop),
      revokedAt: this.revokedAt,
      ...(reason === undefined ? {} : { reason }),
      ...(invalid === undefined ? {} : { invalidityDate: invalid }),
      ...(issuer === undefined ? {} : { certificateIssuer: issuer }),
      extensions: listExtensions(this.der, table),
    };
  }

  /**
   * Checks the extensions of this entry; those that are critical and unknown are added to `unknown`. Almost all
   * entries carry a reason and nothing else, which is seen without a table.
   */
  checkExtensions(unknown: Set<string>): void {
    if (this.extensionsStart === 0 || this.isReasonAlone()) return;
    const table = this.table();
    decodeExtension(this.der, table, reasonCode);
    decodeExtension(this.der, table, invalidityDate);
    decodeExtension(this.der, table, certificateIssuer);
    for (let at = 0; at < table.length; at += 5) {
      const oid = oidText(this.der, table[at]!, table[at + 1]!);
      if (table[at + 2] === 1 && !knownEntryExtensions.has(oid)) unknown.add(oid);
    }
  }

  private table(): ExtensionTable {
    if (this.extensionsStart === 0) return [];
    return readExtensions(new DerReader(this.der, this.extensionsStart, this.extensionsStop), maxEntryExtensions);
  }

  private isReasonAlone(): boolean {
    const { der, extensionsStart: start } = this;
    if (this.extensionsStop - start !== reasonAlone.length + 1) return false;
    for (let i = reasonAlone.length - 1; i >= 0; i--) if (der[start + i] !== reasonAlone[i]) return false;
    const reason = der[start + reasonAlone.length]!;
    return reason <= 10 && reason !== 7;
  }
}

const maxEntryExtensions = 16;

const knownEntryExtensions: ReadonlySet<string> = new Set([reasonCode.oid, invalidityDate.oid, certificateIssuer.oid]);

/** SEQUENCE { SEQUENCE { id-ce-cRLReasons, OCTET STRING { ENUMERATED, one octet, which follows. */
const reasonAlone = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);
