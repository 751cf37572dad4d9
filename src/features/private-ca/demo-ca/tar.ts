/** tar archives as `tar` writes them (POSIX.1-1988 ustar): read as far as plain files go, written one member at a time. */
import { Problem } from '../../../lib/problem.ts';

export interface TarMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const block = 512;

/** Whether it looks like one: the magic of the first header. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';
}

/** The plain files; folders, links and extra headers are passed over. Throws `private-ca.archive` (422). */
export function readTar(bytes: Uint8Array, most: number): readonly TarMember[] {
  const members: TarMember[] = [];
  for (let at = 0; at + block <= bytes.length; ) {
    const header = Buffer.from(bytes.buffer, bytes.byteOffset + at, block);
    if (header.every((octet) => octet === 0)) break;
    const size = octal(header.subarray(124, 136));
    if (checksum(header) !== octal(header.subarray(148, 156)) || size === undefined) throw damaged('a header is wrong');
    const end = at + block + size;
    if (end > bytes.length) throw damaged('it is cut off');
    const type = header[156];
    if (type === 0x30 || type === 0) {
      const [prefix, name] = [text(header.subarray(345, 500)), text(header.subarray(0, 100))];
      members.push({ name: prefix === '' ? name : `${prefix}/${name}`, bytes: bytes.subarray(at + block, end) });
      if (members.length > most) throw damaged(`it holds more than ${most} files`);
    }
    at = at + block + Math.ceil(size / block) * block;
  }
  return members;
}

/** One member with its padding; without `bytes` a folder. `mode` as in `chmod`. */
export function tarMember(name: string, bytes: Uint8Array | undefined, mode: number, seconds: number): Uint8Array {
  const length = bytes?.length ?? 0;
  const out = Buffer.alloc(block + Math.ceil(length / block) * block);
  if (name.length > 100) throw new RangeError(`${name} is too long for a tar archive`);
  out.write(name, 0, 'latin1');
  const number = (value: number, digits: number, at: number) =>
    out.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  number(mode, 7, 100);
  number(0, 7, 108);
  number(0, 7, 116);
  number(length, 11, 124);
  number(seconds, 11, 136);
  out.write(bytes === undefined ? '5' : '0', 156, 'latin1');
  out.write('ustar\u000000', 257, 'latin1');
  out.write(`${checksum(out.subarray(0, block)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  if (bytes !== undefined) out.set(bytes, block);
  return out;
}

/** What ends an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block);

export function damaged(why: string): Problem {
  return new Problem({
    code: 'private-ca.archive',
    status: 422,
    title: 'The archive cannot be read.',
    detail: `The archive is not taken: ${why}.`,
    hint: 'Pack the folder with `tar czf demoCA.tar.gz demoCA`, or as ZIP.',
    errors: [{ code: 'private-ca.archive', field: 'archive', detail: why }],
  });
}

/** The checksum counts itself as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, octet, i) => sum + (i >= 148 && i < 156 ? 0x20 : octet), 0);
}

function octal(field: Uint8Array): number | undefined {
  const digits = text(field).trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString('utf8');
}
