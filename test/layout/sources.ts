/** The project's TypeScript files and what each imports, read as text. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Paths from the project's root for files of ours, bare names for everything else. */
  readonly imports: readonly string[];
}

/** Every file of the work tree that git does not ignore, below the given folders. */
export function projectFiles(...folders: readonly string[]): readonly string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...folders], {
    encoding: 'utf8',
  });
  return [...new Set(out.split('\0').filter((path) => path !== ''))].filter(exists).sort();
}

/** The TypeScript files below the given folders. */
export function sources(...folders: readonly string[]): readonly SourceFile[] {
  return projectFiles(...folders)
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, lines: text.split('\n').length - 1, imports: importsOf(path, text) };
    });
}

export function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function importsOf(path: string, text: string): readonly string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    return name.startsWith('.') ? normalize(join(dirname(path), name)) : name;
  });
}
