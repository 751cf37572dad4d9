/** Finds the files of an `openssl ca` folder in an archive, wherever in it the folder stands. */
import { printable } from '../../../lib/printable.ts';
import { gunzip, isGzip, isZip, readZip, UnpackRefusal } from '../../revocation/revocation.ts';
import { damaged, isTar, readTar, type TarMember } from './tar.ts';

/** Files by their path below the folder that holds index.txt: `newcerts/10.pem`. */
export type FolderFiles = ReadonlyMap<string, Uint8Array>;

/** Of the sum of all files; what an upload of ten MiB holds when it is a folder of certificates is far below. */
const limits = { members: 20_000, bytes: 128 * 1024 * 1024, ratio: 100 } as const;

/** Throws `private-ca.archive` (422) with the reason. */
export function unpackFolder(archive: Uint8Array): FolderFiles {
  const members = membersOf(archive);
  const index = members
    .map(({ name }) => clean(name))
    .filter((name) => name === 'index.txt' || name.endsWith('/index.txt'))
    .sort((a, b) => a.length - b.length)[0];
  if (index === undefined) throw damaged('there is no index.txt in it');
  const root = index.slice(0, -'index.txt'.length);
  const inside = members.map(({ name, bytes }) => [clean(name), bytes] as const);
  return new Map(
    inside.filter(([name]) => name.startsWith(root)).map(([name, bytes]) => [name.slice(root.length), bytes]),
  );
}

function membersOf(archive: Uint8Array): readonly TarMember[] {
  try {
    if (isZip(archive)) return readZip(archive, limits);
    const plain = isGzip(archive) ? gunzip(archive, limits) : archive;
    if (isTar(plain)) return readTar(plain, limits.members);
  } catch (error) {
    if (error instanceof UnpackRefusal) throw damaged(printable(error.message, 300));
    throw error;
  }
  throw damaged('it is neither ZIP nor tar nor tar.gz');
}

/** `./demoCA/index.txt` and `demoCA/index.txt` are the same. Nothing is ever written under such a name. */
function clean(name: string): string {
  return name.replace(/^(\.\/)+/, '');
}
