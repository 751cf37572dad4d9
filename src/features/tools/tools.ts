/** The tools page: decode, convert, match, order a chain. Reads files, changes nothing, keeps nothing. */
import { equalBytes, toColonHex } from '../../lib/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import { printable } from '../../lib/printable.ts';
import { type Certificate, fingerprint } from '../../pki/certificate/certificate.ts';
import { completeChain } from '../../pki/chain/complete-chain.ts';
import { type ChainExplanation, explainChain } from '../../pki/chain/explain-chain.ts';
import { orderChain } from '../../pki/chain/order-chain.ts';
import type { Recognised } from '../../pki/container/recognise.ts';
import { encodePem } from '../../pki/pem.ts';
import { type Converted, type ConvertOptions, convertFile } from './convert.ts';
import { type DecodedObject, decodeMember } from './decode.ts';
import { type MatchAnswer, matchFiles } from './match.ts';
import { openUpload } from './open-upload.ts';
import { nothingToUse, unreadableFile } from './problems.ts';

export { type OpenOptions, openUpload } from './open-upload.ts';

/** A file as a person gave it; the name is a label for messages and nothing else. */
export interface InputFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface DecodedFile {
  readonly name: string;
  readonly format: Recognised['format'];
  /** What was converted or repaired, in words. */
  readonly notes: readonly string[];
  readonly objects: readonly DecodedObject[];
}

export interface ChainAnswer extends ChainExplanation {
  readonly complete: boolean;
  readonly missingIssuer?: { readonly name: string; readonly keyId?: string };
  /** SHA-256 fingerprints (colon hex) of what does not belong to the chain. */
  readonly unused: readonly string[];
  /** Leaf first, the root left out: the form servers want. */
  readonly pem: string;
}

export interface Tools {
  decode(files: readonly InputFile[], password?: string): Promise<readonly DecodedFile[]>;
  convert(files: readonly InputFile[], options: ConvertOptions, password?: string): Promise<Converted>;
  match(files: readonly InputFile[], password?: string): Promise<MatchAnswer>;
  chain(files: readonly InputFile[], password?: string): Promise<ChainAnswer>;
}

export interface ToolsDependencies {
  readonly clock: Pick<Clock, 'now'>;
  /** The certificates a chain may end at and be completed from. */
  readonly trusted: () => Promise<readonly Certificate[]>;
}

/** The operations; each throws a Problem that names the file when one cannot be read. */
export function createTools({ clock, trusted }: ToolsDependencies): Tools {
  return {
    async decode(files, password) {
      const now = clock.now();
      const found = await openAll(files, password);
      return found.map(({ name, found: { format, notes, members } }) => ({
        name,
        format,
        notes,
        objects: members.map((member) => decodeMember(member, now)),
      }));
    },
    async convert(files, options, password) {
      const found = await openAll(files, password);
      const converted = convertFile(merged(found.map((file) => file.found)), options);
      return { ...converted, notes: [...found.flatMap((file) => file.found.notes), ...converted.notes] };
    },
    async match(files, password) {
      return matchFiles(await openAll(files, password));
    },
    async chain(files, password) {
      const found = await openAll(files, password);
      return explain(
        found.flatMap((file) => file.found.certificates),
        await trusted(),
        clock.now(),
      );
    },
  };
}

async function openAll(files: readonly InputFile[], password: string | undefined) {
  const opened: { readonly name: string; readonly found: Recognised }[] = [];
  for (const { name, content } of files) {
    const options = password === undefined ? {} : { password };
    const found = await openUpload(content, { what: 'any', ...options });
    if (!found.ok) throw unreadableFile(name, found.error);
    opened.push({ name: printable(name, 100), found: found.value });
  }
  return opened;
}

/** Several files as if they were one. */
function merged(files: readonly Recognised[]): Recognised {
  const [first] = files;
  if (first === undefined) throw nothingToUse('No file was given.', 'Choose a file.');
  return {
    ...first,
    members: files.flatMap((file) => file.members),
    certificates: files.flatMap((file) => file.certificates),
    keys: files.flatMap((file) => file.keys),
    crls: files.flatMap((file) => file.crls),
  };
}

function explain(bag: readonly Certificate[], trusted: readonly Certificate[], now: number): ChainAnswer {
  const ordered = orderChain(undefined, bag);
  const [leaf] = ordered.chain;
  if (leaf === undefined) throw nothingToUse('The files hold no certificate.', 'Choose the certificate and its chain.');
  const completed = completeChain(leaf, bag, trusted);
  const used = completed.anchor === undefined ? completed.chain : [...completed.chain, completed.anchor];
  const unused = ordered.unused.filter((certificate) => !used.some((c) => equalBytes(c.der, certificate.der)));
  return {
    ...explainChain(completed, now, unused),
    complete: completed.complete,
    ...(completed.missingIssuer === undefined ? {} : { missingIssuer: completed.missingIssuer }),
    unused: unused.map((certificate) => toColonHex(fingerprint(certificate.der, 'sha256'))),
    pem: completed.chain.map((certificate) => encodePem('CERTIFICATE', certificate.der)).join(''),
  };
}
