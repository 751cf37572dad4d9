/** What each process loads before it serves: as little as keeps the start short and the process small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sources } from './sources.ts';

const files = new Map(sources('src').map((file) => [file.path, file]));
/** Packages, and what makes a feature whole: the administration's, loaded once its door is open. */
const heavy =
  /^(zod|kysely|fastify|commander|node:http)$|\/create-(?!http-door)[^/]+\.ts$|\/(routes|commands|schemas)\.ts$/;

for (const entry of ['main', 'supervisor', 'edge/edge', 'edge/serving', 'edge/http-01', 'pki-http/pki-http']) {
  test(`${entry} loads neither a database nor what checks requests`, () => {
    const loaded = new Set([`src/${entry}.ts`]);
    const wrong: string[] = [];
    for (const path of loaded) {
      for (const target of loads(files.get(path)?.text ?? '', files.get(path)?.imports ?? [])) {
        if (heavy.test(target)) wrong.push(`${path} loads ${target}`);
        if (files.has(target)) loaded.add(target);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

/** Of a file's imports those that are loaded with it: no types, nothing that is imported when it is needed. */
function loads(text: string, imports: readonly string[]): readonly string[] {
  return imports.filter((target) => {
    const name = target.startsWith('src/') ? `/${target.split('/').at(-1)}'` : `'${target}'`;
    const lines = [...text.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from\s*('[^']+')|^import\s*('[^']+')/gm)];
    return lines.some((match) => (match[1] ?? match[2] ?? '').endsWith(name));
  });
}
