/**
 * ZIP archives of CRLs (APPNOTE 6.3.10), read strictly: central directory and local headers must say the same, members
 * must follow each other without overlap or gap, and what real output exceeds is stopped while it comes out.
 */
import { crc32 } from 'node:zlib';
import { printable } from '../../../lib/printable.ts';
import { inflate } from './inflate.ts';
import { allowedOutput, type UnpackLimits, UnpackRefusal, unpackLimits } from './unpack-error.ts';

export interface ZipMember {
  /** A label: nothing is ever written under it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || isEmptyZip(bytes));
}

/** The files in the archive, in the order of its directory. Throws `UnpackRefusal`. */
export function readZip(file: Uint8Array, limits: UnpackLimits = unpackLimits): readonly ZipMember[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const entries = readDirectory(view, file, limits);
  checkLayout(view, file, entries);
  const total = { left: allowedOutput(file.length, limits.bytes, limits) };
  return entries.filter((entry) => !entry.name.endsWith('/')).map((entry) => unpack(file, entry, total, limits));
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
  /** Where the member's data begins; known after its local header was read. */
  data: number;
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endHeader = 0x06054b50;
const descriptorHeader = 0x08074b50;

function isEmptyZip(bytes: Uint8Array): boolean {
  return bytes[2] === 5 && bytes[3] === 6;
}

function readDirectory(view: DataView, file: Uint8Array, limits: UnpackLimits): Entry[] {
  const { count, start, end } = findEnd(view);
  if (count > limits.members) throw forbidden(`${count} members, more than ${limits.members}`);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== centralHeader) throw malformed('its directory is cut off');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const next = at + 46 + nameLength! + extraLength! + commentLength!;
    if (next > end) throw malformed('its directory is cut off');
    const entry: Entry = {
      name: nameOf(file, at + 46, nameLength!),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      local: view.getUint32(at + 42, true),
      data: 0,
    };
    if (view.getUint16(at + 34, true) !== 0) throw forbidden('several volumes');
    checkEntry(entry, view.getUint16(at + 4, true) >> 8, view.getUint32(at + 38, true));
    const key = entry.name.toLowerCase();
    if (names.has(key)) throw forbidden(`two members of the name ${printable(entry.name, 100)}`);
    names.add(key);
    entries.push(entry);
    at = next;
  }
  if (at !== end) throw malformed('its directory holds more than it says');
  return entries;
}

/** APPNOTE 4.3.16: the record at the very end; with a comment, the one whose comment reaches exactly to the end. */
function findEnd(view: DataView): Directory {
  const length = view.byteLength;
  for (let at = length - 22; at >= Math.max(0, length - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== endHeader || at + 22 + view.getUint16(at + 20, true) !== length) continue;
    const count = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 12, true);
    const start = view.getUint32(at + 16, true);
    if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) throw forbidden('the form for huge files (ZIP64)');
    if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
      throw forbidden('the form for huge files (ZIP64)');
    if (
      view.getUint16(at + 4, true) !== 0 ||
      view.getUint16(at + 6, true) !== 0 ||
      view.getUint16(at + 8, true) !== count
    )
      throw forbidden('several volumes');
    if (start + size !== at) throw malformed('its directory is not where it says');
    return { count, start, end: at };
  }
  throw malformed('its directory is missing');
}

function checkEntry(entry: Entry, system: number, attributes: number): void {
  const { name, flags, method, packed, size, local } = entry;
  const shown = printable(name, 100);
  // APPNOTE 4.4.4: encryption, strong encryption, masked headers; patched data
  if ((flags & 0x2061) !== 0) throw forbidden(`the encrypted or patched member ${shown}`);
  if (method !== 0 && method !== 8) throw forbidden(`the member ${shown}, compressed by method ${method}`);
  if ([packed, size, local].includes(0xffffffff)) throw forbidden('the form for huge files (ZIP64)');
  if (method === 0 && packed !== size) throw malformed(`the sizes of ${shown} do not agree`);
  if (name.endsWith('/') && size !== 0) throw malformed(`the folder ${shown} has content`);
  if (name === '' || /^[/\\]|^[a-z]:|\\|\u0000/i.test(name) || name.split('/').includes('..'))
    throw forbidden(`the path ${shown}, which leads outside`);
  // the upper half of the attributes is a Unix mode when the archive was made on Unix
  const kind = system === 3 ? (attributes >>> 16) & 0xf000 : 0;
  if (kind !== 0 && kind !== 0x8000 && kind !== 0x4000) throw forbidden(`the member ${shown}, which is no plain file`);
}

