/** Why a file named on the command line cannot be read or written, and what to do. */

export function fileReason(error: unknown): readonly [reason: string, hint: string] {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
    ENOENT: ['there is no such file', 'Check its name, and the folder you are in.'],
    EACCES: ['access is denied', 'Check the modes of the file and of the folders above it.'],
    EISDIR: ['it is a folder', 'Name a file in it.'],
    EEXIST: ['it exists already and is not replaced', 'Name another file, or move this one away.'],
    ENOSPC: ['the disk is full', 'Make room, or name a file on another disk.'],
  };
  return reasons[code ?? ''] ?? [`the system says ${code}`, 'Check the file and the disk.'];
}
