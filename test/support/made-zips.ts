/** ZIP archives for tests, good ones and ones that lie, byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface MadeMember {
  readonly name: string;
  readonly content: Uint8Array;
  readonly stored?: boolean;
  /** What the directory and the local header say instead of the truth. */
  readonly size?: number;
  readonly localSize?: number;
  readonly localName?: string;
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Unix mode in the upper half of the external attributes. */
  readonly mode?: number;
  /** Compressed data to use instead of the content's own. */
  readonly packed?: Uint8Array;
  /** Where the directory says that the local header is. */
  readonly offset?: number;
  /** Sizes follow the data instead of standing in the local header. */
  readonly descriptor?: boolean;
}

export interface MadeZipOptions {
  readonly before?: Uint8Array;
  readonly between?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly after?: Uint8Array;
  /** The number of members that the end record tells. */
  readonly count?: number;
  readonly zip64?: boolean;
}

export function makeZip(members: readonly MadeMember[], options: MadeZipOptions = {}): Buffer {
  const locals: Buffer[] = [Buffer.from(options.before ?? [])];
  const directory: Buffer[] = [];
  let at = locals[0]!.length;
  for (const member of members) {
    const packed = member.packed ?? (member.stored ? member.content : deflateRawSync(member.content));
    const crc = member.crc ?? crc32(member.content);
    const size = member.size ?? member.content.length;
    const flags = (member.flags ?? 0) | (member.descriptor ? 8 : 0);
    const method = member.method ?? (member.stored ? 0 : 8);
    const name = Buffer.from(member.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    if (!member.descriptor) {
      local.writeUInt32LE(crc, 14);
      local.writeUInt32LE(packed.length, 18);
      local.writeUInt32LE(member.localSize ?? size, 22);
    }
    const localName = Buffer.from(member.localName ?? member.name);
    local.writeUInt16LE(localName.length, 26);
    const tail = Buffer.alloc(member.descriptor ? 16 : 0);
    if (member.descriptor) {
      tail.writeUInt32LE(0x08074b50, 0);
      tail.writeUInt32LE(crc, 4);
      tail.writeUInt32LE(packed.length, 8);
      tail.writeUInt32LE(size, 12);
    }
    const whole = Buffer.concat([local, localName, packed, tail]);
    locals.push(whole);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x0314, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc, 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(member.offset ?? at, 42);
    directory.push(central, name);
    at += whole.length;
  }
  const between = Buffer.from(options.between ?? []);
  const central = Buffer.concat(directory);
  const locator = Buffer.alloc(options.zip64 ? 20 : 0);
  if (options.zip64) locator.writeUInt32LE(0x07064b50, 0);
  const end = Buffer.alloc(22);
  const comment = Buffer.from(options.comment ?? []);
  end.writeUInt32LE(0x06054b50, 0);
  const count = options.count ?? members.length;
  end.writeUInt16LE(count & 0xffff, 8);
  end.writeUInt16LE(count & 0xffff, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(options.zip64 ? 0xffffffff : at + between.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, between, central, locator, end, comment, Buffer.from(options.after ?? [])]);
}
