/** One name everywhere, and the habits of files: what a newcomer may rely on. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exists, projectFiles, sources } from './sources.ts';

const features = readdirSync('src/features');

test('each feature has its front door and its page in docs under its own name', () => {
  const missing = features.flatMap((name) =>
    [`src/features/${name}/${name}.ts`, `docs/${name}.md`].filter((path) => !exists(path)),
  );
  assert.deepEqual(missing, []);
});

test('each feature with routes is a tag of the OpenAPI file, and no tag is without a feature', () => {
  const openapi = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as { tags: { name: string }[] };
  const withRoutes = features.filter((name) => exists(`src/features/${name}/routes.ts`));
  assert.deepEqual(openapi.tags.map((tag) => tag.name).sort(), withRoutes.sort());
});

test('files are named in kebab case, never after a drawer', () => {
  const drawers = /(^|\/)(index|utils?|helpers?|common|types|misc)\.tsx?$/;
  const wrong = sources('src', 'web/src', 'test', 'scripts', 'bench')
    .map((file) => file.path)
    .filter((path) => drawers.test(path) || !/^[a-z0-9-]+(\.test)?\.tsx?$/.test(path.split('/').at(-1) ?? ''));
  assert.deepEqual(wrong, []);
});

test('no source file grows over 400 lines, no folder over twenty files', () => {
  const all = sources('src', 'web/src').filter((file) => !file.path.endsWith('.test.ts'));
  const long = all.filter((file) => file.lines > 400).map((file) => `${file.path} has ${file.lines} lines`);
  // one file per extension of a certificate: the standard makes that folder long, not we
  const catalogues = new Set(['src/pki/certificate/extension']);
  const perFolder = Map.groupBy(all, (file) => file.path.split('/').slice(0, -1).join('/'));
  const crowded = [...perFolder]
    .filter(([folder, files]) => files.length > 20 && !catalogues.has(folder))
    .map(([folder, files]) => `${folder} holds ${files.length} files`);
  assert.deepEqual([...long, ...crowded], []);
});

test('exports are named, types are strict, nothing is left undone', () => {
  const wrong: string[] = [];
  for (const { path, text } of sources('src', 'web/src', 'test', 'scripts', 'bench')) {
    if (path.startsWith('test/layout/')) continue;
    const allowsDefault = path === 'web/vite.config.ts';
    if (/^export default/m.test(text) && !allowsDefault) wrong.push(`${path}: default export`);
    if (/@ts-(ignore|nocheck|expect-error)|biome-ignore/.test(text)) wrong.push(`${path}: a check is switched off`);
    if (/\b(TODO|FIXME|XXX)\b/.test(text)) wrong.push(`${path}: unfinished`);
    if (/\.(skip|only|todo)\(/.test(text)) wrong.push(`${path}: a test is switched off`);
  }
  assert.deepEqual(wrong, []);
});

test('every source file opens with a comment that says what it is responsible for', () => {
  const wrong = sources('src')
    .filter((file) => !file.path.endsWith('.test.ts'))
    .filter((file) => !/\/\*\*/.test(file.text.slice(0, 2000)))
    .map((file) => file.path);
  assert.deepEqual(wrong, []);
});

test('links between the documents lead somewhere', () => {
  const broken: string[] = [];
  for (const path of projectFiles('*.md', 'docs')) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const url = new URL(target, `file:///${folder}`);
      if (!exists(url.pathname.slice(1)) && projectFiles(url.pathname.slice(1)).length === 0)
        broken.push(`${path}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});
