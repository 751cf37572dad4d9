/** The status of every certificate of a CA, found by serial number: 32 bytes and a table slot each, no objects. */
import { hashOctets } from '../../pki/crl/serial-hash.ts';
import {
  type CertificateStatus,
  isWholeRecord,
  recordLength,
  serialOffset,
  stateGood,
} from '../../storage/publication/status-record.ts';

export class StatusIndex {
  #records = Buffer.alloc(recordLength * 64);
  #table = new Uint32Array(128);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Takes whole records one after the other, stops at one that is not; answers how many octets were taken. */
  take(bytes: Buffer): number {
    let at = 0;
    for (; isWholeRecord(bytes, at); at += recordLength) this.#put(bytes, at);
    return at;
  }

  /** A number that is another one once the status is; 0 for a serial number that was never issued. */
  stamp(serial: Uint8Array): number {
    const place = this.#table[this.#slotOf(serial)]!;
    return place === 0 ? 0 : this.#records.readUInt32BE(place * recordLength - 4) || 1;
  }

  /** Undefined for a serial number (content octets) that was never issued. */
  find(serial: Uint8Array): CertificateStatus | undefined {
    const place = this.#table[this.#slotOf(serial)]!;
    return place === 0 ? undefined : this.#statusAt((place - 1) * recordLength);
  }

  /** Serial numbers in the order in which they were issued, from the newest back. */
  *newest(): Generator<Uint8Array> {
    for (let i = this.#count - 1; i >= 0; i--) yield serialAt(this.#records, i * recordLength);
  }

  #put(bytes: Buffer, at: number): void {
    const slot = this.#slotOf(serialAt(bytes, at));
    const place = this.#table[slot]!;
    if (place !== 0) {
      bytes.copy(this.#records, (place - 1) * recordLength, at, at + recordLength);
      return;
    }
    if ((this.#count + 1) * recordLength > this.#records.length) this.#grow();
    bytes.copy(this.#records, this.#count * recordLength, at, at + recordLength);
    this.#count++;
    this.#table[slot] = this.#count;
    // at most half full, so that runs stay short
    if (this.#count * 2 > this.#table.length) this.#rehash();
  }

  /** The slot that holds the serial number, or the free one where it belongs. */
  #slotOf(serial: Uint8Array): number {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = hashOctets(serial, 0, serial.length) & mask;
    while (table[slot] !== 0 && !this.#isSerial((table[slot]! - 1) * recordLength, serial)) slot = (slot + 1) & mask;
    return slot;
  }

  #isSerial(at: number, serial: Uint8Array): boolean {
    const records = this.#records;
    if (records[at + 2] !== serial.length) return false;
    for (let i = serial.length - 1; i >= 0; i--) if (records[at + serialOffset + i] !== serial[i]) return false;
    return true;
  }

  #statusAt(at: number): CertificateStatus {
    const records = this.#records;
    return {
      serial: serialAt(records, at),
      state: records[at] === stateGood ? 'good' : 'revoked',
      revokedAt: records.readUInt32BE(at + 4) * 1000,
      reasonCode: records[at + 1]!,
    };
  }

  #grow(): void {
    const larger = Buffer.alloc(this.#records.length * 2);
    this.#records.copy(larger);
    this.#records = larger;
  }

  #rehash(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let i = 0; i < this.#count; i++) {
      this.#table[this.#slotOf(serialAt(this.#records, i * recordLength))] = i + 1;
    }
  }
}

function serialAt(records: Buffer, at: number): Uint8Array {
  return records.subarray(at + serialOffset, at + serialOffset + records[at + 2]!);
}