/** Local headers must repeat the directory; from the first octet to the directory, member follows member. */
function checkLayout(view: DataView, file: Uint8Array, entries: readonly Entry[]): void {
  const { start } = findEnd(view);
  let at = 0;
  for (const entry of [...entries].sort((a, b) => a.local - b.local)) {
    const shown = printable(entry.name, 100);
    if (entry.local !== at) throw forbidden(`the member ${shown} over or apart from another`);
    if (at + 30 > start || view.getUint32(at, true) !== localHeader)
      throw malformed(`${shown} is not where it should be`);
    const nameLength = view.getUint16(at + 26, true);
    entry.data = at + 30 + nameLength + view.getUint16(at + 28, true);
    const end = entry.data + entry.packed;
    if (end > start) throw malformed(`${shown} reaches into the directory`);
    const later = (entry.flags & 8) !== 0;
    const said = [14, 18, 22].map((offset) => view.getUint32(at + offset, true));
    const known = [entry.crc, entry.packed, entry.size];
    const same =
      nameOf(file, at + 30, nameLength) === entry.name &&
      view.getUint16(at + 6, true) === entry.flags &&
      view.getUint16(at + 8, true) === entry.method &&
      said.every((value, i) => value === known[i] || (later && value === 0));
    if (!same) throw malformed(`the directory and the header of ${shown} do not agree`);
    at = later ? endOfDescriptor(view, end, start, known) : end;
  }
  if (at !== start) throw malformed('something lies between the members and the directory');
}

/** APPNOTE 4.3.9: checksum and sizes after the data, with or without a signature. */
function endOfDescriptor(view: DataView, at: number, limit: number, known: readonly number[]): number {
  for (const skip of [4, 0]) {
    const from = at + skip;
    if (from + 12 > limit || (skip === 4 && view.getUint32(at, true) !== descriptorHeader)) continue;
    if (known.every((value, i) => view.getUint32(from + 4 * i, true) === value)) return from + 12;
  }
  throw malformed('a member is not followed by its sizes');
}

function unpack(file: Uint8Array, entry: Entry, total: { left: number }, limits: UnpackLimits): ZipMember {
  const shown = printable(entry.name, 100);
  const packed = file.subarray(entry.data, entry.data + entry.packed);
  const allowed = allowedOutput(entry.packed, total.left, limits);
  if (entry.size > allowed)
    throw new UnpackRefusal(
      'revocation.archive-too-large',
      `${shown} says that it unpacks to ${entry.size} octets, more than the ${allowed} it may`,
    );
  // the size it claims is the limit: one that lies is stopped there
  const { bytes, used } = entry.method === 0 ? { bytes: packed, used: packed.length } : inflate(packed, entry.size);
  if (used !== entry.packed || bytes.length !== entry.size) throw malformed(`the sizes of ${shown} are wrong`);
  if (crc32(bytes) !== entry.crc) throw malformed(`the checksum of ${shown} is wrong`);
  total.left -= bytes.length;
  return { name: shown, bytes };
}

function nameOf(file: Uint8Array, at: number, length: number): string {
  if (length > 255) throw forbidden('a name of more than 255 octets');
  return Buffer.from(file.subarray(at, at + length)).toString('utf8');
}

function malformed(why: string): UnpackRefusal {
  return new UnpackRefusal('revocation.archive-malformed', `the ZIP archive is damaged: ${why}`);
}

function forbidden(why: string): UnpackRefusal {
  return new UnpackRefusal('revocation.archive-forbidden', `the ZIP archive has ${why}`);
}
