/** Name constraints (RFC 5280 4.2.1.10). */
import type { DerReader } from '../../der/reader.ts';
import { SEQUENCE } from '../../der/tag.ts';
import { type GeneralName, readGeneralName } from '../../name/general-name.ts';
import { decoder } from './extension-decoder.ts';

/** A base of nameConstraints; an `ip` base holds address and mask (8 or 32 octets). */
export interface GeneralSubtree {
  readonly base: GeneralName;
  readonly minimum: number;
  readonly maximum?: number;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

export const nameConstraints = decoder('2.5.29.30', (reader): NameConstraints => {
  const outer = reader.enter(SEQUENCE, 'nameConstraints');
  if (!reader.more) reader.fail('extension.empty', 'nameConstraints is empty', reader.start);
  const permitted = reader.peek() === 0xa0 ? readSubtrees(reader, 0xa0, 'permittedSubtrees') : [];
  const excluded = reader.peek() === 0xa1 ? readSubtrees(reader, 0xa1, 'excludedSubtrees') : [];
  reader.leave(outer, 'nameConstraints');
  return { permitted, excluded };
});

function readSubtrees(reader: DerReader, tag: number, what: string): GeneralSubtree[] {
  const subtrees: GeneralSubtree[] = [];
  const outer = reader.enter(tag, what);
  if (!reader.more) reader.fail('extension.empty', `${what} is empty`, reader.start);
  while (reader.more) subtrees.push(readSubtree(reader, what));
  reader.leave(outer, what);
  return subtrees;
}

function readSubtree(reader: DerReader, what: string): GeneralSubtree {
  const outer = reader.enter(SEQUENCE, what);
  const base = readGeneralName(reader, what, 'constraint');
  if (base.kind === 'ip' && !isPrefixMask(base.bytes)) {
    reader.fail('extension.value', `${what} holds an IP mask with holes`, reader.start);
  }
  const minimum = reader.peek() === 0x80 ? reader.smallInteger('minimum', 0x7fffffff, 0x80) : 0;
  const maximum = reader.peek() === 0x81 ? reader.smallInteger('maximum', 0x7fffffff, 0x81) : undefined;
  reader.leave(outer, what);
  return maximum === undefined ? { base, minimum } : { base, minimum, maximum };
}

/** RFC 4632 style: ones, then zeros. */
function isPrefixMask(bytes: Uint8Array): boolean {
  let ended = false;
  for (let i = bytes.length / 2; i < bytes.length; i++) {
    const octet = bytes[i]!;
    const inverse = ~octet & 0xff;
    if ((ended && octet !== 0) || (inverse & (inverse + 1)) !== 0) return false;
    ended ||= octet !== 0xff;
  }
  return true;
}
