/** A scratch folder in which tests let the real `openssl` make keys, certificates, CRLs and OCSP answers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  /** Runs `openssl` in the folder; an argument list as one string is split at blanks. Returns standard output. */
  openssl(args: string | readonly string[]): Buffer;
  write(name: string, content: string | Uint8Array): void;
  read(name: string): Buffer;
  remove(): void;
}

export function createScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-openssl-'));
  return {
    openssl(args) {
      const list = typeof args === 'string' ? args.split(' ') : [...args];
      return execFileSync('openssl', list, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 256 << 20 });
    },
    write: (name, content) => writeFileSync(join(folder, name), content),
    read: (name) => readFileSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
